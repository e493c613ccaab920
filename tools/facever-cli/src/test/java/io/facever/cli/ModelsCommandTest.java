package io.facever.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.conformance.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {
    @TempDir
    Path folder;

    private Path cache;

    @BeforeEach
    void useAnEmptyCache() {
        cache = folder.resolve("cache");
        System.setProperty("facever.cache", cache.toString());
        System.setProperty("facever.offline", "true");
    }

    @AfterEach
    void restore() {
        System.clearProperty("facever.cache");
        System.clearProperty("facever.offline");
        System.clearProperty("facever.mirror");
    }

    @Test
    void listShowsEveryModelAndWhetherItIsThere() {
        Run run = Run.facever("models", "list");

        assertThat(run.status()).isZero();
        assertThat(run.out().lines())
                .anyMatch(line -> line.startsWith("mtcnn ") && line.contains(" no "))
                .anyMatch(line -> line.startsWith("facenet-vggface2 ") && line.contains(" 512 "))
                .anyMatch(line -> line.startsWith("mobilefacenet ") && line.contains(" 128 "));
    }

    @Test
    void pathIsTheCacheFolderAndIsNotMade() {
        Run run = Run.facever("models", "path");

        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualToIgnoringNewLines(cache.toString());
        assertThat(cache).doesNotExist();
    }

    @Test
    void verifyOfAnEmptyCacheFindsNothingWrong() {
        Run run = Run.facever("models", "verify");

        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("not fetched yet").doesNotContain("ALTERED");
    }

    @Test
    void pullOfAnUnknownModelNamesTheKnownOnes() {
        Run run = Run.facever("models", "pull", "facenet-2030");

        assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(run.err())
                .contains("'facenet-2030'", "facenet-vggface2", "[docs/errors.md#model-unknown]")
                .hasLineCount(1);
        assertThat(cache).doesNotExist();
    }

    @Test
    void pullOfflineWithoutAMirrorIsUnavailable() {
        System.setProperty("facever.mirror", folder.resolve("no-mirror").toString());

        Run run = Run.facever("models", "pull", "mtcnn");

        assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(run.err()).contains("[docs/errors.md#").doesNotContain("\tat ");
    }

    @Test
    void importOfAFileThatIsNoStateDictIsUnavailable() throws IOException {
        Path file = Files.writeString(folder.resolve("weights.pt"), "no weights");

        Run run = Run.facever("models", "import", "--architecture", "inception-resnet-v1", file);

        assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(run.err()).contains("weights.pt", "[docs/errors.md#").doesNotContain("\tat ");
    }

    @Test
    @Tag("weights")
    void pulledModelIsWholeUntilItIsAltered() throws IOException {
        System.setProperty("facever.mirror", Shared.folder().resolve("mirror").toString());

        Run pull = Run.facever("models", "pull", "mtcnn");
        assertThat(pull.status()).as(pull.err()).isZero();
        assertThat(pull.out()).isEqualToIgnoringNewLines("mtcnn is ready");
        assertThat(pull.err().lines()).isNotEmpty().allMatch(line -> line.startsWith("facever: "));
        assertThat(Run.facever("models", "verify").status()).isZero();
        assertThat(Run.facever("models", "pull", "mtcnn").err())
                .as("what is there is not prepared again")
                .isEmpty();

        Path onnx;
        try (Stream<Path> files = Files.walk(cache)) {
            onnx = files.filter(file -> file.toString().endsWith("onet.onnx"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(onnx);
        bytes[bytes.length / 2] ^= 1;
        Files.write(onnx, bytes);

        Run verify = Run.facever("models", "verify");
        assertThat(verify.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(verify.out()).contains("ALTERED");
        assertThat(Run.facever("models", "list").out()).contains("altered");
        assertThat(Run.facever("models", "pull", "mtcnn").status()).isZero();
        assertThat(Run.facever("models", "verify").status()).isZero();
    }
}
