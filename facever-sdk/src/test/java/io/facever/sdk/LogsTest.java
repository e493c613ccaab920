package io.facever.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.Embedding;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.conformance.Shared;
import io.facever.models.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** At the finest level, the log of a whole run holds no number of an embedding and no row of pixels. */
class LogsTest {
    /** Verifies two photos, and prints what must not be in the log. */
    static final class Run {
        private Run() {}

        public static void main(String[] args) {
            ModelStore models = ModelStore.builder()
                    .mirror(args[0])
                    .cache(Path.of(args[1]))
                    .offline(true)
                    .build();
            try (FaceVerifier verifier = FaceVerifier.builder().models(models).build()) {
                verifier.verify(Path.of(args[2]), Path.of(args[3]));
                Image photo = verifier.decode(Path.of(args[2]));
                Embedding embedding = verifier.embed(photo).orElseThrow();
                for (float number : embedding.toArray()) {
                    System.out.println(String.format(Locale.ROOT, "%.5f", Math.abs(number)));
                }
                byte[] row = new byte[3 * 8];
                photo.read(photo.width() / 2, photo.height() / 2, 8, row, 0);
                System.out.println(String.join(
                        ", ",
                        IntStream.range(0, row.length)
                                .mapToObj(i -> String.valueOf(row[i]))
                                .toList()));
            }
        }
    }

    @Test
    @Tag("weights")
    void holdsNoEmbeddingAndNoPixels(@TempDir Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Path secrets = folder.resolve("secrets");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
                        Run.class.getName(),
                        Shared.folder().resolve("mirror").toString(),
                        Shared.models().cache().toString(),
                        Shared.image("photos/Bill_Gates_0000.jpg").toString(),
                        Shared.image("photos/Bill_Gates_0001.jpg").toString())
                .redirectOutput(secrets.toFile())
                .redirectError(log.toFile())
                .start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String logged = Files.readString(log);
        assertThat(process.exitValue()).as(logged).isZero();
        List<String> secret = Files.readAllLines(secrets);

        assertThat(logged).as("the log works").contains("inference engine: using onnx");
        assertThat(secret).hasSizeGreaterThan(500);
        assertThat(secret).noneMatch(number -> logged.contains(number));
    }
}
