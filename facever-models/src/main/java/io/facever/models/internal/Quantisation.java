package io.facever.models.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Static quantisation: makes a network of 32-bit floats one whose convolutions are computed with 8-bit integers.
 *
 * <p>Weights become signed bytes, symmetric, with a scale for each output channel; what flows between layers becomes
 * unsigned bytes with a scale and a zero point that come from ranges measured beforehand; biases become 32-bit
 * integers. Scheme: B. Jacob and others, "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", CVPR 2018. It is written as pairs of {@code QuantizeLinear} and
 * {@code DequantizeLinear}, from which an engine makes its integer operators. Averages and linear layers stay as they
 * are.
 */
public final class Quantisation {
    /** Operators that have an integer form in ONNX Runtime. */
    private static final Set<String> ROUNDED = Set.of("Conv", "Relu", "Concat", "Add", "MaxPool");

    private static final String LEAST = "least ";
    private static final String MOST = "most ";
    private static final int MOST_WEIGHT = 127;
    private static final int MOST_ACTIVATION = 255;

    /** Leaves room in 32 bits for the sum of products that a bias is added to. */
    private static final float MOST_BIAS = 1 << 30;

    private final ModelProto network;
    private final Map<String, Range> ranges;
    private final Map<String, TensorProto> constants;
    private final Set<String> outputs;
    /** Tensors that only a ReLU takes: the engine makes it part of the operator before it. */
    private final Set<String> rectified;

    /** The new graph as it grows. */
    private final GraphProto.Builder graph;

    private final Map<String, String> roundedNames = new HashMap<>();

    private Quantisation(ModelProto network, Map<String, Range> ranges) {
        GraphProto old = network.getGraph();
        this.network = network;
        this.ranges = new HashMap<>(ranges);
        this.constants = old.getInitializerList().stream().collect(Collectors.toMap(TensorProto::getName, one -> one));
        this.outputs = old.getOutputList().stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
        this.rectified = old.getNodeList().stream()
                .filter(node -> node.getOpType().equals("Relu"))
                .map(node -> node.getInput(0))
                .collect(Collectors.toSet());
        this.graph = old.toBuilder().clearNode().clearInitializer();
    }

    /**
     * Least and greatest number that a tensor was seen to hold. What is rounded holds 0 as well.
     *
     * @param least a finite number
     * @param most not below {@code least}
     */
    public record Range(float least, float most) {
        /** Checks the order. */
        public Range {
            if (!(least <= most) || Float.isInfinite(least) || Float.isInfinite(most)) {
                throw new WeightsException(
                        "a range goes from one number to another that is not below it, found " + least + " to " + most);
            }
        }

        /** The range that holds both. */
        public Range and(Range other) {
            return new Range(Math.min(least, other.least), Math.max(most, other.most));
        }

        private float scale() {
            float width = Math.max(0, most) - Math.min(0, least);
            return width > 0 ? width / MOST_ACTIVATION : 1;
        }

        private byte zero() {
            return (byte) Math.round(-Math.min(0, least) / scale());
        }
    }

    /**
     * A network to measure ranges with: instead of the outputs of the given one, it gives two numbers for each tensor
     * whose range is needed, each of shape [1, 1, 1, 1]. {@link #ranges} reads them.
     */
    public static ModelProto observed(ModelProto network) {
        GraphProto.Builder graph = network.getGraph().toBuilder().clearOutput();
        for (String tensor : new Quantisation(network, Map.of()).measured()) {
            for (String output : List.of(LEAST + tensor, MOST + tensor)) {
                graph.addNodeBuilder()
                        .setOpType(output.startsWith(LEAST) ? "ReduceMin" : "ReduceMax")
                        .setName(output)
                        .addInput(tensor)
                        .addOutput(output);
                graph.addOutput(OnnxGraph.valueInfo(output, 1, 1, 1, 1));
            }
        }
        return network.toBuilder().setGraph(graph).build();
    }

    /**
     * Ranges from the outputs of one run of an {@link #observed} network, by tensor.
     *
     * @param outputs the number in each output, by its name
     */
    public static Map<String, Range> ranges(Map<String, Float> outputs) {
        Map<String, Range> ranges = new LinkedHashMap<>();
        outputs.forEach((output, least) -> {
            if (output.startsWith(LEAST)) {
                String tensor = output.substring(LEAST.length());
                ranges.put(tensor, new Range(least, outputs.getOrDefault(MOST + tensor, Float.NaN)));
            }
        });
        return ranges;
    }

    /** Ranges as text: a line for each tensor, with its name, least and greatest number. */
    public static String text(Map<String, Range> ranges) {
        StringBuilder text = new StringBuilder();
        ranges.forEach((tensor, range) -> text.append(tensor)
                .append(' ')
                .append(range.least)
                .append(' ')
                .append(range.most)
                .append('\n'));
        return text.toString();
    }

    /** Reads what {@link #text} wrote. */
    public static Map<String, Range> parse(String text) {
        Map<String, Range> ranges = new LinkedHashMap<>();
        text.lines().map(line -> line.split(" ")).forEach(parts -> {
            ranges.put(parts[0], new Range(Float.parseFloat(parts[1]), Float.parseFloat(parts[2])));
        });
        return ranges;
    }

    /**
     * The network with 8-bit integers.
     *
     * @param ranges of the tensors that {@link #observed} measures
     * @throws WeightsException when a range is missing, so these are the ranges of another network
     */
    public static ModelProto quantise(ModelProto network, Map<String, Range> ranges) {
        return new Quantisation(network, ranges).quantise();
    }

    /** Tensors whose range is needed. What is pooled keeps its range, so that is not measured again. */
    private List<String> measured() {
        List<String> tensors = new ArrayList<>();
        network.getGraph().getInputList().forEach(input -> tensors.add(input.getName()));
        for (NodeProto node : network.getGraph().getNodeList()) {
            if (isRounded(node) && !node.getOpType().equals("MaxPool")) {
                tensors.add(node.getOutput(0));
            }
        }
        return tensors;
    }

    private boolean isRounded(NodeProto node) {
        String output = node.getOutput(0);
        return ROUNDED.contains(node.getOpType()) && !outputs.contains(output) && !rectified.contains(output);
    }

    private ModelProto quantise() {
        network.getGraph().getInputList().forEach(input -> round(input.getName(), range(input.getName())));
        for (NodeProto node : network.getGraph().getNodeList()) {
            NodeProto.Builder copy = node.toBuilder().clearInput();
            if (node.getOpType().equals("Conv")) {
                convolution(node, copy);
            } else {
                for (String input : node.getInputList()) {
                    copy.addInput(roundedNames.getOrDefault(input, input));
                    TensorProto constant = constants.get(input);
                    if (constant != null) {
                        graph.addInitializer(constant);
                    }
                }
            }
            graph.addNode(copy);
            if (isRounded(node)) {
                boolean pooled = node.getOpType().equals("MaxPool");
                round(node.getOutput(0), range(pooled ? node.getInput(0) : node.getOutput(0)));
            }
        }
        return network.toBuilder().setGraph(graph).build();
    }

    private Range range(String tensor) {
        Range range = ranges.get(tensor);
        if (range == null) {
            throw new WeightsException("no range was measured for the tensor " + tensor + " of "
                    + network.getGraph().getName() + "; give the ranges of this network");
        }
        return range;
    }

    /** Puts quantisation and its inverse behind a tensor. */
    private void round(String tensor, Range range) {
        ranges.put(tensor, range);
        String scale = floats(tensor + " scale", List.of(), range.scale());
        String zero = integers(tensor + " zero", TensorProto.DataType.UINT8, List.of(), new byte[] {range.zero()});
        addNode("QuantizeLinear", tensor + " 8 bits", tensor, scale, zero);
        roundedNames.put(
                tensor, dequantised(tensor, tensor + " 8 bits", scale, zero).getOutput(0));
    }

    private NodeProto.Builder dequantised(String tensor, String integers, String scale, String zero) {
        return addNode("DequantizeLinear", tensor + " rounded", integers, scale, zero);
    }

    private NodeProto.Builder addNode(String operator, String output, String... inputs) {
        return graph.addNodeBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output);
    }

    /** Rounds weights and bias of an operator, and connects its copy to them. */
    private void convolution(NodeProto node, NodeProto.Builder copy) {
        TensorProto weight = constants.get(node.getInput(1));
        TensorProto bias = constants.get(node.getInput(2));
        if (weight == null || bias == null) {
            throw new WeightsException("the convolution " + node.getName() + " has no constant weights and bias");
        }
        FloatBuffer weights = numbers(weight);
        FloatBuffer biases = numbers(bias);
        int channels = biases.remaining();
        int length = weights.remaining() / channels;
        float inputScale = range(node.getInput(0)).scale();
        float[] weightScales = new float[channels];
        float[] biasScales = new float[channels];
        ByteBuffer roundedWeights = ByteBuffer.allocate(channels * length);
        ByteBuffer roundedBiases = ByteBuffer.allocate(4 * channels).order(ByteOrder.LITTLE_ENDIAN);
        for (int channel = 0; channel < channels; channel++) {
            float greatest = Float.MIN_NORMAL;
            for (int i = 0; i < length; i++) {
                greatest = Math.max(greatest, Math.abs(weights.get(channel * length + i)));
            }
            // a channel of tiny weights still has to express its bias
            float least = Math.abs(biases.get(channel)) / inputScale / MOST_BIAS;
            float scale = Math.max(greatest / MOST_WEIGHT, least);
            for (int i = 0; i < length; i++) {
                roundedWeights.put((byte) Math.round(weights.get(channel * length + i) / scale));
            }
            weightScales[channel] = scale;
            biasScales[channel] = inputScale * scale;
            roundedBiases.putInt(Math.round(biases.get(channel) / biasScales[channel]));
        }
        copy.addInput(roundedNames.getOrDefault(node.getInput(0), node.getInput(0)));
        copy.addInput(constant(weight, TensorProto.DataType.INT8, roundedWeights.array(), weightScales));
        copy.addInput(constant(bias, TensorProto.DataType.INT32, roundedBiases.array(), biasScales));
    }

    /** An integer constant, and the operator that makes floats of it with a scale for each output channel. */
    private String constant(TensorProto old, TensorProto.DataType type, byte[] raw, float[] scales) {
        String name = old.getName();
        List<Long> channels = List.of((long) scales.length);
        int size = type == TensorProto.DataType.INT8 ? 1 : Integer.BYTES;
        NodeProto.Builder node = dequantised(
                name,
                integers(name, type, old.getDimsList(), raw),
                floats(name + " scale", channels, scales),
                integers(name + " zero", type, channels, new byte[size * scales.length]));
        node.addAttribute(AttributeProto.newBuilder()
                .setName("axis")
                .setType(AttributeProto.AttributeType.INT)
                .setI(0));
        return node.getOutput(0);
    }

    private String floats(String name, List<Long> shape, float... numbers) {
        ByteBuffer raw = ByteBuffer.allocate(Float.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(numbers);
        return integers(name, TensorProto.DataType.FLOAT, shape, raw.array());
    }

    private String integers(String name, TensorProto.DataType type, List<Long> shape, byte[] raw) {
        graph.addInitializerBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(shape)
                .setRawData(UnsafeByteOperations.unsafeWrap(raw));
        return name;
    }

    private static FloatBuffer numbers(TensorProto tensor) {
        return tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }
}
