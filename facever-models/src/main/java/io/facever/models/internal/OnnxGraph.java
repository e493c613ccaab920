package io.facever.models.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Builds an ONNX model, opset 17 (the newest that common checkers and ONNX Runtime's CPU kernels cover whole). Each
 * method adds one operator and returns the name of what it gives. Same calls, same bytes.
 */
final class OnnxGraph {
    private static final int OPSET = 17;
    private static final int IR_VERSION = 8;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final List<NodeProto.Builder> nodes = new ArrayList<>();
    /** How many channels each result has, so that weights of another network are refused here and not by an engine. */
    private final Map<String, Integer> channels = new HashMap<>();

    OnnxGraph(String name) {
        graph.setName(name);
    }

    private int channels(String result) {
        return channels.getOrDefault(result, 0);
    }

    /** Notes the channels of a new result. */
    private String gives(NodeProto.Builder node, int count) {
        channels.put(node.getOutput(0), count);
        return node.getOutput(0);
    }

    private void expect(String input, int wanted) {
        if (channels(input) != wanted) {
            throw new WeightsException("these are not the weights of " + graph.getName() + ": a layer takes " + wanted
                    + " channels where the network has " + channels(input) + " (after " + nodes.size() + " operators)");
        }
    }

    /**
     * Declares an input.
     *
     * @param dimensions a number for a fixed size, a name for one that may vary
     */
    String input(String name, Object... dimensions) {
        graph.addInput(valueInfo(name, dimensions));
        channels.put(name, (Integer) dimensions[1]);
        return name;
    }

    /** Declares a result as an output of the model, under a name of its own. Nothing may have used it. */
    void output(String result, String name, Object... dimensions) {
        for (NodeProto.Builder node : nodes) {
            if (node.getOutput(0).equals(result)) {
                node.setOutput(0, name);
            }
        }
        graph.addOutput(valueInfo(name, dimensions));
    }

    static ValueInfoProto valueInfo(String name, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            TensorShapeProto.Dimension.Builder one = TensorShapeProto.Dimension.newBuilder();
            if (dimension instanceof Integer size) {
                one.setDimValue(size);
            } else {
                one.setDimParam(dimension.toString());
            }
            shape.addDim(one);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                                .setShape(shape)))
                .build();
    }

    /** Stride and padding of a convolution; rows first, the same on both sides. */
    record Window(int strideY, int strideX, int padY, int padX) {
        static final Window VALID = new Window(1, 1, 0, 0);
        static final Window VALID_STRIDE_2 = new Window(2, 2, 0, 0);

        /** Stride 1, and as much padding as keeps the size for an odd kernel. */
        static Window same(Affine layer) {
            return new Window(1, 1, layer.weight().size(2) / 2, layer.weight().size(3) / 2);
        }
    }

    String conv(String input, Affine layer, Window window) {
        return conv(input, layer, window, 1);
    }

    String conv(String input, Affine layer, Window window, int groups) {
        expect(input, layer.weight().size(1) * groups);
        NodeProto.Builder node = node("Conv", input, constant(layer.weight()), constant(layer.bias()));
        node.addAttribute(
                ints("kernel_shape", layer.weight().size(2), layer.weight().size(3)));
        node.addAttribute(ints("strides", window.strideY(), window.strideX()));
        node.addAttribute(ints("pads", window.padY(), window.padX(), window.padY(), window.padX()));
        if (groups != 1) {
            node.addAttribute(integer("group", groups));
        }
        return gives(node, layer.outputs());
    }

    /** A linear layer on [n, in]. */
    String linear(String input, Affine layer) {
        expect(input, layer.weight().size(1));
        NodeProto.Builder node = node("Gemm", input, constant(layer.weight()), constant(layer.bias()));
        node.addAttribute(integer("transB", 1));
        return gives(node, layer.outputs());
    }

    String relu(String input) {
        return gives(node("Relu", input), channels(input));
    }

    String sigmoid(String input) {
        return gives(node("Sigmoid", input), channels(input));
    }

    String softmax(String input) {
        NodeProto.Builder node = node("Softmax", input);
        node.addAttribute(integer("axis", 1));
        return gives(node, channels(input));
    }

    /**
     * PReLU with one slope for each channel. With slopes up to 1 it is written as {@code max(x, slope x)}, which gives
     * the same bits: ONNX Runtime 1.28 runs these two operators about four times as fast as its PRelu.
     *
     * @param spatial whether the input is [n, c, h, w] and not [n, c]
     */
    String prelu(String input, NdArray slope, boolean spatial) {
        int count = slope.size(0);
        expect(input, count);
        String slopes = constant(spatial ? slope.reshape(count, 1, 1) : slope);
        for (float one : slope.data()) {
            if (one > 1) {
                return gives(node("PRelu", input, slopes), count);
            }
        }
        String scaled = gives(node("Mul", input, slopes), count);
        return gives(node("Max", input, scaled), count);
    }

    /**
     * PReLU on [n, c, h, w] as {@code slope x + relu((1 − slope) x)}: the same but for rounding. ONNX Runtime 1.28 runs
     * each of these operators in the blocked layout of its convolutions, where it has no maximum, and so needs not
     * change the layout and back. It takes {@link #prelu} for slopes above 1.
     */
    String preluAsSum(String input, NdArray slope) {
        int count = slope.size(0);
        expect(input, count);
        float[] rest = new float[count];
        for (int channel = 0; channel < count; channel++) {
            rest[channel] = 1 - slope.at(channel);
            if (rest[channel] < 0) {
                return prelu(input, slope, true);
            }
        }
        String linear = gives(node("Mul", input, constant(slope.reshape(count, 1, 1))), count);
        String bent = gives(node("Mul", input, constant(NdArray.vector(rest).reshape(count, 1, 1))), count);
        return add(linear, relu(bent));
    }

    /** Windows that overlap the border count if {@code ceil} is set, as far as they lie inside. */
    String maxPool(String input, int size, int stride, boolean ceil) {
        NodeProto.Builder node = node("MaxPool", input);
        node.addAttribute(ints("kernel_shape", size, size));
        node.addAttribute(ints("strides", stride, stride));
        if (ceil) {
            node.addAttribute(integer("ceil_mode", 1));
        }
        return gives(node, channels(input));
    }

    String globalAveragePool(String input) {
        return gives(node("GlobalAveragePool", input), channels(input));
    }

    /**
     * Makes [n, c, h, w] to [n, c h w].
     *
     * @param positions h w
     */
    String flatten(String input, int positions) {
        return gives(node("Flatten", input), channels(input) * positions);
    }

    String add(String a, String b) {
        expect(a, channels(b));
        return gives(node("Add", a, b), channels(a));
    }

    /** Multiplies, one number for each channel in {@code gain}. */
    String multiply(String input, String gain) {
        expect(gain, channels(input));
        return gives(node("Mul", input, gain), channels(input));
    }

    /** Joins along the channels. */
    String concat(List<String> inputs) {
        NodeProto.Builder node = node("Concat", inputs.toArray(String[]::new));
        node.addAttribute(integer("axis", 1));
        return gives(node, inputs.stream().mapToInt(this::channels).sum());
    }

    private NodeProto.Builder node(String operator, String... inputs) {
        String name = operator.toLowerCase(Locale.ROOT) + "_" + nodes.size();
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType(operator)
                .setName(name)
                .addAllInput(List.of(inputs))
                .addOutput(name);
        nodes.add(node);
        return node;
    }

    private String constant(NdArray array) {
        ByteBuffer raw =
                ByteBuffer.allocate(Math.multiplyExact(4, array.data().length)).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(array.data());
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .setRawData(UnsafeByteOperations.unsafeWrap(raw));
        for (int size : array.shape()) {
            tensor.addDims(size);
        }
        String name = "weight_" + graph.getInitializerCount();
        graph.addInitializer(tensor.setName(name));
        return name;
    }

    private static AttributeProto ints(String name, int... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (int value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private static AttributeProto integer(String name, int value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    ModelProto build() {
        nodes.forEach(graph::addNode);
        nodes.clear();
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("facever")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph)
                .build();
    }
}
