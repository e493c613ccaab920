package io.facever.djl;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Writes an ONNX graph as TorchScript, one line for each operator, so that libtorch runs it with the same weights and
 * one call from Java. Knows the operators of the catalogue's networks and a few that are near them, in the meaning of
 * ONNX opset 13 to 17, for numbers of 32 bits. The method {@code forward} takes the graph's inputs in their order and
 * gives a dictionary of its outputs by name.
 */
final class OnnxToTorchScript {
    private static final Pattern SAFE_NAME = Pattern.compile("[A-Za-z0-9_./:-]+");
    private static final int OLDEST_OPSET = 13;
    private static final int NEWEST_OPSET = 17;

    /** Dimensions of a batch of images: number, channels, rows, columns. */
    private static final int IMAGES = 4;

    /** Dimensions of a batch of vectors. */
    private static final int VECTORS = 2;

    private final GraphProto graph;
    private final TorchScriptArchive archive = new TorchScriptArchive();
    private final StringBuilder body = new StringBuilder();

    private final Map<String, TensorProto> constants = new HashMap<>();
    /** Python's name of each value of the graph. */
    private final Map<String, String> names = new HashMap<>();
    /** How many dimensions a value has, as far as that is known. */
    private final Map<String, Integer> ranks = new HashMap<>();

    private int results;

    private OnnxToTorchScript(GraphProto graph) {
        this.graph = graph;
    }

    /**
     * What came out.
     *
     * @param inputs names of the inputs, in the order of the arguments of {@code forward}
     * @param archive the TorchScript file, to be read once
     */
    record Translation(List<String> inputs, InputStream archive) {}

    /** Gives what was written without a copy. */
    private static final class Bytes extends ByteArrayOutputStream {
        Bytes(int capacity) {
            super(capacity);
        }

        InputStream input() {
            return new ByteArrayInputStream(buf, 0, count);
        }
    }

    /** A file that is no ONNX, or has something that is not known here. */
    static final class UnsupportedGraphException extends Exception {
        private static final long serialVersionUID = 1L;

        UnsupportedGraphException(String message) {
            super(message);
        }

        UnsupportedGraphException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Translates a file. */
    static Translation translate(Path file) throws IOException, UnsupportedGraphException {
        byte[] bytes = Files.readAllBytes(file);
        ModelProto model;
        try {
            // weights stay where they are: the array is not copied, and nobody else has it
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            in.enableAliasing(true);
            in.setSizeLimit(Integer.MAX_VALUE);
            model = ModelProto.parseFrom(in);
        } catch (IOException e) {
            throw new UnsupportedGraphException("it is neither an ONNX file nor a TorchScript file", e);
        }
        checkVersion(model);
        OnnxToTorchScript translator = new OnnxToTorchScript(model.getGraph());
        String forward = translator.forward();
        // weights are nearly all of it, in both formats
        Bytes out = new Bytes(bytes.length + (1 << 16));
        translator.archive.write(forward, out);
        return new Translation(translator.inputNames(), out.input());
    }

    private static void checkVersion(ModelProto model) throws UnsupportedGraphException {
        long opset = model.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToLong(set -> set.getVersion())
                .max()
                .orElse(0);
        if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
            throw new UnsupportedGraphException(
                    opset == 0
                            ? "it is neither an ONNX file nor a TorchScript file"
                            : "its ONNX opset is " + opset + ", and " + OLDEST_OPSET + " to " + NEWEST_OPSET
                                    + " are known here");
        }
    }

    private List<String> inputNames() {
        return graph.getInputList().stream()
                .map(ValueInfoProto::getName)
                .filter(Predicate.not(constants::containsKey))
                .toList();
    }

    private String forward() throws UnsupportedGraphException {
        for (TensorProto tensor : graph.getInitializerList()) {
            constants.put(tensor.getName(), tensor);
        }
        StringBuilder signature = new StringBuilder("  def forward(self: __torch__." + TorchScriptArchive.CLASS_NAME);
        for (ValueInfoProto input : graph.getInputList()) {
            if (!constants.containsKey(input.getName())) {
                String name = "x" + names.size();
                names.put(input.getName(), name);
                if (input.getType().getTensorType().hasShape()) {
                    ranks.put(
                            input.getName(),
                            input.getType().getTensorType().getShape().getDimCount());
                }
                signature.append(", ").append(name).append(": Tensor");
            }
        }
        signature.append(") -> Dict[str, Tensor]:\n");
        for (NodeProto node : graph.getNodeList()) {
            translate(new Node(node));
        }
        Map<String, String> outputs = new LinkedHashMap<>();
        for (ValueInfoProto output : graph.getOutputList()) {
            if (!SAFE_NAME.matcher(output.getName()).matches()) {
                throw new UnsupportedGraphException("the name of an output has signs that are not allowed here");
            }
            outputs.put(output.getName(), value(output.getName()));
        }
        String dictionary = outputs.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\": " + entry.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
        return signature + body.toString() + "    return " + dictionary + "\n";
    }

    private void translate(Node node) throws UnsupportedGraphException {
        switch (node.operator()) {
            case "Constant" -> constants.put(node.output(), node.tensor("value"));
            case "Identity" -> alias(node);
            case "Conv" -> conv(node);
            case "MaxPool" -> maxPool(node);
            case "AveragePool" -> averagePool(node);
            case "GlobalAveragePool" -> put(node, call("mean", node.in(0), "[2, 3]", "True"), OptionalInt.of(IMAGES));
            case "Relu" -> put(node, call("relu", node.in(0)), rank(node, 0));
            case "Sigmoid" -> put(node, call("sigmoid", node.in(0)), rank(node, 0));
            case "Softmax" -> put(
                    node, call("softmax", node.in(0), String.valueOf(node.integer("axis", -1))), rank(node, 0));
            case "PRelu" -> prelu(node);
            case "BatchNormalization" -> batchNormalization(node);
            case "Add" -> binary(node, "add");
            case "Sub" -> binary(node, "sub");
            case "Mul" -> binary(node, "mul");
            case "Div" -> binary(node, "div");
            case "Max" -> max(node);
            case "MatMul" -> put(node, call("matmul", node.in(0), node.in(1)), OptionalInt.empty());
            case "Gemm" -> gemm(node);
            case "Concat" -> concat(node);
            case "Slice" -> slice(node);
            case "Flatten" -> flatten(node);
            case "Reshape" -> reshape(node);
            case "Transpose" -> put(node, call("permute", node.in(0), list(node.integers("perm"))), rank(node, 0));
            default -> throw new UnsupportedGraphException("its operator " + node.operator() + " is not known here");
        }
    }

    private void conv(Node node) throws UnsupportedGraphException {
        long[] shape = node.constantShape(1);
        if (shape.length != IMAGES) {
            throw node.unsupported("a kernel of shape " + list(shape));
        }
        String padding = node.symmetricPadding();
        put(
                node,
                call(
                        "conv2d",
                        node.in(0),
                        node.in(1),
                        node.inputs() > 2 ? node.in(2) : "None",
                        node.pair("strides", 1),
                        padding,
                        node.pair("dilations", 1),
                        String.valueOf(node.integer("group", 1))),
                OptionalInt.of(IMAGES));
    }

    private void maxPool(Node node) throws UnsupportedGraphException {
        put(
                node,
                call(
                        "max_pool2d",
                        node.in(0),
                        node.kernel(),
                        node.pair("strides", 1),
                        node.symmetricPadding(),
                        node.pair("dilations", 1),
                        bool(node.integer("ceil_mode", 0) != 0)),
                OptionalInt.of(IMAGES));
    }

    private void averagePool(Node node) throws UnsupportedGraphException {
        put(
                node,
                call(
                        "avg_pool2d",
                        node.in(0),
                        node.kernel(),
                        node.pair("strides", 1),
                        node.symmetricPadding(),
                        bool(node.integer("ceil_mode", 0) != 0),
                        bool(node.integer("count_include_pad", 0) != 0),
                        "None"),
                OptionalInt.of(IMAGES));
    }

    /**
     * ONNX broadcasts the slopes from the right, libtorch has one for each channel. Where these are known to be the
     * same it is one operator, else several.
     */
    private void prelu(Node node) throws UnsupportedGraphException {
        OptionalInt rank = rank(node, 0);
        String x = node.in(0);
        String slope = node.in(1);
        if (rank.isPresent() && constants.containsKey(node.name(1))) {
            long[] shape = node.constantShape(1);
            boolean onChannels = shape.length == rank.getAsInt() - 1
                    && LongStream.of(shape).skip(1).allMatch(size -> size == 1)
                    && shape[0] > 1;
            if (onChannels) {
                put(node, call("prelu", x, call("flatten", slope, "0", "-1")), rank);
                return;
            }
        }
        String negative = call("mul", call("clamp_max", x, "0"), slope);
        put(node, call("add", call("relu", x), negative), rank);
    }

    private void batchNormalization(Node node) throws UnsupportedGraphException {
        if (node.integer("training_mode", 0) != 0) {
            throw node.unsupported("training_mode");
        }
        put(
                node,
                call(
                        "batch_norm",
                        node.in(0),
                        node.in(1),
                        node.in(2),
                        node.in(3),
                        node.in(4),
                        "False",
                        "0.",
                        Double.toString(node.number("epsilon", 1e-5f)),
                        "False"),
                rank(node, 0));
    }

    private void binary(Node node, String function) throws UnsupportedGraphException {
        OptionalInt first = rank(node, 0);
        OptionalInt second = rank(node, 1);
        OptionalInt rank = first.isPresent() && second.isPresent()
                ? OptionalInt.of(Math.max(first.getAsInt(), second.getAsInt()))
                : OptionalInt.empty();
        put(node, call(function, node.in(0), node.in(1)), rank);
    }

    private void max(Node node) throws UnsupportedGraphException {
        if (node.inputs() != 2) {
            throw node.unsupported(node.inputs() + " inputs");
        }
        binary(node, "maximum");
    }

    private void gemm(Node node) throws UnsupportedGraphException {
        if (node.integer("transA", 0) != 0 || node.number("alpha", 1) != 1 || node.number("beta", 1) != 1) {
            throw node.unsupported("transA, alpha or beta");
        }
        boolean rowsAreOutputs = node.integer("transB", 0) != 0;
        String weight = rowsAreOutputs ? node.in(1) : call("permute", node.in(1), "[1, 0]");
        boolean plainBias = node.inputs() > 2
                && constants.containsKey(node.name(2))
                && node.constantShape(2).length == 1
                && node.constantShape(2)[0] > 1;
        String product = call("linear", node.in(0), weight, plainBias ? node.in(2) : "None");
        boolean moreBias = node.inputs() > 2 && !plainBias;
        put(node, moreBias ? call("add", product, node.in(2)) : product, OptionalInt.of(VECTORS));
    }

    private void concat(Node node) throws UnsupportedGraphException {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < node.inputs(); i++) {
            parts.add(node.in(i));
        }
        put(
                node,
                call("cat", "[" + String.join(", ", parts) + "]", String.valueOf(node.integer("axis", 0))),
                rank(node, 0));
    }

    private void slice(Node node) throws UnsupportedGraphException {
        if (node.inputs() != 4) {
            throw node.unsupported(node.inputs() + " inputs");
        }
        List<String> bounds = new ArrayList<>();
        for (int input : new int[] {3, 1, 2}) {
            TensorProto bound = constants.get(node.name(input));
            if (bound == null || longs(bound).length != 1) {
                throw node.unsupported("bounds that are not constant, or several");
            }
            bounds.add(String.valueOf(longs(bound)[0]));
        }
        put(node, call("slice", node.in(0), bounds.get(0), bounds.get(1), bounds.get(2)), rank(node, 0));
    }

    private void flatten(Node node) throws UnsupportedGraphException {
        if (node.integer("axis", 1) != 1) {
            throw node.unsupported("axis " + node.integer("axis", 1));
        }
        put(node, call("flatten", node.in(0), "1", "-1"), OptionalInt.of(VECTORS));
    }

    private void reshape(Node node) throws UnsupportedGraphException {
        if (node.integer("allowzero", 0) != 0 || !constants.containsKey(node.name(1))) {
            throw node.unsupported("a shape that is not constant, or allowzero");
        }
        long[] shape = longs(constants.get(node.name(1)));
        String x = node.in(0);
        String sizes = IntStream.range(0, shape.length)
                .mapToObj(i -> shape[i] == 0 ? call("size", x, String.valueOf(i)) : String.valueOf(shape[i]))
                .collect(Collectors.joining(", ", "[", "]"));
        put(node, call("reshape", x, sizes), OptionalInt.of(shape.length));
    }

    private void alias(Node node) throws UnsupportedGraphException {
        names.put(node.output(), node.in(0));
        rank(node, 0).ifPresent(rank -> ranks.put(node.output(), rank));
    }

    private void put(Node node, String expression, OptionalInt rank) {
        String name = "t" + results++;
        body.append("    ").append(name).append(" = ").append(expression).append('\n');
        names.put(node.output(), name);
        rank.ifPresent(value -> ranks.put(node.output(), value));
    }

    private OptionalInt rank(Node node, int input) throws UnsupportedGraphException {
        String name = node.name(input);
        if (constants.containsKey(name)) {
            return OptionalInt.of(constants.get(name).getDimsCount());
        }
        return Optional.ofNullable(ranks.get(name)).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /** Python's name of a value; a constant becomes an attribute when it is used first. */
    private String value(String name) throws UnsupportedGraphException {
        if (!names.containsKey(name)) {
            if (!constants.containsKey(name)) {
                throw new UnsupportedGraphException("a value is used before it is made");
            }
            TensorProto tensor = constants.get(name);
            ByteString bytes = floatBytes(tensor);
            names.put(name, "self." + archive.add(tensor.getDimsList(), bytes.size(), bytes::writeTo));
        }
        return Optional.ofNullable(names.get(name)).orElseThrow();
    }

    private static long[] shape(TensorProto tensor) {
        return tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    }

    private static ByteString floatBytes(TensorProto tensor) throws UnsupportedGraphException {
        if (tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE) {
            throw new UnsupportedGraphException("a constant has numbers that are not floats of 32 bits");
        }
        ByteString bytes = tensor.getRawData();
        if (bytes.isEmpty()) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, tensor.getFloatDataCount()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            tensor.getFloatDataList().forEach(buffer::putFloat);
            bytes = UnsafeByteOperations.unsafeWrap(buffer.flip());
        }
        long expected = LongStream.of(shape(tensor)).reduce(Float.BYTES, Math::multiplyExact);
        if (bytes.size() != expected) {
            throw new UnsupportedGraphException(
                    "a constant has " + bytes.size() + " bytes, and its shape asks for " + expected);
        }
        return bytes;
    }

    private static long[] longs(TensorProto tensor) throws UnsupportedGraphException {
        if (tensor.getDataType() != TensorProto.DataType.INT64_VALUE) {
            throw new UnsupportedGraphException("a shape has numbers that are not integers of 64 bits");
        }
        if (tensor.getRawData().isEmpty()) {
            return tensor.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
        }
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long[] values = new long[raw.remaining() / Long.BYTES];
        raw.asLongBuffer().get(values);
        return values;
    }

    private static String call(String function, String... arguments) {
        return "torch." + function + "(" + String.join(", ", arguments) + ")";
    }

    private static String bool(boolean value) {
        return value ? "True" : "False";
    }

    private static String list(long... values) {
        return LongStream.of(values).mapToObj(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }

    /** One operator with its attributes and the values that it takes. */
    private final class Node {
        private final NodeProto node;
        private final Map<String, AttributeProto> attributes;

        Node(NodeProto node) throws UnsupportedGraphException {
            this.node = node;
            this.attributes = node.getAttributeList().stream()
                    .collect(Collectors.toMap(AttributeProto::getName, attribute -> attribute));
            boolean ownDomain = !node.getDomain().isEmpty() && !node.getDomain().equals("ai.onnx");
            boolean severalOutputs = node.getOutputList().stream()
                            .filter(Predicate.not(String::isEmpty))
                            .count()
                    != 1;
            if (ownDomain || severalOutputs) {
                throw unsupported("a domain of its own, or several outputs");
            }
        }

        String operator() {
            return node.getOpType();
        }

        String output() {
            return node.getOutput(0);
        }

        /** How many inputs it has; optional ones may be left out at the end. */
        int inputs() {
            int count = node.getInputCount();
            while (count > 0 && node.getInput(count - 1).isEmpty()) {
                count--;
            }
            return count;
        }

        /** ONNX's name of an input. */
        String name(int index) throws UnsupportedGraphException {
            if (index >= inputs()) {
                throw unsupported("fewer inputs than it needs");
            }
            return node.getInput(index);
        }

        /** Python's name of an input. */
        String in(int index) throws UnsupportedGraphException {
            return value(name(index));
        }

        long[] constantShape(int index) throws UnsupportedGraphException {
            String name = name(index);
            if (!constants.containsKey(name)) {
                throw unsupported("weights that are not constant");
            }
            return shape(constants.get(name));
        }

        long integer(String name, long absent) {
            return Optional.ofNullable(attributes.get(name))
                    .map(AttributeProto::getI)
                    .orElse(absent);
        }

        float number(String name, float absent) {
            return Optional.ofNullable(attributes.get(name))
                    .map(AttributeProto::getF)
                    .orElse(absent);
        }

        long[] integers(String name) throws UnsupportedGraphException {
            return Optional.ofNullable(attributes.get(name))
                    .orElseThrow(() -> unsupported("no attribute " + name))
                    .getIntsList()
                    .stream()
                    .mapToLong(Long::longValue)
                    .toArray();
        }

        TensorProto tensor(String name) throws UnsupportedGraphException {
            return Optional.ofNullable(attributes.get(name))
                    .orElseThrow(() -> unsupported("no attribute " + name))
                    .getT();
        }

        /** Rows and columns, as a list of Python. */
        String pair(String name, long absent) throws UnsupportedGraphException {
            long[] values = attributes.containsKey(name) ? integers(name) : new long[] {absent, absent};
            if (values.length != 2) {
                throw unsupported(name + " " + list(values));
            }
            return list(values);
        }

        String kernel() throws UnsupportedGraphException {
            return list(integers("kernel_shape"));
        }

        /** Rows and columns of padding, which libtorch puts on both sides. */
        String symmetricPadding() throws UnsupportedGraphException {
            String auto = Optional.ofNullable(attributes.get("auto_pad"))
                    .map(attribute -> attribute.getS().toStringUtf8())
                    .orElse("NOTSET");
            long[] pads = attributes.containsKey("pads") ? integers("pads") : new long[4];
            boolean symmetric = pads.length == 4 && pads[0] == pads[2] && pads[1] == pads[3];
            if (!symmetric || !(auto.equals("NOTSET") || auto.equals("VALID"))) {
                throw unsupported("auto_pad " + auto + ", pads " + list(pads));
            }
            return list(pads[0], pads[1]);
        }

        UnsupportedGraphException unsupported(String what) {
            return new UnsupportedGraphException(
                    "its operator " + node.getOpType() + " has " + what + ", which is not known here");
        }
    }
}
