package io.facever.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The inference seam: loads networks. Knows nothing of faces. Found by ServiceLoader, so it has a public constructor
 * without arguments, and that constructor loads no native library. Safe for any number of threads.
 *
 * @since 0.1.0
 */
public interface InferenceEngine {
    /** The name to choose it by, as in {@code onnx}. */
    String name();

    /** Among several, the highest rank is chosen; a tie is an error. */
    int rank();

    /** Name and version of what runs below, for people; may load native libraries. */
    String version();

    /**
     * Why this engine can't be used here, if so: a missing artifact, driver or library by name. May load native
     * libraries.
     */
    Optional<String> unusable();

    /**
     * What its native libraries can run networks on, as in {@code cpu} and {@code cuda}. Whether such a device is there
     * shows when a network is opened on it. May load native libraries; only asked of an engine that is usable.
     */
    default List<String> providers() {
        return List.of("cpu");
    }

    /**
     * Loads a network.
     *
     * @param model a file in ONNX format, or another that this engine says it reads
     * @param options where and how
     * @return a session that the caller closes
     * @throws io.facever.EngineException when the device can't be used or the file is no network; a device problem is
     *     never reported as a model problem
     */
    InferenceSession open(Path model, SessionOptions options);
}
