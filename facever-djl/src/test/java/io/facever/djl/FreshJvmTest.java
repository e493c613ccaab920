package io.facever.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.onnxruntime.OrtEnvironment;
import io.facever.Device;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts engines in a JVM of their own, in which each socket and channel is counted and refused. The first test shows
 * that the counter catches what DJL does when it is left alone.
 */
class FreshJvmTest {
    @TempDir
    private Path folder;

    /** Runs in the other JVM. */
    static final class Child {
        private Child() {}

        @SuppressWarnings("deprecation") // the only way to see each socket of a JVM from inside
        public static void main(String[] arguments) throws IOException {
            Socket.setSocketImplFactory(() -> {
                Refusal.COUNT.incrementAndGet();
                throw new IllegalStateException("no sockets here");
            });
            System.out.println(start(arguments[0], Path.of(arguments[1])));
            System.out.println("sockets " + Refusal.COUNT.get());
        }

        private static String start(String what, Path network) {
            try {
                return switch (what) {
                    case "plain-djl" -> "default engine " + Engine.getDefaultEngineName();
                    case "channel" -> "opened " + SocketChannel.open();
                    case "djl-onnxruntime" -> run(new DjlOnnxRuntimeEngine(), network);
                    case "djl-pytorch" -> run(new DjlPyTorchEngine(), network);
                    default -> throw new IllegalArgumentException(what);
                };
            } catch (IOException | RuntimeException | LinkageError e) {
                return "failed " + DjlRuntime.explain(e);
            }
        }

        private static String run(InferenceEngine engine, Path network) {
            Optional<String> reason = engine.unusable();
            if (reason.isPresent()) {
                return "unusable " + reason.get() + "\n" + engine.version();
            }
            Tensor input = Tensor.allocate(1);
            input.data().put(0, 21);
            Tensor output = Tensor.allocate(1);
            try (InferenceSession session = engine.open(network, new SessionOptions(Device.auto(), 1))) {
                session.run(Map.of("x", input), Map.of("double", output));
                return engine.version() + "\nran on " + session.provider() + ", result "
                        + output.data().get(0);
            }
        }
    }

    /** Takes the place of the JVM's maker of channels, which do not go through sockets' factory. */
    public static final class Refusal extends SelectorProvider {
        static final AtomicInteger COUNT = new AtomicInteger();

        /** Called by the JVM. */
        public Refusal() {}

        private static IllegalStateException refused() {
            COUNT.incrementAndGet();
            return new IllegalStateException("no channels here");
        }

        @Override
        public DatagramChannel openDatagramChannel() {
            throw refused();
        }

        @Override
        public DatagramChannel openDatagramChannel(ProtocolFamily family) {
            throw refused();
        }

        @Override
        public Pipe openPipe() {
            throw refused();
        }

        @Override
        public AbstractSelector openSelector() {
            throw refused();
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() {
            throw refused();
        }

        @Override
        public SocketChannel openSocketChannel() {
            throw refused();
        }
    }

    private String child(String what, Map<String, String> variables) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dfacever.cache=" + folder,
                "-Djava.nio.channels.spi.SelectorProvider=" + Refusal.class.getName(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
                Child.class.getName(),
                what,
                TinyOnnx.twoOutputs(folder).toString());
        Map<String, String> environment = builder.environment();
        List.of("DJL_OFFLINE", "OPT_OUT_TRACKING", "DJL_CACHE_DIR", "ENGINE_CACHE_DIR", "JAVA_TOOL_OPTIONS")
                .forEach(environment::remove);
        // not as an argument: it is long
        environment.put("CLASSPATH", System.getProperty("java.class.path"));
        environment.putAll(variables);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void djlLeftAloneOpensSockets() throws Exception {
        assertThat(child("plain-djl", Map.of())).doesNotContain("sockets 0").containsPattern("sockets [1-9]");
    }

    @Test
    void channelsAreCountedToo() throws Exception {
        assertThat(child("channel", Map.of())).contains("failed", "sockets 1");
    }

    @Test
    void theOnnxRuntimeEngineRunsWithoutASocket() throws Exception {
        assertThat(child("djl-onnxruntime", Map.of())).contains("ran on cpu, result 42", "sockets 0");
    }

    @Test
    void thePyTorchEngineOpensNoneWhetherItsNativesAreThereOrNot() throws Exception {
        String output = child("djl-pytorch", Map.of());

        assertThat(output).contains("sockets 0");
        if (output.contains("unusable")) {
            assertThat(output)
                    .contains("ai.djl.pytorch:pytorch-jni", "ai.djl.pytorch:pytorch-native-cpu", "Offline mode");
        } else {
            assertThat(output).contains("libtorch 2.", "ran on cpu, result 42");
            assertThat(output)
                    .containsPattern("INFO.* tiny\\.onnx runs on the processor, because libtorch .* without CUDA");
            assertThat(folder.resolve("djl").resolve("pytorch")).isDirectory();
        }
    }

    @Test
    void anEnvironmentThatForcesDjlOnlineIsRefused() throws Exception {
        assertThat(child("djl-onnxruntime", Map.of("DJL_OFFLINE", "false")))
                .contains("unusable", "DJL_OFFLINE is 'false'", "sockets 0");
    }

    @Test
    void autoSaysInTheLogWhatItTookAndWhy() throws Exception {
        assertThat(child("djl-onnxruntime", Map.of()))
                .containsPattern("INFO.* tiny\\.onnx runs on the processor, because gpu:0 .*built without CUDA");
    }

    @Test
    void twoOnnxRuntimesAreRefusedAndBothAreNamed() throws Exception {
        String file = "ai/onnxruntime/OrtEnvironment.class";
        Path second = folder.resolve("onnxruntime_gpu");
        Files.createDirectories(second.resolve("ai/onnxruntime"));
        try (InputStream original = OrtEnvironment.class.getClassLoader().getResourceAsStream(file)) {
            Files.copy(Objects.requireNonNull(original), second.resolve(file));
        }

        assertThat(child(
                        "djl-onnxruntime",
                        Map.of("CLASSPATH", System.getProperty("java.class.path") + File.pathSeparator + second)))
                .contains("unusable", "ONNX Runtime is on the class path 2 times", second.toString(), "exactly one");
    }
}
