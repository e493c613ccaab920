package io.facever.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.conformance.Shared;
import java.io.File;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application whose descriptor says {@code requires io.facever} compiles, runs and finds every part. */
class ModulePathTest {
    private static final String DESCRIPTOR =
            """
            module app {
                requires io.facever;

                uses io.facever.Liveness.Provider;
                uses io.facever.spi.DetectorProvider;
                uses io.facever.spi.AlignerProvider;
                uses io.facever.spi.EmbedderProvider;
                uses io.facever.spi.InferenceEngine;
                uses io.facever.spi.ModelProvider;
                uses io.facever.spi.ImageDecoder;
            }
            """;

    private static final String MAIN =
            """
            package app;

            import io.facever.FaceVerifier;
            import io.facever.Liveness;
            import io.facever.models.ModelStore;
            import io.facever.spi.*;
            import java.nio.file.Path;
            import java.util.ServiceLoader;

            public class Main {
                public static void main(String[] arguments) {
                    for (DetectorProvider one : ServiceLoader.load(DetectorProvider.class)) show(one, one.name());
                    for (AlignerProvider one : ServiceLoader.load(AlignerProvider.class)) show(one, one.name());
                    for (EmbedderProvider one : ServiceLoader.load(EmbedderProvider.class)) show(one, one.name());
                    for (Liveness.Provider one : ServiceLoader.load(Liveness.Provider.class)) show(one, one.name());
                    for (InferenceEngine one : ServiceLoader.load(InferenceEngine.class)) show(one, one.name());
                    for (ModelProvider one : ServiceLoader.load(ModelProvider.class)) show(one, "models");
                    for (ImageDecoder one : ServiceLoader.load(ImageDecoder.class)) show(one, "decoder");
                    if (arguments.length == 0) {
                        return;
                    }
                    ModelStore models = ModelStore.builder()
                            .mirror(arguments[0]).cache(Path.of(arguments[1])).offline(true).build();
                    try (FaceVerifier verifier = FaceVerifier.builder().models(models).build()) {
                        System.out.println(
                                verifier.verify(Path.of(arguments[2]), Path.of(arguments[3])).outcome());
                    }
                }

                static void show(Object one, String name) {
                    System.out.println(one.getClass().getModule().getName() + " " + name);
                }
            }
            """;

    @TempDir
    private Path folder;

    private String modulePath = "";

    @BeforeEach
    void compileTheApplication() throws IOException {
        modulePath = modules();
        Path descriptor = Files.writeString(folder.resolve("module-info.java"), DESCRIPTOR);
        Path main = Files.createDirectories(folder.resolve("app")).resolve("Main.java");
        Files.writeString(main, MAIN);

        assertThat(Compiler.compile(List.of(descriptor, main), folder.resolve("classes"), "--module-path", modulePath))
                .isEmpty();
    }

    /** What {@code io.facever} needs, and nothing that only tests need. */
    private static String modules() {
        Path[] entries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(Files::exists)
                .filter(path -> !path.toString().contains("facever-conformance"))
                .toArray(Path[]::new);
        Configuration configuration =
                Configuration.empty().resolve(ModuleFinder.of(entries), ModuleFinder.ofSystem(), Set.of("io.facever"));
        return configuration.modules().stream()
                .map(ResolvedModule::reference)
                .flatMap(reference -> reference.location().stream())
                .filter(location -> location.getScheme().equals("file"))
                .map(location -> Path.of(location).toString())
                .sorted()
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void everyKindOfPartIsFoundInItsModule() throws Exception {
        assertThat(run())
                .contains(
                        "io.facever.mtcnn mtcnn",
                        "io.facever.facenet similarity",
                        "io.facever.facenet crop",
                        "io.facever.facenet center",
                        "io.facever.facenet inception-resnet-v1",
                        "io.facever.facenet mobilefacenet",
                        "io.facever.liveness passive",
                        "io.facever.onnx onnx",
                        "io.facever.models models",
                        "io.facever.image decoder");
    }

    @Test
    @Tag("weights")
    void twoPhotosAreVerified() throws Exception {
        List<String> lines = run(
                Shared.folder().resolve("mirror").toString(),
                Shared.models().cache().toString(),
                Shared.image("photos/Bill_Gates_0000.jpg").toString(),
                Shared.image("photos/Bill_Gates_0001.jpg").toString());

        assertThat(lines).last().isEqualTo("MATCH");
    }

    private List<String> run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path",
                folder.resolve("classes") + File.pathSeparator + modulePath,
                "--module",
                "app/app.Main"));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        return Files.readAllLines(output);
    }
}
