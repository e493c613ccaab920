package io.facever.models;

import java.nio.file.Path;

/**
 * Whether a network is in the cache.
 *
 * @param model id of the model
 * @param network which of its networks
 * @param file where the ONNX file is, or would be
 * @param state what was found there
 * @param sourceBytes size of the published files that it is made from; 0 for an imported model
 * @since 0.1.0
 */
public record ModelStatus(String model, String network, Path file, State state, long sourceBytes) {
    /** What was found. */
    public enum State {
        /** Not fetched yet. */
        ABSENT,
        /** There, and its SHA-256 is the one recorded when it was made. */
        WHOLE,
        /** There, but not as it was made. The next use makes it again. */
        ALTERED
    }
}
