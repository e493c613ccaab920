package io.facever.models;

/**
 * Told how far a fetch or a conversion is. Calls come one at a time, from any thread, and should return soon.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ModelProgress {
    /**
     * A step began, went on or ended.
     *
     * @param step what is done, for people, as in {@code fetch facenet-vggface2}; the same text through the whole step
     * @param done bytes done, from 0 to {@code total}
     * @param total bytes in all
     */
    void progress(String step, long done, long total);
}
