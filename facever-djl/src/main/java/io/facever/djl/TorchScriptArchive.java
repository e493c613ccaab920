package io.facever.djl;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes what {@code torch.jit.save} writes: a zip file with the module's source, its tensors, and a pickle that says
 * which tensor is which attribute. The format is described in PyTorch's sources, {@code
 * torch/csrc/jit/docs/serialization.md} (tag v2.7.1, BSD-3-Clause), and Python's {@code pickletools}.
 */
final class TorchScriptArchive {
    /** Name of the module's class, after the prefix that all such classes have. */
    static final String CLASS_NAME = "Network";

    private static final String ROOT = "network/";

    /** The format that PyTorch 2.7.1 writes itself, kProducedFileFormatVersion: operators mean what they mean there. */
    private static final String FORMAT_VERSION = "10\n";

    // opcodes of pickle protocol 2
    private static final int PROTO = 0x80;
    private static final int GLOBAL = 'c';
    private static final int EMPTY_TUPLE = ')';
    private static final int EMPTY_DICT = '}';
    private static final int MARK = '(';
    private static final int TUPLE = 't';
    private static final int NEW_OBJECT = 0x81;
    private static final int SET_ITEMS = 'u';
    private static final int BUILD = 'b';
    private static final int REDUCE = 'R';
    private static final int PERSISTENT_ID = 'Q';
    private static final int UNICODE = 'X';
    private static final int INT = 'J';
    private static final int LONG = 0x8a;
    private static final int FALSE = 0x89;
    private static final int STOP = '.';

    private final List<Weight> weights = new ArrayList<>();

    /** Bytes that write themselves, so that they need not be copied before. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private record Weight(List<Long> shape, long bytes, Content littleEndianFloats) {
        long count() {
            return bytes / Float.BYTES;
        }
    }

    /**
     * Adds a tensor.
     *
     * @return the name of the attribute that holds it
     */
    String add(List<Long> shape, long bytes, Content littleEndianFloats) {
        weights.add(new Weight(List.copyOf(shape), bytes, littleEndianFloats));
        return attribute(weights.size() - 1);
    }

    private static String attribute(int index) {
        return "w" + index;
    }

    /**
     * Writes the archive.
     *
     * @param forward source of the method {@code forward}, indented by two spaces
     */
    void write(String forward, OutputStream out) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, "data.pkl", bytes -> bytes.write(pickle()));
            entry(zip, "code/__torch__.py", bytes -> bytes.write(source(forward).getBytes(StandardCharsets.UTF_8)));
            for (int i = 0; i < weights.size(); i++) {
                entry(zip, "data/" + i, weights.get(i).littleEndianFloats());
            }
            entry(zip, "constants.pkl", bytes -> bytes.write(new byte[] {(byte) PROTO, 2, EMPTY_TUPLE, STOP}));
            entry(zip, "version", bytes -> bytes.write(FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** Stored, as PyTorch does it; so length and check sum have to be known first. */
    private static void entry(ZipOutputStream zip, String name, Content content) throws IOException {
        Measure measure = new Measure();
        content.writeTo(measure);
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(measure.count);
        entry.setCrc(measure.crc.getValue());
        zip.putNextEntry(entry);
        content.writeTo(zip);
        zip.closeEntry();
    }

    private static final class Measure extends OutputStream {
        private final CRC32 crc = new CRC32();
        private long count;

        @Override
        public void write(int b) {
            crc.update(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            crc.update(bytes, offset, length);
            count += length;
        }
    }

    private String source(String forward) {
        StringBuilder source = new StringBuilder("class " + CLASS_NAME + "(Module):\n");
        source.append("  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        for (int i = 0; i < weights.size(); i++) {
            source.append("  ").append(attribute(i)).append(" : Tensor\n");
        }
        return source.append(forward).toString();
    }

    /** An instance of the class, made without arguments, and the values of its attributes. */
    private byte[] pickle() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(PROTO);
            out.write(2);
            global(out, "__torch__", CLASS_NAME);
            out.write(EMPTY_TUPLE);
            out.write(NEW_OBJECT);
            out.write(EMPTY_DICT);
            out.write(MARK);
            unicode(out, "training");
            out.write(FALSE);
            for (int i = 0; i < weights.size(); i++) {
                unicode(out, attribute(i));
                tensor(out, i, weights.get(i));
            }
            out.write(SET_ITEMS);
            out.write(BUILD);
            out.write(STOP);
        }
        return bytes.toByteArray();
    }

    /** A call of {@code _rebuild_tensor_v2(storage, offset, sizes, strides, needs gradient, hooks)}. */
    private static void tensor(DataOutputStream out, int index, Weight weight) throws IOException {
        global(out, "torch._utils", "_rebuild_tensor_v2");
        out.write(MARK);
        out.write(MARK);
        unicode(out, "storage");
        global(out, "torch", "FloatStorage");
        unicode(out, String.valueOf(index));
        unicode(out, "cpu");
        integer(out, weight.count());
        out.write(TUPLE);
        out.write(PERSISTENT_ID);
        integer(out, 0);
        integers(out, weight.shape());
        integers(out, strides(weight.shape()));
        out.write(FALSE);
        global(out, "collections", "OrderedDict");
        out.write(EMPTY_TUPLE);
        out.write(REDUCE);
        out.write(TUPLE);
        out.write(REDUCE);
    }

    private static List<Long> strides(List<Long> shape) {
        Long[] strides = new Long[shape.size()];
        long stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape.get(i);
        }
        return List.of(strides);
    }

    private static void global(DataOutputStream out, String module, String name) throws IOException {
        out.write(GLOBAL);
        out.write((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void unicode(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(UNICODE);
        out.writeInt(Integer.reverseBytes(bytes.length));
        out.write(bytes);
    }

    private static void integers(DataOutputStream out, List<Long> values) throws IOException {
        out.write(MARK);
        for (long value : values) {
            integer(out, value);
        }
        out.write(TUPLE);
    }

    private static void integer(DataOutputStream out, long value) throws IOException {
        if (value == (int) value) {
            out.write(INT);
            out.writeInt(Integer.reverseBytes((int) value));
        } else {
            out.write(LONG);
            out.write(Long.BYTES);
            out.writeLong(Long.reverseBytes(value));
        }
    }
}
