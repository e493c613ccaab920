package io.facever.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.facever.models.internal.Onnx;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Converted networks against the outputs of an independent implementation on the same weights. */
@Tag("weights")
class GoldenNetworksTest {
    @TempDir
    static Path cache;

    private static ModelStore store;

    @BeforeAll
    static void openStore() {
        store = ModelStore.builder()
                .cache(cache)
                .mirror(Shared.folder("mirror").toString())
                .offline(true)
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pnet", "rnet", "onet"})
    void givesTheGoldenOutputsOfMtcnn(String network) throws Exception {
        JsonNode golden = new ObjectMapper()
                .readTree(Shared.folder("golden").resolve("mtcnn_networks.json").toFile())
                .get(network);
        long[] shape = longs(golden.get("inputShape"));
        float[] input = new float[(int) (shape[0] * shape[1] * shape[2] * shape[3])];
        for (int i = 0; i < input.length; i++) {
            // the golden input as a pixel
            input[i] = (float) (128 * 0.9 * Math.sin(0.37 * i) + 127.5);
        }
        try (Onnx onnx = Onnx.open(store.resolve("mtcnn", network).toString())) {
            Onnx.Output found = onnx.run(input, shape).get("output");
            // two probabilities are one logit
            long channels = -1;
            long[] wanted = {};
            for (JsonNode expected : golden.get("outputs")) {
                float[] values =
                        switch (expected.get("name").asText()) {
                            case "probability" -> probabilities(found);
                            case "regression" -> channels(found, 1, 5);
                            default -> channels(found, 5, 15);
                        };
                assertThat(values).hasSize(expected.get("values").size());
                for (int i = 0; i < values.length; i++) {
                    assertThat(values[i])
                            .isCloseTo((float) expected.get("values").get(i).asDouble(), within(1e-4f));
                }
                wanted = longs(expected.get("shape"));
                channels += wanted[1];
            }
            wanted[1] = channels;
            assertThat(found.shape())
                    .containsExactly(Arrays.stream(wanted).boxed().toArray(Long[]::new));
        }
    }

    /** Some channels of each image, image after image. */
    private static float[] channels(Onnx.Output output, int from, int to) {
        float[] all = output.array();
        int images = output.shape().get(0).intValue();
        int channels = output.shape().get(1).intValue();
        int plane = all.length / images / channels;
        float[] some = new float[images * (to - from) * plane];
        for (int image = 0; image < images; image++) {
            System.arraycopy(
                    all, (image * channels + from) * plane, some, image * (to - from) * plane, (to - from) * plane);
        }
        return some;
    }

    /** Of no face and of a face, image after image, as the golden outputs have them. */
    private static float[] probabilities(Onnx.Output output) {
        float[] logits = channels(output, 0, 1);
        int plane = logits.length / output.shape().get(0).intValue();
        float[] probabilities = new float[2 * logits.length];
        for (int i = 0; i < logits.length; i++) {
            int at = 2 * plane * (i / plane) + i % plane;
            probabilities[at] = (float) (1 / (1 + Math.exp(logits[i])));
            probabilities[at + plane] = (float) (1 / (1 + Math.exp(-logits[i])));
        }
        return probabilities;
    }

    @ParameterizedTest
    @CsvSource({
        "facenet-vggface2, crop, facenetVggface2, 160, 160, 512, 0.9999",
        "facenet-vggface2-int8, crop, facenetVggface2, 160, 160, 512, 0.98",
        "mobilefacenet, crop96x112, mobilefacenet, 96, 112, 128, 0.9999"
    })
    void givesTheGoldenEmbeddings(
            String model, String crop, String key, int width, int height, int dimension, double least)
            throws Exception {
        Path golden = Shared.folder("golden");
        JsonNode faces = new ObjectMapper()
                .readTree(golden.resolve("embeddings.json").toFile())
                .get("faces");
        List<Double> cosines = new ArrayList<>();
        try (Onnx onnx = Onnx.open(store.resolve(model, "embedding").toString())) {
            for (JsonNode face : faces) {
                float[] input = pixels(golden.resolve(face.get(crop).asText()).toFile(), width, height);
                Onnx.Output output = onnx.run(input, 1, 3, height, width).get("embedding");
                assertThat(output.shape()).containsExactly(1L, (long) dimension);
                cosines.add(cosine(output.array(), face.get(key)));
            }
        }
        assertThat(cosines).isNotEmpty().allSatisfy(cosine -> assertThat(cosine).isGreaterThanOrEqualTo(least));
    }

    @ParameterizedTest
    @CsvSource({"minifasnet-v2, MiniFASNetV2", "minifasnet-v1se, MiniFASNetV1SE"})
    void givesTheGoldenLivenessProbabilities(String model, String key) throws Exception {
        Path golden = Shared.folder("golden");
        JsonNode images = new ObjectMapper()
                .readTree(golden.resolve("liveness.json").toFile())
                .get("images");
        assertThat(images).isNotEmpty();
        try (Onnx onnx = Onnx.open(store.resolve(model, "liveness").toString())) {
            for (JsonNode image : images) {
                String name =
                        image.get("image").asText().replaceFirst(".*/", "").replaceFirst("\\.jpg$", "");
                File crop = golden.resolve("liveness")
                        .resolve(name + "_" + key + ".png")
                        .toFile();
                float[] rgb = pixels(crop, 80, 80);
                float[] bgr = new float[rgb.length];
                int plane = 80 * 80;
                for (int i = 0; i < bgr.length; i++) {
                    bgr[i] = rgb[(2 - i / plane) * plane + i % plane] * 128f + 127.5f;
                }
                float[] found = onnx.run(bgr, 1, 3, 80, 80).get("probability").array();
                for (int i = 0; i < 3; i++) {
                    double expected = image.get("softmax").get(key).get(i).asDouble();
                    assertThat((double) found[i]).as(name).isCloseTo(expected, within(1e-4));
                }
            }
        }
    }

    @Test
    void runsBatchesOfAnySize() throws Exception {
        try (Onnx onnx = Onnx.open(store.resolve("mtcnn", "rnet").toString())) {
            float[] one = new float[3 * 24 * 24];
            Arrays.fill(one, 160);
            float[] three = new float[3 * one.length];
            Arrays.fill(three, 160);
            float[] single = onnx.run(one, 1, 3, 24, 24).get("output").array();
            float[] batch = onnx.run(three, 3, 3, 24, 24).get("output").array();
            assertThat(batch).hasSize(15);
            assertThat(Arrays.copyOfRange(batch, 10, 15)).containsExactly(single, within(1e-5f));
        }
    }

    private static float[] pixels(File png, int width, int height) throws Exception {
        BufferedImage image = ImageIO.read(png);
        assertThat(image.getWidth()).isEqualTo(width);
        assertThat(image.getHeight()).isEqualTo(height);
        float[] input = new float[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int rgb = image.getRGB(x, y);
                for (int c = 0; c < 3; c++) {
                    input[(c * height + y) * width + x] = ((rgb >> (16 - 8 * c) & 0xFF) - 127.5f) / 128f;
                }
            }
        }
        return input;
    }

    private static double cosine(float[] a, JsonNode b) {
        assertThat(a).hasSize(b.size());
        double dot = 0;
        double normA = 0;
        double normB = 0;
        for (int i = 0; i < a.length; i++) {
            double other = b.get(i).asDouble();
            dot += a[i] * other;
            normA += a[i] * (double) a[i];
            normB += other * other;
        }
        return dot / Math.sqrt(normA * normB);
    }

    private static long[] longs(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }
}
