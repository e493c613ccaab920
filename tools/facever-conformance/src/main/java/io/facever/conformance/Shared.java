package io.facever.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.facever.models.ModelStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The folder {@code shared} beside the repository: weights, photos and golden outputs. */
public final class Shared {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Shared() {}

    /**
     * The folder. Where it is missing, the running test is skipped with a message; with {@code CI=true} it fails.
     */
    public static Path folder() {
        Path folder = repository().resolveSibling("shared");
        boolean there = Files.isDirectory(folder.resolve("mirror"));
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("CI=true, and " + folder + " with weights and golden data is missing");
        }
        Assumptions.assumeTrue(there, () -> "skipped: needs weights and golden data in " + folder);
        return folder;
    }

    /** Root of the repository, from the system property {@code facever.root} that the build sets. */
    public static Path repository() {
        String root = System.getProperty("facever.root");
        if (root == null) {
            throw new IllegalStateException("the system property facever.root is not set; run the tests with Maven");
        }
        return Path.of(root).toAbsolutePath().normalize();
    }

    /**
     * A file of golden data.
     *
     * @param name as in {@code detections.json}
     */
    public static JsonNode golden(String name) {
        try {
            return JSON.readTree(folder().resolve("golden").resolve(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The file of an image as golden data name it.
     *
     * @param image as in {@code photos/multiface.jpg} or {@code lfw/images/...}
     */
    public static Path image(String image) {
        return folder().resolve(image);
    }

    /** The published models from the mirror in the shared folder, without a network. */
    public static ModelStore models() {
        return ModelStore.builder()
                .mirror(folder().resolve("mirror").toString())
                .cache(repository().resolve("target").resolve("test-models"))
                .offline(true)
                .build();
    }
}
