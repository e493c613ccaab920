package io.facever.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which ONNX Runtime there is, told without loading it. */
final class Artifacts {
    private static final String CLASS = "ai/onnxruntime/OrtEnvironment.class";

    private Artifacts() {}

    /**
     * Why the ONNX Runtime that a class loader sees can't be relied on. The artifacts for processors and for GPUs hold
     * the same classes, so with both on the class path its order decides which native libraries load.
     */
    static Optional<String> conflict(ClassLoader loader) {
        Set<String> places = new TreeSet<>();
        try {
            Collections.list(loader.getResources(CLASS))
                    .forEach(url -> places.add(url.toString().replace("!/" + CLASS, "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return places.size() < 2
                ? Optional.empty()
                : Optional.of("ONNX Runtime is on the class path " + places.size() + " times (" + places
                        + "); expected exactly one of com.microsoft.onnxruntime:onnxruntime and onnxruntime_gpu:"
                        + " exclude the other where it comes in");
    }
}
