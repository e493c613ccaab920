package io.facever.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {
    @TempDir
    private Path folder;

    /** A jar of ONNX Runtime, as far as the class path is concerned. */
    private URL artifact(String name) throws IOException {
        Path classes = Files.createDirectories(folder.resolve(name).resolve("ai/onnxruntime"));
        Files.createFile(classes.resolve("OrtEnvironment.class"));
        return folder.resolve(name).toUri().toURL();
    }

    @Test
    void acceptsTheOneOnTheClassPath() {
        assertThat(Artifacts.conflict(ArtifactsTest.class.getClassLoader())).isEmpty();
    }

    @Test
    void acceptsTheSamePlaceTwice() throws Exception {
        URL one = artifact("onnxruntime");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {one, one}, null)) {
            assertThat(Artifacts.conflict(loader)).isEmpty();
        }
    }

    @Test
    void namesBothWhereThereAreTwo() throws Exception {
        URL[] both = {artifact("onnxruntime-1.28.0"), artifact("onnxruntime_gpu-1.28.0")};
        try (URLClassLoader loader = new URLClassLoader(both, null)) {
            assertThat(Artifacts.conflict(loader)).hasValueSatisfying(conflict -> assertThat(conflict)
                    .contains("2 times", "onnxruntime-1.28.0", "onnxruntime_gpu-1.28.0", "exactly one"));
        }
    }
}
