package io.facever.djl;

import ai.djl.engine.Engine;
import ai.djl.util.Utils;
import io.facever.EngineException;
import io.facever.spi.SessionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings DJL's engines up without a network connection.
 *
 * <p>DJL's {@code Engine} asks a cloud metadata address for an instance id and reports it when the class is first
 * loaded, and its PyTorch engine downloads native libraries that it does not find; both only where DJL is not offline.
 * Both happen once, while an engine comes up. So DJL is put offline for that moment, and the host application gets its
 * own setting back.
 */
final class DjlRuntime {
    /** In place of versions, where an engine can't be used. */
    static final String NOT_STARTED = "DJL, not started";

    private static final String OFFLINE_PROPERTY = "ai.djl.offline";

    /**
     * Without this the OnnxRuntime engine brings up any other DJL engine on the class path to do arithmetic on arrays,
     * which facever never asks for, and fails when that engine's native libraries are not there.
     */
    private static final String NO_ALTERNATIVE_PROPERTY = "ai.djl.onnx.disable_alternative";

    private DjlRuntime() {}

    /**
     * A DJL engine, native libraries loaded.
     *
     * @param name DJL's name of it
     * @throws IllegalStateException with the reason for people, when it can't be used
     */
    static Engine engine(String name) {
        // system properties belong to the whole JVM, so the lock does too
        synchronized (DjlRuntime.class) {
            Optional<String> before = Optional.ofNullable(System.getProperty(OFFLINE_PROPERTY));
            System.setProperty(OFFLINE_PROPERTY, "true");
            try {
                if (!Utils.isOfflineMode()) {
                    throw new IllegalStateException("the environment variable DJL_OFFLINE is '"
                            + System.getenv("DJL_OFFLINE") + "', with which DJL opens network connections while it"
                            + " starts; facever starts it only offline: unset the variable, or set it to true");
                }
                if (System.getProperty(NO_ALTERNATIVE_PROPERTY) == null) {
                    System.setProperty(NO_ALTERNATIVE_PROPERTY, "true");
                }
                if (!Engine.hasEngine(name)) {
                    throw new IllegalStateException("DJL does not know an engine named " + name + ", only "
                            + Engine.getAllEngines() + "; its jar is missing or hidden from DJL's class loader");
                }
                return Engine.getEngine(name);
            } finally {
                before.ifPresentOrElse(
                        value -> System.setProperty(OFFLINE_PROPERTY, value),
                        () -> System.clearProperty(OFFLINE_PROPERTY));
            }
        }
    }

    /** Both engines have CUDA, and no more settings of it than which GPU. */
    static void refuseOtherThanCuda(String engine, SessionOptions options) {
        boolean isCuda = options.accelerator() == SessionOptions.Accelerator.DEFAULT
                || options.accelerator() == SessionOptions.Accelerator.CUDA;
        if (!isCuda || options.gpuMemoryLimit() > 0) {
            throw new EngineException(
                    "device-unavailable",
                    "engine " + engine + " has CUDA without a limit on memory, and was asked for "
                            + options.accelerator() + " with a limit of " + options.gpuMemoryLimit()
                            + " bytes (0 is none); use the engine onnx for that");
        }
    }

    /** What went wrong, outermost first, in one line. */
    static String explain(Throwable thrown) {
        List<String> parts = new ArrayList<>();
        Optional<Throwable> current = Optional.of(thrown);
        while (current.isPresent() && parts.size() < 6) {
            Throwable cause = current.get();
            String text = cause.getClass().getSimpleName()
                    + Optional.ofNullable(cause.getMessage())
                            .map(message -> ": " + message.strip())
                            .orElse("");
            if (parts.isEmpty() || !parts.get(parts.size() - 1).contains(text)) {
                parts.add(text);
            }
            current = Optional.ofNullable(cause.getCause());
        }
        return String.join(" <- ", parts);
    }
}
