package io.facever.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Writes and reads embeddings. A template carries its {@link EmbeddingSpace}, so one that was made with another model
 * or aligner is noticed when it is compared, also years later. Templates are biometric data: keep them sealed
 * ({@link TemplateSeal}) or in a store that is.
 *
 * <p>The binary form, all numbers big-endian: {@code "FVET"}, version (1 byte, now 1), precision (1 byte: 0 float32, 1
 * int8), space id, model, alignment (each as by {@link DataOutputStream#writeUTF}), dimension (4 bytes), with int8 the
 * scale (float32), the numbers, CRC-32C of all before (4 bytes). The checksum finds accidents; only the seal finds
 * tampering.
 *
 * <p>Safe for any number of threads.
 *
 * @since 0.1.0
 */
public final class Templates {
    private static final byte[] MAGIC = {'F', 'V', 'E', 'T'};
    private static final int VERSION = 1;
    private static final int CHECKSUM_BYTES = Integer.BYTES;

    /** Far above any face embedding; a broken count must not allocate gigabytes. */
    private static final int MAX_DIMENSION = 1 << 16;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_FORMAT = "facever-template";

    /** How numbers are stored. */
    public enum Precision {
        /** Four bytes a number; read back bit by bit. */
        FLOAT32(0),
        /** One byte a number, scaled to the largest: a quarter of the size, the direction changes a little. */
        INT8(1);

        private final int code;

        Precision(int code) {
            this.code = code;
        }

        private static Precision of(int code) {
            return Arrays.stream(values())
                    .filter(precision -> precision.code == code)
                    .findFirst()
                    .orElseThrow(() -> damaged("it names precision " + code + ", known are 0 and 1"));
        }
    }

    private Templates() {}

    /**
     * The binary form, float32.
     *
     * @param embedding what to store
     */
    public static byte[] toBytes(Embedding embedding) {
        return toBytes(embedding, Precision.FLOAT32);
    }

    /**
     * The binary form.
     *
     * @param embedding what to store
     * @param precision how to store its numbers
     */
    public static byte[] toBytes(Embedding embedding, Precision precision) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(MAGIC);
            out.writeByte(VERSION);
            out.writeByte(precision.code);
            out.writeUTF(embedding.space().id());
            out.writeUTF(embedding.space().model());
            out.writeUTF(embedding.space().alignment());
            out.writeInt(embedding.dimension());
            float[] values = embedding.toArray();
            if (precision == Precision.FLOAT32) {
                for (float value : values) {
                    out.writeFloat(value);
                }
            } else {
                float scale = largest(values) / Byte.MAX_VALUE;
                out.writeFloat(scale);
                for (float value : values) {
                    out.writeByte(Math.round(value / scale));
                }
            }
            out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array can't fail to be written", e);
        }
        return bytes.toByteArray();
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /**
     * Reads the binary form.
     *
     * @param template what {@link #toBytes} wrote
     * @throws TemplateException when it is foreign, cut off, altered, or of a newer version
     */
    public static Embedding fromBytes(byte[] template) {
        if (template.length < MAGIC.length + 1 || !Arrays.equals(template, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new TemplateException(
                    "template-foreign",
                    "the " + template.length + " bytes are no facever template: they do not begin with FVET");
        }
        int version = template[MAGIC.length] & 0xff;
        if (version != VERSION) {
            throw new TemplateException(
                    "template-version",
                    "the template has format version " + version + ", this facever reads version " + VERSION
                            + "; read it with the facever that wrote it, or a newer one");
        }
        int length = template.length - CHECKSUM_BYTES;
        if (length <= MAGIC.length
                || ByteBuffer.wrap(template, length, CHECKSUM_BYTES).getInt() != checksum(template, length)) {
            throw damaged("its checksum does not fit: it was cut off or altered");
        }
        try (DataInputStream in =
                new DataInputStream(new ByteArrayInputStream(template, MAGIC.length + 1, length - MAGIC.length - 1))) {
            return read(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new TemplateException("template-damaged", "the template can't be read: " + e.getMessage(), e);
        }
    }

    private static Embedding read(DataInputStream in) throws IOException {
        Precision precision = Precision.of(in.readUnsignedByte());
        String id = in.readUTF();
        String model = in.readUTF();
        String alignment = in.readUTF();
        int dimension = checkedDimension(in.readInt());
        EmbeddingSpace space = new EmbeddingSpace(id, model, alignment, dimension);
        float[] values = new float[dimension];
        if (precision == Precision.FLOAT32) {
            for (int i = 0; i < dimension; i++) {
                values[i] = in.readFloat();
            }
        } else {
            float scale = in.readFloat();
            for (int i = 0; i < dimension; i++) {
                values[i] = in.readByte() * scale;
            }
        }
        if (in.available() > 0) {
            throw damaged(in.available() + " bytes follow the last number");
        }
        return Embedding.of(space, values);
    }

    private static int checkedDimension(int dimension) {
        if (dimension < 1 || dimension > MAX_DIMENSION) {
            throw damaged("it claims " + dimension + " dimensions, expected 1 to " + MAX_DIMENSION);
        }
        return dimension;
    }

    private static TemplateException damaged(String how) {
        return new TemplateException("template-damaged", "the template can't be read: " + how);
    }

    /**
     * The JSON form: one object with the space and the numbers as float32.
     *
     * @param embedding what to store
     */
    public static String toJson(Embedding embedding) {
        ObjectNode node = JSON.createObjectNode();
        node.put("format", JSON_FORMAT);
        node.put("version", VERSION);
        node.put("space", embedding.space().id());
        node.put("model", embedding.space().model());
        node.put("alignment", embedding.space().alignment());
        ArrayNode numbers = node.putArray("embedding");
        for (float value : embedding.toArray()) {
            numbers.add(value);
        }
        node.put("crc32c", checksumOfBytes(embedding));
        return node.toString();
    }

    private static int checksumOfBytes(Embedding embedding) {
        byte[] bytes = toBytes(embedding);
        return ByteBuffer.wrap(bytes, bytes.length - CHECKSUM_BYTES, CHECKSUM_BYTES)
                .getInt();
    }

    /**
     * Reads the JSON form.
     *
     * @param json what {@link #toJson} wrote
     * @throws TemplateException when it is foreign, cut off, altered, or of a newer version
     */
    public static Embedding fromJson(String json) {
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            // without the cause: the parser's message quotes the text, which is biometric data
            throw damaged("it is no JSON (line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ")");
        }
        if (!JSON_FORMAT.equals(node.path("format").asText())) {
            throw new TemplateException(
                    "template-foreign", "the JSON is no facever template: its \"format\" is not " + JSON_FORMAT);
        }
        if (node.path("version").asInt() != VERSION) {
            throw new TemplateException(
                    "template-version",
                    "the template has format version " + node.path("version").asInt() + ", this facever reads version "
                            + VERSION + "; read it with the facever that wrote it, or a newer one");
        }
        JsonNode numbers = node.path("embedding");
        float[] values = new float[checkedDimension(numbers.size())];
        for (int i = 0; i < values.length; i++) {
            if (!numbers.get(i).isNumber()) {
                throw damaged("number " + i + " of \"embedding\" is no number");
            }
            values[i] = numbers.get(i).floatValue();
        }
        Embedding embedding;
        try {
            embedding = Embedding.of(
                    new EmbeddingSpace(
                            text(node, "space"), text(node, "model"), text(node, "alignment"), values.length),
                    values);
        } catch (IllegalArgumentException e) {
            throw new TemplateException("template-damaged", "the template can't be read: " + e.getMessage(), e);
        }
        if (node.path("crc32c").asInt() != checksumOfBytes(embedding)) {
            throw damaged("its checksum does not fit: it was altered");
        }
        return embedding;
    }

    private static String text(JsonNode node, String field) {
        if (!node.path(field).isTextual()) {
            throw damaged("\"" + field + "\" is missing");
        }
        return node.path(field).asText();
    }
}
