package io.facever.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import io.facever.Device;
import io.facever.EngineException;
import io.facever.ModelException;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DJL's PyTorch engine: libtorch without Python. Reads the catalogue's ONNX files, which it translates to TorchScript
 * in memory, and TorchScript files ({@code torch.jit.save}) of one's own. Safe for any number of threads.
 *
 * <p>It is there when the application adds {@code ai.djl.pytorch:pytorch-engine}, {@code pytorch-jni} and {@code
 * pytorch-native-cpu} with the classifier of its platform, or {@code pytorch-native-cu128} for a GPU; see
 * docs/engines.md. The native libraries are unpacked once, into the folder {@code djl} of facever's cache if
 * {@code -Dfacever.cache} or {@code FACEVER_CACHE} is set and DJL has no setting of its own, else where DJL puts them.
 * Nothing is downloaded.
 *
 * <p>A TorchScript file is a program: load only files that you trust. Its method {@code forward} takes and gives
 * tensors of 32-bit floats. With one input, any name fits; several are named by position, {@code 0}, {@code 1} and so
 * on. A single tensor as result goes by any name, a dictionary by its keys, a tuple or list by position.
 *
 * @since 0.1.0
 */
public final class DjlPyTorchEngine implements InferenceEngine {
    private static final Logger LOG = LoggerFactory.getLogger(DjlPyTorchEngine.class);

    private static final String NAME = "djl-pytorch";

    /** Below the engines on ONNX Runtime, which are smaller and start sooner. */
    private static final int RANK = 40;

    private static final String DJL_NAME = "PyTorch";

    private static final String ENGINE_CACHE = "ENGINE_CACHE_DIR";

    /** How a zip file begins, and so a TorchScript file. */
    private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};

    /** Called by ServiceLoader; loads nothing. */
    public DjlPyTorchEngine() {}

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
        // started first: DJL's class must not be loaded in any other way, see DjlRuntime
        return unusable().isPresent()
                ? DjlRuntime.NOT_STARTED
                : "DJL " + Engine.getDjlVersion() + ", libtorch " + start().getVersion();
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

    @Override
    public List<String> providers() {
        return start().hasCapability(StandardCapabilities.CUDA) ? List.of("cpu", "cuda") : List.of("cpu");
    }

    private static Engine start() {
        try {
            return bringUp();
        } catch (RuntimeException | LinkageError e) {
            throw new EngineException("engine-unusable", "engine " + NAME + " can't be used: " + reason(e), e);
        }
    }

    private static Engine bringUp() {
        synchronized (DjlPyTorchEngine.class) {
            Optional<String> folder = nativesFolder();
            folder.ifPresent(value -> System.setProperty(ENGINE_CACHE, value));
            try {
                return DjlRuntime.engine(DJL_NAME);
            } finally {
                folder.ifPresent(value -> System.clearProperty(ENGINE_CACHE));
            }
        }
    }

    /** Where to unpack, if facever's cache was set and DJL's was not. */
    private static Optional<String> nativesFolder() {
        boolean ownSetting = setting(ENGINE_CACHE, ENGINE_CACHE).isPresent()
                || setting("DJL_CACHE_DIR", "DJL_CACHE_DIR").isPresent();
        return ownSetting
                ? Optional.empty()
                : setting("facever.cache", "FACEVER_CACHE")
                        .map(cache ->
                                Path.of(cache).resolve("djl").toAbsolutePath().toString());
    }

    private static Optional<String> setting(String property, String variable) {
        return Optional.ofNullable(System.getProperty(property))
                .or(() -> Optional.ofNullable(System.getenv(variable)))
                .filter(value -> !value.isBlank());
    }

    private static String reason(Throwable thrown) {
        return "libtorch can't be loaded (" + DjlRuntime.explain(thrown)
                + "); add the dependencies ai.djl.pytorch:pytorch-engine, ai.djl.pytorch:pytorch-jni and"
                + " ai.djl.pytorch:pytorch-native-cpu with the classifier of this platform ("
                + System.getProperty("os.name") + ", " + System.getProperty("os.arch")
                + "), in the versions that docs/engines.md names; nothing is downloaded at run time";
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
        Device device = options.device();
        Optional<String> noGpu = device.kind() == Device.Kind.CPU ? Optional.empty() : whyNoGpu(engine, device);
        if (device.kind() == Device.Kind.GPU && noGpu.isPresent()) {
            throw new EngineException(
                    "device-unavailable",
                    device + " can't be used by engine " + NAME + ": " + noGpu.get()
                            + "; expected ai.djl.pytorch:pytorch-native-cu128 in place of pytorch-native-cpu, and an"
                            + " NVIDIA driver that takes CUDA 12.8; or use Device.cpu()");
        }
        boolean onGpu = device.kind() != Device.Kind.CPU && noGpu.isEmpty();
        if (device.kind() == Device.Kind.AUTO) {
            LOG.info(
                    "{}: {} runs on {}",
                    NAME,
                    network,
                    noGpu.map(reason -> "the processor, because " + reason).orElse("cuda:0"));
        }
        ai.djl.Device djlDevice = onGpu ? ai.djl.Device.gpu(device.index()) : ai.djl.Device.cpu();
        return PyTorchSession.open(engine, model, network, isZip(model), djlDevice, options.threads());
    }

    private static Optional<String> whyNoGpu(Engine engine, Device device) {
        if (!engine.hasCapability(StandardCapabilities.CUDA)) {
            return Optional.of("libtorch " + engine.getVersion() + " on the class path was built without CUDA");
        }
        int count = engine.getGpuCount();
        return device.index() < count
                ? Optional.empty()
                : Optional.of("the driver shows " + count + " GPUs, counted from 0");
    }

    private static boolean isZip(Path model) {
        try (InputStream in = Files.newInputStream(model)) {
            return Arrays.equals(in.readNBytes(ZIP_MAGIC.length), ZIP_MAGIC);
        } catch (IOException e) {
            throw new ModelException(
                    "model-unreadable", "the network file " + model + " can't be read: " + e.getMessage(), e);
        }
    }
}
