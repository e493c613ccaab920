package io.facever.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.facever.Device;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each operator that is translated for libtorch gives what ONNX Runtime gives. */
class OperatorTest {
    private static final SessionOptions CPU = new SessionOptions(Device.cpu(), 1);
    private static final long[] IMAGES = {2, 3, 7, 6};
    private static final long[] VECTORS = {2, 5};

    @TempDir
    private Path folder;

    /** One operator on an input {@code x}, with the shape that comes out. */
    private record Case(
            String name, List<Long> input, List<Long> output, NodeProto.Builder node, List<TensorProto> constants) {
        @Override
        public String toString() {
            return name;
        }

        GraphProto.Builder graph(boolean tellShape) {
            GraphProto.Builder graph =
                    TinyOnnx.graph("y").addAllInitializer(constants).addNode(node);
            return tellShape ? graph.setInput(0, shaped(input)) : graph;
        }

        private static ValueInfoProto shaped(List<Long> shape) {
            ValueInfoProto.Builder value = TinyOnnx.value("x").toBuilder();
            TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
            shape.forEach(
                    size -> sizes.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size)));
            value.getTypeBuilder().getTensorTypeBuilder().setShape(sizes);
            return value.build();
        }
    }

    private static Case on(String name, long[] input, long[] output, NodeProto.Builder node, TensorProto... constants) {
        return new Case(name, boxed(input), boxed(output), node, List.of(constants));
    }

    private static List<Long> boxed(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    private static NodeProto.Builder node(String operator, String... inputs) {
        return TinyOnnx.node(operator, "y", inputs);
    }

    private static TensorProto random(String name, long... shape) {
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return TinyOnnx.floats(name, shape, numbers(name.hashCode(), count));
    }

    private static TensorProto positive(String name, long... shape) {
        TensorProto.Builder tensor = random(name, shape).toBuilder();
        for (int i = 0; i < tensor.getFloatDataCount(); i++) {
            tensor.setFloatData(i, 0.5f + Math.abs(tensor.getFloatData(i)));
        }
        return tensor.build();
    }

    private static float[] numbers(long seed, int count) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    static Stream<Case> cases() {
        return Stream.of(
                on(
                        "convolution with bias",
                        IMAGES,
                        new long[] {2, 4, 5, 4},
                        node("Conv", "x", "w", "b"),
                        random("w", 4, 3, 3, 3),
                        random("b", 4)),
                on(
                        "convolution with stride, padding and groups",
                        IMAGES,
                        new long[] {2, 6, 4, 2},
                        node("Conv", "x", "w")
                                .addAttribute(TinyOnnx.ints("strides", 2, 3))
                                .addAttribute(TinyOnnx.ints("pads", 1, 0, 1, 0))
                                .addAttribute(TinyOnnx.integer("group", 3)),
                        random("w", 6, 1, 3, 3)),
                on(
                        "convolution with dilation",
                        IMAGES,
                        new long[] {2, 1, 3, 2},
                        node("Conv", "x", "w").addAttribute(TinyOnnx.ints("dilations", 2, 2)),
                        random("w", 1, 3, 3, 3)),
                on(
                        "max pooling",
                        IMAGES,
                        new long[] {2, 3, 3, 2},
                        node("MaxPool", "x")
                                .addAttribute(TinyOnnx.ints("kernel_shape", 3, 3))
                                .addAttribute(TinyOnnx.ints("strides", 2, 2))),
                on(
                        "max pooling that overlaps the border",
                        IMAGES,
                        new long[] {2, 3, 3, 3},
                        node("MaxPool", "x")
                                .addAttribute(TinyOnnx.ints("kernel_shape", 3, 3))
                                .addAttribute(TinyOnnx.ints("strides", 2, 2))
                                .addAttribute(TinyOnnx.integer("ceil_mode", 1))),
                on(
                        "average pooling",
                        IMAGES,
                        new long[] {2, 3, 4, 3},
                        node("AveragePool", "x")
                                .addAttribute(TinyOnnx.ints("kernel_shape", 3, 3))
                                .addAttribute(TinyOnnx.ints("strides", 2, 2))
                                .addAttribute(TinyOnnx.ints("pads", 1, 1, 1, 1))),
                on("global average pooling", IMAGES, new long[] {2, 3, 1, 1}, node("GlobalAveragePool", "x")),
                on("relu", VECTORS, VECTORS, node("Relu", "x")),
                on("sigmoid", VECTORS, VECTORS, node("Sigmoid", "x")),
                on(
                        "softmax over channels",
                        IMAGES,
                        IMAGES,
                        node("Softmax", "x").addAttribute(TinyOnnx.integer("axis", 1))),
                on("softmax over the last", VECTORS, VECTORS, node("Softmax", "x")),
                on("prelu on images", IMAGES, IMAGES, node("PRelu", "x", "s"), random("s", 3, 1, 1)),
                on("prelu on vectors", VECTORS, VECTORS, node("PRelu", "x", "s"), random("s", 5)),
                on("prelu along rows", IMAGES, IMAGES, node("PRelu", "x", "s"), random("s", 6)),
                on(
                        "batch normalization",
                        IMAGES,
                        IMAGES,
                        node("BatchNormalization", "x", "g", "b", "m", "v")
                                .addAttribute(TinyOnnx.number("epsilon", 0.001f)),
                        random("g", 3),
                        random("b", 3),
                        random("m", 3),
                        positive("v", 3)),
                on("maximum", IMAGES, IMAGES, node("Max", "x", "c"), random("c", 3, 1, 1)),
                on("addition", VECTORS, VECTORS, node("Add", "x", "c"), random("c", 5)),
                on("subtraction", VECTORS, VECTORS, node("Sub", "x", "c"), random("c", 2, 5)),
                on("multiplication", IMAGES, IMAGES, node("Mul", "c", "x"), random("c", 3, 1, 1)),
                on("division", VECTORS, VECTORS, node("Div", "x", "c"), positive("c", 1, 5)),
                on("matrix product", VECTORS, new long[] {2, 4}, node("MatMul", "x", "w"), random("w", 5, 4)),
                on(
                        "linear layer, rows are outputs",
                        VECTORS,
                        new long[] {2, 4},
                        node("Gemm", "x", "w", "b").addAttribute(TinyOnnx.integer("transB", 1)),
                        random("w", 4, 5),
                        random("b", 4)),
                on(
                        "linear layer, columns are outputs",
                        VECTORS,
                        new long[] {2, 4},
                        node("Gemm", "x", "w", "b"),
                        random("w", 5, 4),
                        random("b", 1, 4)),
                on(
                        "joining channels",
                        IMAGES,
                        new long[] {2, 6, 7, 6},
                        node("Concat", "x", "x").addAttribute(TinyOnnx.integer("axis", 1))),
                on(
                        "some of the channels",
                        IMAGES,
                        new long[] {2, 2, 7, 6},
                        node("Slice", "x", "from", "to", "axis"),
                        TinyOnnx.longs("from", 1),
                        TinyOnnx.longs("to", 3),
                        TinyOnnx.longs("axis", 1)),
                on("flattening", IMAGES, new long[] {2, 126}, node("Flatten", "x")),
                on(
                        "reshaping",
                        IMAGES,
                        new long[] {2, 9, 14},
                        node("Reshape", "x", "shape"),
                        TinyOnnx.longs("shape", 0, -1, 14)),
                on(
                        "changing the order of dimensions",
                        IMAGES,
                        new long[] {2, 6, 7, 3},
                        node("Transpose", "x").addAttribute(TinyOnnx.ints("perm", 0, 3, 2, 1))),
                on("nothing", VECTORS, VECTORS, node("Identity", "x")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Tag("pytorch")
    void givesTheSameOnBothEngines(Case one) throws Exception {
        for (boolean tellShape : new boolean[] {true, false}) {
            Path file = TinyOnnx.write(folder, one.graph(tellShape));

            float[] expected = run(new DjlOnnxRuntimeEngine(), file, one);
            float[] actual = run(new DjlPyTorchEngine(), file, one);

            assertThat(actual).containsExactly(expected, within(1e-5f));
            assertThat(actual).isNotEqualTo(new float[actual.length]);
        }
    }

    private static float[] run(InferenceEngine engine, Path file, Case one) {
        Tensor input = Tensor.allocate(unboxed(one.input()));
        input.data().duplicate().put(numbers(1, input.data().capacity()));
        Tensor output = Tensor.allocate(unboxed(one.output()));
        try (InferenceSession session = engine.open(file, CPU)) {
            session.run(Map.of("x", input), Map.of("y", output));
        }
        float[] numbers = new float[output.data().capacity()];
        output.data().duplicate().get(numbers);
        return numbers;
    }

    private static long[] unboxed(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    private void assertRefused(GraphProto.Builder graph, String reason) throws Exception {
        Path file = TinyOnnx.write(folder, graph);
        assertThatThrownBy(() -> OnnxToTorchScript.translate(file))
                .isInstanceOf(OnnxToTorchScript.UnsupportedGraphException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void namesAnOperatorThatItDoesNotKnow() throws Exception {
        assertRefused(TinyOnnx.graph("y").addNode(node("Erf", "x")), "operator Erf is not known");
    }

    @Test
    void namesASettingThatItDoesNotKnow() throws Exception {
        assertRefused(
                TinyOnnx.graph("y")
                        .addInitializer(random("w", 1, 3, 3, 3))
                        .addNode(node("Conv", "x", "w").addAttribute(TinyOnnx.ints("pads", 0, 0, 1, 1))),
                "operator Conv has auto_pad NOTSET, pads [0, 0, 1, 1]");
    }

    @Test
    void refusesAValueThatNothingMakes() throws Exception {
        assertRefused(TinyOnnx.graph("y").addNode(node("Relu", "z")), "used before it is made");
    }

    @Test
    void refusesANameThatCouldBeCode() throws Exception {
        String name = "y\": x0}\n    import os\n";
        assertRefused(TinyOnnx.graph(name).addNode(TinyOnnx.node("Relu", name, "x")), "name of an output has signs");
    }

    @Test
    void refusesAConstantWhoseNumbersDoNotFillItsShape() throws Exception {
        assertRefused(
                TinyOnnx.graph("y")
                        .addInitializer(TinyOnnx.floats("c", new long[] {3}, 1, 2))
                        .addNode(node("Add", "x", "c")),
                "8 bytes, and its shape asks for 12");
    }
}
