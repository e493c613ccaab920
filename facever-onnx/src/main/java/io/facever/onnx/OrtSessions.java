package io.facever.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.facever.Device;
import io.facever.EngineException;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens sessions. The only way into classes of ONNX Runtime, so that the engine loads where they are missing. */
final class OrtSessions {
    /** What a session on the processor names as its provider. */
    static final String CPU = "cpu";

    private static final Logger LOG = LoggerFactory.getLogger(OnnxRuntimeEngine.class);

    /** More threads than this gain nothing on networks of this size. */
    private static final int MOST_DEFAULT_THREADS = 4;

    /** As in "libcudnn.so.9: cannot open shared object file". */
    private static final Pattern MISSING_LIBRARY =
            Pattern.compile("([\\w.+-]+\\.(?:so[.\\d]*|dll))[\"']?:? (?:cannot open|which is missing)");

    private OrtSessions() {}

    static String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    /** {@code CPU} first, then what else it was built with. */
    static List<String> providers() {
        return OrtEnvironment.getAvailableProviders().stream()
                .sorted(Comparator.comparing(provider -> provider != OrtProvider.CPU))
                .map(provider -> provider.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    static InferenceSession open(Path model, SessionOptions options) {
        return switch (options.device().kind()) {
            case CPU -> openOnCpu(model, options);
            case GPU -> openOnGpu(model, options, options.device());
            case AUTO -> openOnAny(model, options);
        };
    }

    private static InferenceSession openOnAny(Path model, SessionOptions options) {
        InferenceSession session;
        try {
            session = openOnGpu(model, options, Device.gpu());
        } catch (EngineException e) {
            if (!e.anchor().equals("device-unavailable")) {
                throw e;
            }
            LOG.info("{} runs on the processor: {}", model.getFileName(), e.getMessage());
            return openOnCpu(model, options);
        }
        LOG.info("{} runs on {}", model.getFileName(), session.provider());
        return session;
    }

    private static InferenceSession openOnCpu(Path model, SessionOptions options) {
        try {
            return create(model, options, Optional.empty());
        } catch (OrtException e) {
            throw new EngineException(
                    "network-unreadable",
                    "ONNX Runtime can't load " + model + ": " + e.getMessage()
                            + "; expected a whole ONNX file with operators that it has",
                    e);
        }
    }

    private static InferenceSession openOnGpu(Path model, SessionOptions options, Device gpu) {
        Accelerators accelerator = Accelerators.of(options.accelerator());
        if (!OrtEnvironment.getAvailableProviders().contains(accelerator.provider())) {
            throw new EngineException(
                    "device-unavailable",
                    gpu + " can't be used: the ONNX Runtime on the class path was built without " + accelerator
                            + ", it has only " + OrtEnvironment.getAvailableProviders() + "; "
                            + accelerator.wayOut() + ", or ask for Device.cpu()");
        }
        try {
            return create(model, options, Optional.of(gpu));
        } catch (OrtException e) {
            // a file that the processor can't load either is no fault of the device
            openOnCpu(model, options).close();
            throw new EngineException(
                    "device-unavailable",
                    gpu + " can't be used: " + missing(accelerator, oneLine(e)) + " (" + oneLine(e)
                            + "); or ask for Device.cpu()",
                    e);
        }
    }

    private static String oneLine(OrtException e) {
        return String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
    }

    /** What the user has to bring, read from the runtime's message. */
    static String missing(Accelerators accelerator, String message) {
        Matcher library = MISSING_LIBRARY.matcher(message);
        if (library.find()) {
            return "the library " + library.group(1) + " is missing; install the CUDA toolkit and cuDNN of the versions"
                    + " that onnxruntime_gpu " + version() + " asks for, and put them on the library path";
        }
        if (message.contains("no CUDA-capable device") || message.contains("invalid device ordinal")) {
            return "the driver shows no such GPU; check the index and CUDA_VISIBLE_DEVICES against nvidia-smi";
        }
        if (message.contains("driver")) {
            return "the NVIDIA driver is missing or too old for CUDA; install a newer one";
        }
        if (message.contains("CUDA shared provider")) {
            return "the artifact onnxruntime_gpu is missing or hidden by onnxruntime; have only onnxruntime_gpu";
        }
        if (message.contains("fallback")) {
            return "the network has operators that " + accelerator + " can't run";
        }
        return accelerator + " did not start; install " + accelerator.needs()
                + ". ONNX Runtime may have named the missing library on standard error";
    }

    private static InferenceSession create(Path model, SessionOptions options, Optional<Device> gpu)
            throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        // the builds for Windows pass events of use on to the system unless told not to
        environment.setTelemetry(false);
        try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
            settings.setIntraOpNumThreads(options.threads() > 0 ? options.threads() : defaultThreads());
            settings.setCPUArenaAllocator(options.arena());
            // between two operators a thread that spins is back sooner than one that sleeps; longer, or after the run,
            // it would take a processor from other callers and from the next network
            settings.addConfigEntry("session.intra_op.allow_spinning", "1");
            settings.addConfigEntry("session.intra_op.spin_duration_us", "50");
            settings.addConfigEntry("session.force_spinning_stop", "1");
            // errors come as exceptions; no need for a second copy on standard error
            settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            String provider = CPU;
            if (gpu.isPresent()) {
                int index = gpu.get().index();
                // without this, operators that the GPU does not take go to the processor in silence
                settings.addConfigEntry("session.disable_cpu_ep_fallback", "1");
                provider = Accelerators.of(options.accelerator()).add(settings, index, options.gpuMemoryLimit());
            }
            Optional<byte[]> outline = gpu.isPresent() ? Optional.empty() : outline(model, settings);
            OrtSession session = load(environment, model, outline, settings);
            try {
                return new OnnxRuntimeSession(
                        String.valueOf(model.getFileName()), session, provider, options.arena() && gpu.isEmpty());
            } catch (OrtException | RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (IllegalArgumentException e) {
            // thrown by the Java side of ONNX Runtime for what it can't read back from a network
            throw new OrtException(OrtErrorCode.ORT_INVALID_GRAPH, e.getMessage());
        }
    }

    /** The network without its large weights, where it has some that ONNX Runtime can map. */
    private static Optional<byte[]> outline(Path model, OrtSession.SessionOptions settings) throws OrtException {
        try {
            // ONNX Runtime looks for weights nowhere but in this folder, links followed
            Path file = model.toRealPath();
            settings.addConfigEntry(
                    "session.model_external_initializers_file_folder_path", String.valueOf(file.getParent()));
            return Outline.of(file);
        } catch (IOException e) {
            LOG.debug("{} is loaded whole: {}", model.getFileName(), e.toString());
            return Optional.empty();
        }
    }

    /** Loads a network, with plans of memory for its runs where there are few different ones. */
    private static OrtSession load(
            OrtEnvironment environment, Path model, Optional<byte[]> outline, OrtSession.SessionOptions settings)
            throws OrtException {
        OrtSession session = open(environment, model, outline, settings);
        try {
            if (!takesAnySize(session)) {
                return session;
            }
        } catch (OrtException | RuntimeException e) {
            session.close();
            throw e;
        }
        session.close();
        // plans are kept for every input shape ever seen, so memory would grow with the sizes of photos
        settings.setMemoryPatternOptimization(false);
        return open(environment, model, outline, settings);
    }

    private static OrtSession open(
            OrtEnvironment environment, Path model, Optional<byte[]> outline, OrtSession.SessionOptions settings)
            throws OrtException {
        return outline.isPresent()
                ? environment.createSession(outline.get(), settings)
                : environment.createSession(model.toString(), settings);
    }

    /** Whether more than the first dimension of an input, how many at once, is left to the caller. */
    private static boolean takesAnySize(OrtSession session) throws OrtException {
        for (NodeInfo input : session.getInputInfo().values()) {
            if (input.getInfo() instanceof TensorInfo tensor
                    && Arrays.stream(tensor.getShape()).skip(1).anyMatch(size -> size == OnnxRuntimeSession.ANY)) {
                return true;
            }
        }
        return false;
    }

    private static int defaultThreads() {
        return Math.min(Runtime.getRuntime().availableProcessors(), MOST_DEFAULT_THREADS);
    }
}
