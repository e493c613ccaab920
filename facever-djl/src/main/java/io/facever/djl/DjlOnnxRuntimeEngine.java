package io.facever.djl;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import io.facever.Device;
import io.facever.EngineException;
import io.facever.ModelException;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DJL's OnnxRuntime engine: reads ONNX files, runs on the processor or, with {@code onnxruntime_gpu} in place of
 * {@code onnxruntime}, on CUDA. For applications that use DJL already; the engine {@code onnx} does the same with less
 * in between. Safe for any number of threads.
 *
 * <p>DJL insists on making ONNX Runtime's environment itself, of which a JVM has one. So where this engine and
 * {@code onnx} are used in one JVM, this one must come first; else {@link #unusable} says so.
 *
 * <p>No network connection is opened, whatever DJL's own settings are, except that the environment variable
 * {@code DJL_OFFLINE=false} makes the engine unusable.
 *
 * @since 0.1.0
 */
public final class DjlOnnxRuntimeEngine implements InferenceEngine {
    private static final Logger LOG = LoggerFactory.getLogger(DjlOnnxRuntimeEngine.class);

    private static final String NAME = "djl-onnxruntime";

    /** Below {@code onnx}, which has less overhead, above {@code djl-pytorch}, which is ten times the size. */
    private static final int RANK = 50;

    /** As for the engine onnx: more threads than this gain nothing on networks of this size. */
    private static final int MOST_DEFAULT_THREADS = 4;

    private static final String DJL_NAME = "OnnxRuntime";

    private static final String ORT_CLASS = "ai/onnxruntime/OrtEnvironment.class";

    /** Called by ServiceLoader; loads nothing. */
    public DjlOnnxRuntimeEngine() {}

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
        // started first: DJL's class must not be loaded in any other way, see DjlRuntime; and not DJL's answer for
        // ONNX Runtime, which is the version that DJL was built for, not the one on the class path
        return unusable().isPresent()
                ? DjlRuntime.NOT_STARTED
                : "DJL " + Engine.getDjlVersion() + ", ONNX Runtime "
                        + OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public Optional<String> unusable() {
        try {
            bringUp();
            return Optional.empty();
        } catch (RuntimeException | LinkageError e) {
            return Optional.of(reason(e));
        }
    }

    private static Engine bringUp() {
        List<URL> places;
        try {
            places =
                    Collections.list(DjlOnnxRuntimeEngine.class.getClassLoader().getResources(ORT_CLASS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // the artifacts for processors and for GPUs hold the same classes, so the order would decide which one runs
        if (Set.copyOf(places.stream().map(URL::toString).toList()).size() > 1) {
            throw new IllegalStateException("ONNX Runtime is on the class path " + places.size() + " times (" + places
                    + "); expected exactly one of com.microsoft.onnxruntime:onnxruntime and onnxruntime_gpu: exclude"
                    + " the other where it comes in");
        }
        return DjlRuntime.engine(DJL_NAME);
    }

    @Override
    public List<String> providers() {
        start();
        return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)
                ? List.of("cpu", "cuda")
                : List.of("cpu");
    }

    private static String reason(Throwable thrown) {
        String what = DjlRuntime.explain(thrown);
        if (what.contains("specify the thread pool")) {
            return "ONNX Runtime was started in this JVM before DJL, which insists on starting it (" + what
                    + "); use this engine before the engine 'onnx', or only one of the two";
        }
        if (thrown instanceof LinkageError) {
            return "classes or native libraries can't be loaded (" + what + "); add"
                    + " ai.djl.onnxruntime:onnxruntime-engine and com.microsoft.onnxruntime:onnxruntime, and check that"
                    + " this platform is among those that docs/engines.md names";
        }
        return what;
    }

    @Override
    public InferenceSession open(Path model, SessionOptions options) {
        DjlRuntime.refuseOtherThanCuda(NAME, options);
        Engine engine = start();
        String network = String.valueOf(model.getFileName());
        if (!Files.isReadable(model)) {
            throw new ModelException(
                    "model-unreadable", "the network file " + model + " is not there or can't be read; check the path");
        }
        return switch (options.device().kind()) {
            case CPU -> load(engine, model, network, options, Optional.empty());
            case GPU -> load(engine, model, network, options, Optional.of(options.device()));
            case AUTO -> loadAuto(engine, model, network, options);
        };
    }

    private static Engine start() {
        try {
            return bringUp();
        } catch (RuntimeException | LinkageError e) {
            throw new EngineException("engine-unusable", "engine " + NAME + " can't be used: " + reason(e), e);
        }
    }

    private static InferenceSession loadAuto(Engine engine, Path model, String network, SessionOptions options) {
        Device gpu = Device.gpu();
        InferenceSession session;
        try {
            session = load(engine, model, network, options, Optional.of(gpu));
        } catch (EngineException e) {
            if (!e.anchor().equals("device-unavailable")) {
                throw e;
            }
            LOG.info("{}: {} runs on the processor, because {}", NAME, network, e.getMessage());
            return load(engine, model, network, options, Optional.empty());
        }
        LOG.info("{}: {} runs on {}", NAME, network, gpu);
        return session;
    }

    private static InferenceSession load(
            Engine engine, Path model, String network, SessionOptions options, Optional<Device> gpu) {
        OrtSession.SessionOptions settings = new OrtSession.SessionOptions();
        Optional<Model> opened = Optional.empty();
        try {
            // the builds for Windows pass events of use on to the system unless told not to
            OrtEnvironment.getEnvironment().setTelemetry(false);
            // a waiting thread that spins takes a processor from the callers
            settings.addConfigEntry("session.intra_op.allow_spinning", "0");
            settings.setIntraOpNumThreads(options.threads() > 0 ? options.threads() : defaultThreads());
            settings.setCPUArenaAllocator(options.arena());
            // plans are kept for every input shape ever seen, so memory would grow with the sizes of photos
            settings.setMemoryPatternOptimization(false);
            // errors come as exceptions; no need for a second copy on standard error
            settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            if (gpu.isPresent()) {
                useCuda(settings, gpu.get());
            }
            // the device of DJL's model says only where arrays lie, and they lie in the caller's memory
            Model loaded = engine.newModel(network, ai.djl.Device.cpu());
            opened = Optional.of(loaded);
            Map<String, Object> djlOptions = new HashMap<>();
            djlOptions.put("sessionOptions", settings);
            // a folder is searched by DJL, a file is taken as it is
            loaded.load(model.toAbsolutePath(), network, djlOptions);
            return new OnnxRuntimeSession(
                    network,
                    loaded,
                    settings,
                    gpu.map(device -> "cuda:" + device.index()).orElse("cpu"));
        } catch (EngineException e) {
            release(opened, settings);
            throw e;
        } catch (Exception e) {
            release(opened, settings);
            if (gpu.isPresent()) {
                // a file that the processor can't load either is no fault of the device
                load(engine, model, network, options, Optional.empty()).close();
                throw deviceUnavailable(gpu.get(), DjlRuntime.explain(e), e);
            }
            throw new EngineException(
                    "network-unreadable",
                    "ONNX Runtime can't load " + network + ": " + DjlRuntime.explain(e)
                            + "; expected an ONNX file that it supports",
                    e);
        }
    }

    private static int defaultThreads() {
        return Math.min(Runtime.getRuntime().availableProcessors(), MOST_DEFAULT_THREADS);
    }

    private static void useCuda(OrtSession.SessionOptions settings, Device gpu) throws OrtException {
        if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
            throw deviceUnavailable(
                    gpu,
                    "the ONNX Runtime on the class path was built without CUDA, it has "
                            + OrtEnvironment.getAvailableProviders(),
                    new IllegalStateException("no CUDA provider"));
        }
        // operators that CUDA does not take would go to the processor in silence
        settings.addConfigEntry("session.disable_cpu_ep_fallback", "1");
        settings.addCUDA(gpu.index());
    }

    private static EngineException deviceUnavailable(Device gpu, String found, Exception cause) {
        return new EngineException(
                "device-unavailable",
                gpu + " can't be used by engine " + NAME + ": " + found
                        + "; expected com.microsoft.onnxruntime:onnxruntime_gpu in place of onnxruntime, an NVIDIA"
                        + " driver, CUDA and cuDNN of the versions that it asks for; or use Device.cpu()",
                cause);
    }

    private static void release(Optional<Model> model, OrtSession.SessionOptions settings) {
        model.ifPresent(Model::close);
        settings.close();
    }
}
