package io.facever.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An ONNX file without its large weights, which are named by their place in the file instead: external data of ONNX.
 *
 * <p>ONNX Runtime reads a file into one message, weights and all, and copies the weights from it into the layout of its
 * operators. What the message took is free afterwards, but glibc keeps most of it for the process. External data is
 * mapped, copied, and unmapped.
 */
final class Outline {
    /** Smaller tensors are read sooner than mapped, and there is little to win. */
    private static final int LEAST_BYTES = 1 << 16;

    // fields of ModelProto, GraphProto, TensorProto and StringStringEntryProto in onnx.proto, IR version 3 and later
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int TENSOR_RAW_DATA = 9;
    private static final int TENSOR_EXTERNAL_DATA = 13;
    private static final int TENSOR_DATA_LOCATION = 14;
    private static final int EXTERNAL = 1;
    private static final int ENTRY_KEY = 1;
    private static final int ENTRY_VALUE = 2;

    private final CodedInputStream file;
    private final String name;
    private boolean shorter;

    private Outline(CodedInputStream file, String name) {
        this.file = file;
        this.name = name;
    }

    /**
     * Reads all but the large weights.
     *
     * @return a network that has the rest in the file of this name beside it; empty where there are no large weights,
     *     or the file is no ONNX file, which ONNX Runtime itself says best
     * @throws IOException if the file can't be read
     */
    static Optional<byte[]> of(Path model) throws IOException {
        try (InputStream bytes = Files.newInputStream(model)) {
            Outline outline = new Outline(
                    CodedInputStream.newInstance(bytes), model.getFileName().toString());
            byte[] network = outline.message(
                            MODEL_GRAPH,
                            outline.nested(
                                    MODEL_GRAPH,
                                    GRAPH_INITIALIZER,
                                    outline.nested(GRAPH_INITIALIZER, TENSOR_RAW_DATA, outline::rawData)))
                    .toByteArray();
            return outline.shorter ? Optional.of(network) : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    /** Reads a message up to its end, and one of its fields in another way. */
    private UnknownFieldSet message(int field, Reader reader) throws IOException {
        UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
        for (int tag = file.readTag(); tag != 0; tag = file.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == field
                    && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                reader.read(message);
            } else {
                message.mergeFieldFrom(tag, file);
            }
        }
        return message.build();
    }

    /** Reads a field that is a message, of which one field is read in another way. */
    private Reader nested(int field, int innerField, Reader innerReader) {
        return message -> {
            int outerLimit = file.pushLimit(file.readRawVarint32());
            message.mergeField(field, bytes(message(innerField, innerReader).toByteString()));
            file.popLimit(outerLimit);
        };
    }

    private void rawData(UnknownFieldSet.Builder tensor) throws IOException {
        int length = file.readRawVarint32();
        if (length < LEAST_BYTES) {
            tensor.mergeField(TENSOR_RAW_DATA, bytes(ByteString.copyFrom(file.readRawBytes(length))));
            return;
        }
        tensor.mergeField(TENSOR_EXTERNAL_DATA, entry("location", name))
                .mergeField(TENSOR_EXTERNAL_DATA, entry("offset", file.getTotalBytesRead()))
                .mergeField(TENSOR_EXTERNAL_DATA, entry("length", length))
                .mergeField(
                        TENSOR_DATA_LOCATION,
                        Field.newBuilder().addVarint(EXTERNAL).build());
        file.skipRawBytes(length);
        shorter = true;
    }

    private static Field entry(String key, Object value) {
        return bytes(UnknownFieldSet.newBuilder()
                .mergeField(ENTRY_KEY, bytes(ByteString.copyFromUtf8(key)))
                .mergeField(ENTRY_VALUE, bytes(ByteString.copyFromUtf8(value.toString())))
                .build()
                .toByteString());
    }

    private static Field bytes(ByteString value) {
        return Field.newBuilder().addLengthDelimited(value).build();
    }

    /** Reads the value of a field, of which the tag was read, into a message. */
    private interface Reader {
        void read(UnknownFieldSet.Builder message) throws IOException;
    }
}
