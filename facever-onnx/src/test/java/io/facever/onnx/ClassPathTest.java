package io.facever.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import io.facever.Device;
import io.facever.FaceverException;
import io.facever.spi.SessionOptions;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine in JVMs of their own, with none, one and two ONNX Runtimes on the class path. */
class ClassPathTest {
    private static final String CLASS = "ai/onnxruntime/OrtEnvironment.class";

    @TempDir
    private Path folder;

    /** Runs in the other JVM. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            OnnxRuntimeEngine engine = new OnnxRuntimeEngine();
            System.out.println("unusable: " + engine.unusable().orElse("no"));
            System.out.println("version: " + engine.version());
            SessionOptions options = new SessionOptions(
                    Device.Kind.valueOf(arguments[1]) == Device.Kind.AUTO ? Device.auto() : Device.cpu(), 1);
            try (var session = engine.open(Path.of(arguments[0]), options)) {
                System.out.println("opened on " + session.provider());
            } catch (FaceverException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    private String child(Device.Kind device, Stream<String> classPath) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
                Child.class.getName(),
                TinyOnnx.doubleAndPositive(folder).toString(),
                device.name());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        // not as an argument: it is long
        builder.environment().put("CLASSPATH", classPath.collect(Collectors.joining(File.pathSeparator)));
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static Stream<String> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    private static boolean isOnnxRuntime(String element) {
        return Path.of(element).getFileName().toString().startsWith("onnxruntime-");
    }

    @Test
    void oneIsEnough() throws Exception {
        assertThat(child(Device.Kind.CPU, classPath()))
                .contains("unusable: no", "version: ONNX Runtime 1.", "opened on cpu");
    }

    @Test
    void withoutOneTheArtifactIsNamed() throws Exception {
        assertThat(child(Device.Kind.CPU, classPath().filter(element -> !isOnnxRuntime(element))))
                .contains("unusable: ONNX Runtime can't be loaded", "com.microsoft.onnxruntime:onnxruntime")
                .contains("refused: engine onnx can't be used", "engine-unusable");
    }

    @Test
    void twoAreRefusedAndBothAreNamed() throws Exception {
        Path second = folder.resolve("onnxruntime_gpu");
        Path copy = second.resolve(CLASS);
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        try (InputStream original =
                Objects.requireNonNull(OrtEnvironment.class.getClassLoader().getResourceAsStream(CLASS))) {
            Files.copy(original, copy);
        }

        assertThat(child(Device.Kind.CPU, Stream.concat(classPath(), Stream.of(second.toString()))))
                .contains("unusable: ONNX Runtime is on the class path 2 times", second.toString(), "exactly one")
                .contains("refused: engine onnx can't be used")
                .doesNotContain("opened");
    }

    @Test
    void autoSaysInTheLogWhatItTookAndWhy() throws Exception {
        assertThat(child(Device.Kind.AUTO, classPath()))
                .containsPattern("INFO.* tiny\\.onnx runs on the processor: gpu:0 can't be used: .*built without CUDA")
                .contains("opened on cpu");
    }
}
