package io.facever.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small networks with known results, written by the tests themselves. */
final class TinyOnnx {
    private TinyOnnx() {}

    /** Input {@code x} of shape [any, 3]; outputs {@code double} = 2x and {@code positive} = max(x, 0). */
    static Path doubleAndPositive(Path folder) throws IOException {
        GraphProto graph = GraphProto.newBuilder()
                .setName("tiny")
                .addInput(value("x", "n", 3))
                .addOutput(value("double", "n", 3))
                .addOutput(value("positive", "n", 3))
                .addNode(node("Add", "double", "x", "x"))
                .addNode(node("Relu", "positive", "x"))
                .build();
        return write(folder.resolve("tiny.onnx"), graph);
    }

    /** Input {@code x} [1, 1, any, any] through a few hundred 3x3 convolutions of ones: a run that takes a while. */
    static Path slow(Path folder) throws IOException {
        TensorProto.Builder weights = TensorProto.newBuilder()
                .setName("w")
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addAllDims(List.of(1L, 1L, 3L, 3L));
        for (int i = 0; i < 9; i++) {
            weights.addFloatData(i == 4 ? 1 : 0);
        }
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("slow")
                .addInput(square("x"))
                .addOutput(square("y"))
                .addInitializer(weights);
        int layers = 200;
        for (int i = 0; i < layers; i++) {
            graph.addNode(node("Conv", i == layers - 1 ? "y" : "y" + i, i == 0 ? "x" : "y" + (i - 1), "w").toBuilder()
                    .addAttribute(AttributeProto.newBuilder()
                            .setName("pads")
                            .setType(AttributeProto.AttributeType.INTS)
                            .addAllInts(List.of(1L, 1L, 1L, 1L))));
        }
        return write(folder.resolve("slow.onnx"), graph.build());
    }

    /** Columns of {@link #wide}. */
    static final int WIDE = 32_768;

    /**
     * Input {@code x} of shape [any, 2]; output {@code y} of shape [any, WIDE], each column its number times x0 + x1.
     */
    static Path wide(Path file) throws IOException {
        ByteBuffer weights = ByteBuffer.allocate(2 * WIDE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 2 * WIDE; i++) {
            weights.putFloat(i % WIDE);
        }
        GraphProto graph = GraphProto.newBuilder()
                .setName("wide")
                .addInput(value("x", "n", 2))
                .addOutput(value("y", "n", WIDE))
                .addInitializer(TensorProto.newBuilder()
                        .setName("columns")
                        .setDataType(TensorProto.DataType.FLOAT.getNumber())
                        .addAllDims(List.of(2L, (long) WIDE))
                        .setRawData(ByteString.copyFrom(weights.flip())))
                .addInitializer(TensorProto.newBuilder()
                        .setName("one")
                        .setDataType(TensorProto.DataType.FLOAT.getNumber())
                        .addDims(1)
                        .setRawData(ByteString.copyFrom(new byte[] {0, 0, (byte) 0x80, 0x3f})))
                .addNode(node("MatMul", "product", "x", "columns"))
                .addNode(node("Mul", "y", "product", "one"))
                .build();
        return write(file, graph);
    }

    private static ValueInfoProto square(String name) {
        return value(
                name,
                TensorShapeProto.newBuilder()
                        .addDim(size(1))
                        .addDim(size(1))
                        .addDim(any("h"))
                        .addDim(any("w"))
                        .build());
    }

    private static ValueInfoProto value(String name, String rows, long columns) {
        return value(
                name,
                TensorShapeProto.newBuilder()
                        .addDim(any(rows))
                        .addDim(size(columns))
                        .build());
    }

    private static ValueInfoProto value(String name, TensorShapeProto shape) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(shape)))
                .build();
    }

    private static TensorShapeProto.Dimension size(long size) {
        return TensorShapeProto.Dimension.newBuilder().setDimValue(size).build();
    }

    private static TensorShapeProto.Dimension any(String name) {
        return TensorShapeProto.Dimension.newBuilder().setDimParam(name).build();
    }

    private static NodeProto node(String operator, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addOutput(output)
                .addAllInput(List.of(inputs))
                .build();
    }

    private static Path write(Path file, GraphProto graph) throws IOException {
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
        return Files.write(file, model.toByteArray());
    }
}
