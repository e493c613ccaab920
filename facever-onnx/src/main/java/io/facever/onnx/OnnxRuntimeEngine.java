package io.facever.onnx;

import io.facever.EngineException;
import io.facever.ModelException;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * ONNX Runtime: reads ONNX files, runs on the processor or, with {@code onnxruntime_gpu} in place of
 * {@code onnxruntime} on the class path, on CUDA. Safe for any number of threads.
 *
 * <p>Tensors are used where they lie: nothing is copied on the way in, and results are written straight into the
 * caller's buffers. A session may use a few threads within one run; between the parts of a run they spin for 50
 * microseconds at most and then sleep, and after it they do not spin, so that they take little from other callers.
 *
 * <p>{@link io.facever.Device#gpu(int)} is the GPU or an error that names what is missing, never the processor: also a
 * network of which CUDA can run only a part is refused. {@link io.facever.Device#auto()} takes the first GPU where it
 * can be used, else the processor, and logs which and why.
 *
 * @since 0.1.0
 */
public final class OnnxRuntimeEngine implements InferenceEngine {
    static final String NAME = "onnx";

    private static final int RANK = 100;

    /** Called by ServiceLoader; loads nothing. */
    public OnnxRuntimeEngine() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return RANK;
    }

    @Override
    public String version() {
        return unusable().isPresent() ? "ONNX Runtime (not usable here)" : "ONNX Runtime " + OrtSessions.version();
    }

    @Override
    public Optional<String> unusable() {
        Optional<String> conflict = Artifacts.conflict(OnnxRuntimeEngine.class.getClassLoader());
        if (conflict.isPresent()) {
            return conflict;
        }
        try {
            OrtSessions.version();
            return Optional.empty();
        } catch (LinkageError e) {
            return Optional.of(reason(e));
        }
    }

    private static String reason(LinkageError e) {
        Throwable root = e;
        for (int depth = 0; root.getCause() != null && depth < 8; depth++) {
            root = root.getCause();
        }
        return "ONNX Runtime can't be loaded (" + root
                + "); add com.microsoft.onnxruntime:onnxruntime, which has native"
                + " libraries for Linux (x86-64 and ARM, glibc), macOS (ARM) and Windows (x86-64), and let the"
                + " temporary folder be writable, or set -Donnxruntime.native.path to unpacked libraries";
    }

    @Override
    public List<String> providers() {
        return OrtSessions.providers();
    }

    @Override
    public InferenceSession open(Path model, SessionOptions options) {
        Objects.requireNonNull(options, "options");
        if (!Files.isRegularFile(model) || !Files.isReadable(model)) {
            throw new ModelException(
                    "model-unreadable",
                    "the network file " + model + " is "
                            + (Files.isDirectory(model) ? "a folder" : "not there or can't be read")
                            + "; give the path of an ONNX file");
        }
        Artifacts.conflict(OnnxRuntimeEngine.class.getClassLoader()).ifPresent(conflict -> {
            throw new EngineException("engine-unusable", "engine " + NAME + " can't be used: " + conflict);
        });
        try {
            return OrtSessions.open(model, options);
        } catch (LinkageError e) {
            throw new EngineException("engine-unusable", "engine " + NAME + " can't be used: " + reason(e), e);
        }
    }
}
