package io.facever.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Converted networks with random weights, run on ONNX Runtime, against a direct computation. */
class ConvertersTest {
    private static final double TOLERANCE = 1e-4;

    /** From −1 to 1, as the embedders take it. */
    private static float[] input(int count) {
        Random random = new Random(7);
        float[] input = new float[count];
        for (int i = 0; i < count; i++) {
            input[i] = (float) (2 * random.nextDouble() - 1);
        }
        return input;
    }

    /** From 0 to 255. */
    private static float[] pixels(int count) {
        float[] pixels = input(count);
        for (int i = 0; i < count; i++) {
            pixels[i] = 127.5f * (1 + pixels[i]);
        }
        return pixels;
    }

    private static void assertSame(ModelProto model, Map<String, Direct.Maps> expected, int height, int width)
            throws Exception {
        assertSame(model, expected, input(3 * height * width), height, width);
    }

    private static void assertSameOnPixels(ModelProto model, Map<String, Direct.Maps> expected, int height, int width)
            throws Exception {
        assertSame(model, expected, pixels(3 * height * width), height, width);
    }

    private static void assertSame(
            ModelProto model, Map<String, Direct.Maps> expected, float[] input, int height, int width)
            throws Exception {
        try (Onnx onnx = Onnx.open(model.toByteArray())) {
            Map<String, Onnx.Output> found = onnx.run(input, 1, 3, height, width);
            assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
            expected.forEach((name, maps) -> assertClose(found.get(name).array(), maps));
        }
    }

    private static void assertClose(float[] found, Direct.Maps expected) {
        double[] numbers = expected.values().numbers();
        assertThat(found).hasSize(numbers.length);
        double scale = 1;
        for (double number : numbers) {
            scale = Math.max(scale, Math.abs(number));
        }
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("number " + i).isCloseTo(numbers[i], within(TOLERANCE * scale));
        }
    }

    private static Direct.Maps maps(int height, int width) {
        return Direct.of(input(3 * height * width), 3, height, width);
    }

    private static Direct.Maps pixelMaps(int height, int width) {
        return Direct.of(pixels(3 * height * width), 3, height, width);
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 20, 33})
    void pnetGivesWhatItsLayersDefineAtAnySize(int width) throws Exception {
        Map<String, NdArray> arrays = StateDicts.pnet(1);
        int height = width + 4;
        assertSameOnPixels(
                Mtcnn.pnet(StateDicts.weights(arrays)),
                new Direct(arrays).pnet(pixelMaps(height, width)),
                height,
                width);
    }

    @Test
    void slopesBelowZeroAndAboveOneGiveWhatTheLayersDefine() throws Exception {
        Map<String, NdArray> arrays = StateDicts.pnet(7);
        arrays.put("prelu1.weight", NdArray.vector(-1.3f, 1.2f, 0, 1, -0.1f, 0.5f, 2, -2, 0.9f, 1.01f));
        ModelProto model = Mtcnn.pnet(StateDicts.weights(arrays));
        assertSameOnPixels(model, new Direct(arrays).pnet(pixelMaps(21, 18)), 21, 18);
        assertThat(model.getGraph().getNodeList())
                .noneMatch(node -> node.getOpType().equals("PRelu"));
    }

    @Test
    void slopesAboveOneInALaterLayerGiveWhatTheLayersDefine() throws Exception {
        Map<String, NdArray> arrays = StateDicts.rnet(8);
        arrays.put("prelu2.weight", NdArray.vector(-1.3f, 1.2f, 0, 1, -0.1f, 0.5f));
        assertSameOnPixels(Mtcnn.rnet(StateDicts.weights(arrays)), new Direct(arrays).rnet(pixelMaps(24, 24)), 24, 24);
    }

    @Test
    void rnetGivesWhatItsLayersDefine() throws Exception {
        Map<String, NdArray> arrays = StateDicts.rnet(2);
        assertSameOnPixels(Mtcnn.rnet(StateDicts.weights(arrays)), new Direct(arrays).rnet(pixelMaps(24, 24)), 24, 24);
    }

    @Test
    void onetGivesWhatItsLayersDefine() throws Exception {
        Map<String, NdArray> arrays = StateDicts.onet(3);
        assertSameOnPixels(Mtcnn.onet(StateDicts.weights(arrays)), new Direct(arrays).onet(pixelMaps(48, 48)), 48, 48);
    }

    @Test
    void inceptionResnetGivesWhatItsLayersDefine() throws Exception {
        Map<String, NdArray> arrays = StateDicts.inceptionResnetV1(16, 4);
        assertSame(
                InceptionResnetV1.fromTorch(StateDicts.weights(arrays)),
                Map.of("embedding", new Direct(arrays).inceptionResnetV1(maps(160, 160))),
                160,
                160);
    }

    @Test
    void inceptionResnetIsTheSameFromTensorFlowArrays() throws Exception {
        Map<String, NdArray> torch = StateDicts.inceptionResnetV1(16, 4);
        ModelProto fromTensorFlow = InceptionResnetV1.fromTensorFlow(StateDicts.weights(tensorFlow(torch)));
        assertThat(fromTensorFlow).isEqualTo(InceptionResnetV1.fromTorch(StateDicts.weights(torch)));
    }

    @Test
    void mobileFaceNetGivesWhatItsLayersDefine() throws Exception {
        Map<String, NdArray> arrays = StateDicts.mobileFaceNet(5);
        assertSame(
                MobileFaceNet.fromTorch(StateDicts.weights(arrays)),
                Map.of("embedding", new Direct(arrays).mobileFaceNet(maps(112, 96))),
                112,
                96);
    }

    @Test
    void sameWeightsGiveTheSameBytes() {
        Weights weights = StateDicts.weights(StateDicts.inceptionResnetV1(8, 6));
        assertThat(InceptionResnetV1.fromTorch(weights).toByteString())
                .isEqualTo(InceptionResnetV1.fromTorch(weights).toByteString());
    }

    @Test
    void knowsTheDimensionOfTheEmbedding() {
        Weights weights = StateDicts.weights(StateDicts.inceptionResnetV1(37, 6));
        assertThat(InceptionResnetV1.dimension(InceptionResnetV1.fromTorch(weights)))
                .isEqualTo(37);
    }

    @Test
    void refusesALayerThatDoesNotFitTheOneBefore() {
        Map<String, NdArray> arrays = StateDicts.pnet(1);
        arrays.put("conv2.weight", new NdArray(new float[16 * 11 * 9], 16, 11, 3, 3));
        assertThatThrownBy(() -> Mtcnn.pnet(StateDicts.weights(arrays)))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("pnet")
                .hasMessageContaining("takes 11 channels")
                .hasMessageContaining("has 10");
    }

    @Test
    void refusesAnArrayOfAnotherShape() {
        Map<String, NdArray> arrays = StateDicts.pnet(1);
        arrays.put("conv4_1.weight", new NdArray(new float[3 * 32], 3, 32, 1, 1));
        assertThatThrownBy(() -> Mtcnn.pnet(StateDicts.weights(arrays)))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("conv4_1.weight")
                .hasMessageContaining("[3, 32, 1, 1]")
                .hasMessageContaining("[2, 32, 1, 1]");
    }

    /** The same weights under the names and in the layout of TensorFlow. */
    private static Map<String, NdArray> tensorFlow(Map<String, NdArray> torch) {
        Map<String, NdArray> result = new LinkedHashMap<>();
        torch.forEach((name, array) -> {
            int dot = name.lastIndexOf('.');
            String kind = name.substring(dot + 1);
            String layer = tensorFlowName(name.substring(0, dot));
            boolean norm = name.contains(".bn.") || name.startsWith("last_bn");
            switch (kind) {
                case "running_mean" -> result.put(layer + "_BatchNorm_moving_mean", array);
                case "running_var" -> result.put(layer + "_BatchNorm_moving_variance", array);
                case "bias" -> result.put(layer + (norm ? "_BatchNorm_beta" : "_bias"), array);
                case "weight" -> {
                    if (!norm) {
                        result.put(
                                layer + "_kernel",
                                array.shape().length == 4 ? array.transpose(2, 3, 1, 0) : array.transpose(1, 0));
                    }
                }
                default -> throw new IllegalArgumentException(name);
            }
        });
        return result;
    }

    private static String tensorFlowName(String torch) {
        String name = torch.replaceFirst("\\.(conv|bn)$", "");
        Map<String, String> stem = Map.of(
                "conv2d_1a", "Conv2d_1a_3x3",
                "conv2d_2a", "Conv2d_2a_3x3",
                "conv2d_2b", "Conv2d_2b_3x3",
                "conv2d_3b", "Conv2d_3b_1x1",
                "conv2d_4a", "Conv2d_4a_3x3",
                "conv2d_4b", "Conv2d_4b_3x3",
                "last_linear", "Bottleneck",
                "last_bn", "Bottleneck");
        if (stem.containsKey(name)) {
            return stem.get(name);
        }
        String[] parts = name.split("\\.", -1);
        boolean repeated = parts[0].startsWith("repeat");
        String block =
                switch (parts[0]) {
                    case "repeat_1" -> "Block35_" + (Integer.parseInt(parts[1]) + 1);
                    case "repeat_2" -> "Block17_" + (Integer.parseInt(parts[1]) + 1);
                    case "repeat_3" -> "Block8_" + (Integer.parseInt(parts[1]) + 1);
                    case "block8" -> "Block8_6";
                    default -> parts[0].replace("mixed", "Mixed");
                };
        int at = repeated ? 2 : 1;
        if (parts[at].equals("conv2d")) {
            return block + "_Conv2d_1x1";
        }
        String branch = block + "_Branch_" + parts[at].charAt("branch".length());
        int step = parts.length > at + 1 ? Integer.parseInt(parts[at + 1]) : -1;
        if (step < 0) {
            return branch + (block.startsWith("Mixed") ? "_Conv2d_1a_3x3" : "_Conv2d_1x1");
        }
        boolean wide = block.startsWith("Block17");
        boolean narrow = block.startsWith("Block8");
        boolean last = block.startsWith("Mixed") && !torchHasStepAfter(block, parts[at], step);
        String size = step == 0
                ? "0a_1x1"
                : last
                        ? "1a_3x3"
                        : step == 1
                                ? "0b_" + (wide ? "1x7" : narrow ? "1x3" : "3x3")
                                : "0c_" + (wide ? "7x1" : narrow ? "3x1" : "3x3");
        return branch + "_Conv2d_" + size;
    }

    private static boolean torchHasStepAfter(String block, String branch, int step) {
        boolean threeSteps = block.equals("Mixed_6a") || branch.equals("branch2");
        return step < (threeSteps ? 2 : 1);
    }
}
