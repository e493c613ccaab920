package io.facever.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.facever.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real photos, of the folder {@code shared} beside the repository. */
@Tag("weights")
class PhotosTest {
    @Test
    void sizesAreThoseOfTheReference() throws IOException {
        JsonNode images = new ObjectMapper()
                .readTree(shared().resolve("golden/detections.json").toFile())
                .get("images");
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode node : images) {
            String name = node.get("image").asText();
            Image image = Images.read(shared().resolve(name));
            softly.assertThat(image.toString())
                    .as(name)
                    .isEqualTo("Image[" + node.get("width").asInt() + "x"
                            + node.get("height").asInt() + "]");
        }
        softly.assertAll();
        assertThat(images.size()).isGreaterThan(70);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F1", "F2", "T1"})
    void webcamPhotosAreTurnedUpright(String name) {
        Image image = Images.read(shared().resolve("photos/antispoof_" + name + ".jpg"));

        assertThat(image.width()).isEqualTo(480);
        assertThat(image.height()).isEqualTo(640);
    }

    private static Path shared() {
        Path folder = Path.of(System.getProperty("facever.root")).resolveSibling("shared");
        boolean there = Files.isDirectory(folder.resolve("photos"));
        if (!there && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("CI=true, and " + folder + " with photos and golden data is missing");
        }
        Assumptions.assumeTrue(there, () -> "skipped: needs photos and golden data in " + folder);
        return folder;
    }
}
