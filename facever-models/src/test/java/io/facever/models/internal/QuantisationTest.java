package io.facever.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.facever.models.internal.OnnxGraph.Window;
import io.facever.models.internal.Quantisation.Range;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantisationTest {
    private static final int SIDE = 160;

    @TempDir
    Path folder;

    private static ModelProto inception() {
        return InceptionResnetV1.fromTorch(StateDicts.weights(StateDicts.inceptionResnetV1(16, 4)));
    }

    private static float[] noise(long seed) {
        Random random = new Random(seed);
        float[] pixels = new float[3 * SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = 2 * random.nextFloat() - 1;
        }
        return pixels;
    }

    private static float[] embedding(ModelProto network, float[] pixels) throws Exception {
        try (Onnx onnx = Onnx.open(network.toByteArray())) {
            return onnx.run(pixels, 1, 3, SIDE, SIDE).get("embedding").array();
        }
    }

    private static Map<String, Range> measured(ModelProto network, float[]... inputs) throws Exception {
        Map<String, Range> ranges = new LinkedHashMap<>();
        try (Onnx onnx = Onnx.open(Quantisation.observed(network).toByteArray())) {
            for (float[] input : inputs) {
                Map<String, Float> numbers = new LinkedHashMap<>();
                onnx.run(input, 1, 3, SIDE, SIDE).forEach((name, output) -> numbers.put(name, output.array()[0]));
                Quantisation.ranges(numbers).forEach((tensor, range) -> ranges.merge(tensor, range, Range::and));
            }
        }
        return ranges;
    }

    /** One convolution with the given weights on one channel, 1×1, and nothing else. */
    private static ModelProto convolution(float[] weights, float[] biases) {
        OnnxGraph graph = new OnnxGraph("one");
        String x = graph.input("input", "n", 1, SIDE, SIDE);
        NdArray kernel = new NdArray(weights, weights.length, 1, 1, 1);
        x = graph.conv(x, new Affine(kernel, NdArray.vector(biases)), Window.VALID);
        graph.output(graph.flatten(graph.globalAveragePool(x), 1), "embedding", "n", weights.length);
        return graph.build();
    }

    private static TensorProto constant(ModelProto network, String name) {
        return network.getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static float number(TensorProto tensor, int index) {
        return tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .getFloat(4 * index);
    }

    @Test
    void roundedNetworkGivesNearlyTheSameEmbedding() throws Exception {
        ModelProto network = inception();
        ModelProto rounded = Quantisation.quantise(network, measured(network, noise(1), noise(2)));
        float[] exact = embedding(network, noise(3));
        float[] found = embedding(rounded, noise(3));
        double dot = 0;
        double exactNorm = 0;
        double foundNorm = 0;
        for (int i = 0; i < exact.length; i++) {
            dot += exact[i] * found[i];
            exactNorm += exact[i] * exact[i];
            foundNorm += found[i] * found[i];
        }
        assertThat(dot / Math.sqrt(exactNorm * foundNorm)).isGreaterThan(0.99);
        assertThat(found).isNotEqualTo(exact);
    }

    @Test
    void everyConvolutionBecomesAnIntegerOne() throws Exception {
        ModelProto network = inception();
        Path file = folder.resolve("optimised.onnx");
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizedModelFilePath(file.toString());
            OrtEnvironment.getEnvironment()
                    .createSession(
                            Quantisation.quantise(network, measured(network, noise(1)))
                                    .toByteArray(),
                            options)
                    .close();
        }
        try (InputStream in = Files.newInputStream(file)) {
            List<String> operators = ModelProto.parseFrom(in).getGraph().getNodeList().stream()
                    .map(NodeProto::getOpType)
                    .toList();
            long convolutions = network.getGraph().getNodeList().stream()
                    .filter(node -> node.getOpType().equals("Conv"))
                    .count();
            assertThat(operators)
                    .doesNotContain("Conv", "FusedConv", "Relu", "Concat", "Add", "MaxPool")
                    .filteredOn("QLinearConv"::equals)
                    .hasSize((int) convolutions);
        }
    }

    @Test
    void weightsAndBiasesAreRoundedToTheNearestStepOfTheirChannel() {
        float[] weights = {0.5f, -2, 0, 1e-30f};
        float[] biases = {0.1f, -3, 0.25f, 7};
        ModelProto rounded = Quantisation.quantise(
                convolution(weights, biases), Map.of("input", new Range(-1, 1), "conv_0", new Range(-4, 8)));
        TensorProto bytes = constant(rounded, "weight_0");
        TensorProto scales = constant(rounded, "weight_0 scale");
        TensorProto integers = constant(rounded, "weight_1");
        TensorProto biasScales = constant(rounded, "weight_1 scale");
        for (int i = 0; i < weights.length; i++) {
            float scale = number(scales, i);
            assertThat(bytes.getRawData().byteAt(i) * scale).isCloseTo(weights[i], within(scale / 2));
            float biasScale = number(biasScales, i);
            int integer = integers.getRawData()
                    .asReadOnlyByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getInt(4 * i);
            assertThat(biasScale).isEqualTo(2f / 255 * scale);
            assertThat(integer * biasScale).isCloseTo(biases[i], within(1e-6f * Math.abs(biases[i]) + biasScale));
        }
        assertThat(bytes.getRawData().byteAt(0)).isEqualTo((byte) 127);
        assertThat(bytes.getRawData().byteAt(1)).isEqualTo((byte) -127);
    }

    @Test
    void rangesHoldZeroSoThatPaddingIsExact() throws Exception {
        ModelProto network = convolution(new float[] {1}, new float[] {0});
        ModelProto rounded =
                Quantisation.quantise(network, Map.of("input", new Range(2, 3), "conv_0", new Range(2, 3)));
        try (Onnx onnx = Onnx.open(rounded.toByteArray())) {
            float[] found = onnx.run(new float[SIDE * SIDE], 1, 1, SIDE, SIDE)
                    .get("embedding")
                    .array();
            assertThat(found).containsExactly(0);
        }
    }

    @Test
    void rangesOfAnotherNetworkAreRefused() {
        ModelProto network = convolution(new float[] {1}, new float[] {0});
        assertThatThrownBy(() -> Quantisation.quantise(network, Map.of("input", new Range(0, 1))))
                .isInstanceOf(WeightsException.class)
                .hasMessage("no range was measured for the tensor conv_0 of one; give the ranges of this network");
    }

    @Test
    void rangesThatAreNoneAreRefused() {
        for (Map<String, Float> outputs : List.of(
                Map.of("least a", 2f, "most a", 1f),
                Map.of("least a", 2f),
                Map.of("least a", Float.NEGATIVE_INFINITY, "most a", 0f))) {
            assertThatThrownBy(() -> Quantisation.ranges(outputs))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("a range goes from one number to another");
        }
    }

    @Test
    void rangesSurviveBeingWritten() {
        Map<String, Range> ranges = new LinkedHashMap<>();
        ranges.put("relu_12", new Range(0, 1.1f));
        ranges.put("conv_3", new Range(-1e-7f, 12345.678f));
        assertThat(Quantisation.parse(Quantisation.text(ranges))).containsExactlyEntriesOf(ranges);
    }

    @Test
    void sameWeightsAndRangesGiveTheSameBytes() {
        ModelProto network = convolution(new float[] {1, 2}, new float[] {3, 4});
        Map<String, Range> ranges = Map.of("input", new Range(0, 1), "conv_0", new Range(0, 6));
        assertThat(Quantisation.quantise(network, ranges).toByteString())
                .isEqualTo(Quantisation.quantise(network, ranges).toByteString());
    }
}
