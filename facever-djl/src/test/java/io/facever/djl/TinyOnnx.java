package io.facever.djl;

import ai.onnx.proto.OnnxMl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small ONNX networks with known results, written by the tests themselves. */
final class TinyOnnx {
    private TinyOnnx() {}

    /** Starts a graph with one input {@code x} and the given outputs, shapes unknown. */
    static OnnxMl.GraphProto.Builder graph(String... outputs) {
        OnnxMl.GraphProto.Builder graph =
                OnnxMl.GraphProto.newBuilder().setName("tiny").addInput(value("x"));
        for (String output : outputs) {
            graph.addOutput(value(output));
        }
        return graph;
    }

    static OnnxMl.ValueInfoProto value(String name) {
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())))
                .build();
    }

    static OnnxMl.NodeProto.Builder node(String op, String output, String... inputs) {
        OnnxMl.NodeProto.Builder node =
                OnnxMl.NodeProto.newBuilder().setOpType(op).setName(output).addOutput(output);
        for (String input : inputs) {
            node.addInput(input);
        }
        return node;
    }

    static OnnxMl.AttributeProto ints(String name, long... values) {
        OnnxMl.AttributeProto.Builder attribute =
                OnnxMl.AttributeProto.newBuilder().setName(name).setType(OnnxMl.AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    static OnnxMl.AttributeProto integer(String name, long value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static OnnxMl.AttributeProto number(String name, float value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    static OnnxMl.TensorProto floats(String name, long[] shape, float... values) {
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber());
        for (long size : shape) {
            tensor.addDims(size);
        }
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    static OnnxMl.TensorProto longs(String name, long... values) {
        OnnxMl.TensorProto.Builder tensor = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .addDims(values.length)
                .setDataType(OnnxMl.TensorProto.DataType.INT64.getNumber());
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return tensor.build();
    }

    static Path write(Path folder, OnnxMl.GraphProto.Builder graph) throws IOException {
        OnnxMl.ModelProto model = OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
        return Files.write(folder.resolve("tiny.onnx"), model.toByteArray());
    }

    /** Two outputs of one input: {@code double} is twice, {@code positive} is the part above zero. */
    static Path twoOutputs(Path folder) throws IOException {
        return write(
                folder,
                graph("double", "positive")
                        .addNode(node("Add", "double", "x", "x"))
                        .addNode(node("Relu", "positive", "x")));
    }
}
