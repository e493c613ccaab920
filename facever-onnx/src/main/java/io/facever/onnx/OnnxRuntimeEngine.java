package io.facever.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import io.facever.Device;
import io.facever.EngineException;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs ONNX files on ONNX Runtime. The processor needs the artifact {@code com.microsoft.onnxruntime:onnxruntime}, a GPU
 * {@code com.microsoft.onnxruntime:onnxruntime_gpu} in its place. Safe for any number of threads.
 *
 * <p>Where {@link SessionOptions#threads()} is 0, a run uses all processors, at most {@value #MOST_DEFAULT_THREADS}: the
 * networks of face verification are too small to gain from more.
 */
public final class OnnxRuntimeEngine implements InferenceEngine {
    private static final Logger LOG = LoggerFactory.getLogger(OnnxRuntimeEngine.class);

    private static final int MOST_DEFAULT_THREADS = 4;
    private static final int RANK = 100;
    private static final String GPU_HINT =
            "a GPU needs the artifact com.microsoft.onnxruntime:onnxruntime_gpu in place of onnxruntime, an NVIDIA driver,"
                    + " and the CUDA and cuDNN libraries of its version";

    /** Loads nothing; the native library is loaded with the first session. */
    public OnnxRuntimeEngine() {}

    @Override
    public String name() {
        return "onnx";
    }

    @Override
    public int rank() {
        return RANK;
    }

    @Override
    public String version() {
        return "ONNX Runtime " + environment().getVersion();
    }

    @Override
    public Optional<String> unusable() {
        try {
            environment();
            return Optional.empty();
        } catch (EngineException e) {
            return Optional.of(Objects.requireNonNull(e.getMessage(), "facever gives every exception a message"));
        }
    }

    private static OrtEnvironment environment() {
        try {
            return OrtEnvironment.getEnvironment();
        } catch (LinkageError | IllegalStateException e) {
            throw new EngineException(
                    "engine-unusable",
                    "ONNX Runtime has no native library that loads here (" + System.getProperty("os.name") + ", "
                            + System.getProperty("os.arch") + "): " + e
                            + "; it needs 64-bit Linux with glibc, Windows, or macOS on Arm",
                    e);
        }
    }

    @Override
    public InferenceSession open(Path model, SessionOptions options) {
        OrtEnvironment environment = environment();
        if (options.device().kind() != Device.Kind.AUTO) {
            return open(environment, model, options, options.device());
        }
        if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
            LOG.info("device auto: the processor, since this ONNX Runtime has no CUDA; {}", GPU_HINT);
            return open(environment, model, options, Device.cpu());
        }
        try {
            return open(environment, model, options, Device.gpu());
        } catch (EngineException e) {
            LOG.warn("device auto: the processor, since the GPU can't be used: {}", e.getMessage());
            return open(environment, model, options, Device.cpu());
        }
    }

    private static InferenceSession open(
            OrtEnvironment environment, Path model, SessionOptions options, Device device) {
        try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
            settings.setIntraOpNumThreads(
                    options.threads() > 0
                            ? options.threads()
                            : Math.min(
                                    MOST_DEFAULT_THREADS, Runtime.getRuntime().availableProcessors()));
            if (device.kind() == Device.Kind.GPU) {
                requestGpu(settings, device);
            }
            return new OnnxRuntimeSession(
                    environment, environment.createSession(model.toString(), settings), model, device);
        } catch (OrtException e) {
            throw new EngineException(
                    device.kind() == Device.Kind.GPU ? "device-unusable" : "network-unreadable",
                    "ONNX Runtime can't load " + model + " on " + device + ": " + e.getMessage()
                            + (device.kind() == Device.Kind.GPU ? "; " + GPU_HINT : ""),
                    e);
        }
    }

    /** Refuses instead of falling back: whoever asked for a GPU wants to know that there is none. */
    private static void requestGpu(OrtSession.SessionOptions settings, Device device) {
        if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
            throw new EngineException(
                    "device-unusable",
                    device + " can't be used: this ONNX Runtime offers " + OrtEnvironment.getAvailableProviders()
                            + " and no CUDA; " + GPU_HINT);
        }
        try {
            settings.addCUDA(device.index());
        } catch (OrtException e) {
            throw new EngineException(
                    "device-unusable", device + " can't be used: " + e.getMessage() + "; " + GPU_HINT, e);
        }
    }
}
