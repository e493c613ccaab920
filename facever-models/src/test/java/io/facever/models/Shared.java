package io.facever.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The shared folder beside the project: published weights and golden data, where it is there. */
final class Shared {
    private Shared() {}

    static Path folder(String name) {
        Path root = Path.of(System.getProperty("facever.root", ".."))
                .toAbsolutePath()
                .normalize();
        Path folder = root.resolveSibling("shared").resolve(name);
        if ("true".equals(System.getenv("CI"))) {
            assertThat(folder)
                    .as("with CI=true the shared folder must be there")
                    .isDirectory();
        }
        assumeTrue(Files.isDirectory(folder), "skipped: needs " + folder + ", the published weights and golden data");
        return folder;
    }
}
