package io.facever.spi;

import io.facever.Detector;

/**
 * Makes a detector. Found by ServiceLoader, so it has a public constructor without arguments, which is cheap; may also
 * be given to the builder, with settings.
 *
 * @since 0.1.0
 */
public interface DetectorProvider {
    /** The name to choose it by, as in {@code mtcnn}. */
    String name();

    /** Among several, the highest rank is chosen; a tie is an error. */
    int rank();

    /**
     * Makes the detector.
     *
     * @param context models and engine
     * @return a detector that the caller closes; when this throws, nothing stays open
     */
    Detector create(StageContext context);
}
