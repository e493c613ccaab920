package io.facever.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import io.facever.spi.InferenceEngine;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts engines in a JVM of their own, in which each socket is counted and refused. The first test shows that the
 * counter catches what DJL does when it is left alone.
 */
class NoNetworkTest {
    @TempDir
    private Path folder;

    /** Runs in the other JVM. */
    static final class Child {
        private Child() {}

        @SuppressWarnings("deprecation") // the only way to see each socket of a JVM from inside
        public static void main(String[] arguments) throws IOException {
            AtomicInteger sockets = new AtomicInteger();
            Socket.setSocketImplFactory(() -> {
                sockets.incrementAndGet();
                throw new IllegalStateException("no sockets here");
            });
            System.out.println(start(arguments[0]));
            System.out.println("sockets " + sockets.get());
        }

        private static String start(String what) {
            try {
                return switch (what) {
                    case "plain-djl" -> "default engine " + Engine.getDefaultEngineName();
                    case "djl-onnxruntime" -> describe(new DjlOnnxRuntimeEngine());
                    case "djl-pytorch" -> describe(new DjlPyTorchEngine());
                    default -> throw new IllegalArgumentException(what);
                };
            } catch (RuntimeException | LinkageError e) {
                return "failed " + DjlRuntime.explain(e);
            }
        }

        private static String describe(InferenceEngine engine) {
            return engine.unusable().map(reason -> "unusable " + reason).orElse("usable") + "\n" + engine.version();
        }
    }

    private String child(String what, Map<String, String> variables) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dfacever.cache=" + folder,
                Child.class.getName(),
                what);
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
    void theOnnxRuntimeEngineOpensNone() throws Exception {
        assertThat(child("djl-onnxruntime", Map.of())).contains("usable", "sockets 0");
    }

    @Test
    void thePyTorchEngineOpensNoneWhetherItsNativesAreThereOrNot() throws Exception {
        String output = child("djl-pytorch", Map.of());

        assertThat(output).contains("sockets 0");
        if (output.contains("unusable")) {
            assertThat(output)
                    .contains("ai.djl.pytorch:pytorch-jni", "ai.djl.pytorch:pytorch-native-cpu", "Offline mode");
        } else {
            assertThat(output).contains("libtorch 2.");
            assertThat(folder.resolve("djl").resolve("pytorch")).isDirectory();
        }
    }

    @Test
    void anEnvironmentThatForcesDjlOnlineIsRefused() throws Exception {
        assertThat(child("djl-onnxruntime", Map.of("DJL_OFFLINE", "false")))
                .contains("unusable", "DJL_OFFLINE is 'false'", "sockets 0");
    }
}
