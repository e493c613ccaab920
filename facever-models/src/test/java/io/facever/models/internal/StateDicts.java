package io.facever.models.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.razorvine.pickle.Pickler;

/** Random weights under the names of PyTorch, and files of them as {@code torch.save} writes these. */
public final class StateDicts {
    private final Map<String, NdArray> arrays = new LinkedHashMap<>();
    private final Random random;

    private StateDicts(long seed) {
        random = new Random(seed);
    }

    /** A state dict of P-Net, with the real sizes. */
    public static Map<String, NdArray> pnet(long seed) {
        StateDicts dict = new StateDicts(seed);
        dict.convPrelu(1, 10, 3, 3);
        dict.convPrelu(2, 16, 10, 3);
        dict.convPrelu(3, 32, 16, 3);
        dict.biased("conv4_1", 2, 32, 1, 1);
        dict.biased("conv4_2", 4, 32, 1, 1);
        return dict.arrays;
    }

    /** A state dict of R-Net with few channels. */
    static Map<String, NdArray> rnet(long seed) {
        StateDicts dict = new StateDicts(seed);
        dict.convPrelu(1, 5, 3, 3);
        dict.convPrelu(2, 6, 5, 3);
        dict.convPrelu(3, 7, 6, 2);
        dict.biased("dense4", 128, 63);
        dict.vector("prelu4.weight", 128, 0.1, 0.4);
        dict.biased("dense5_1", 2, 128);
        dict.biased("dense5_2", 4, 128);
        return dict.arrays;
    }

    /** A state dict of O-Net with few channels. */
    static Map<String, NdArray> onet(long seed) {
        StateDicts dict = new StateDicts(seed);
        dict.convPrelu(1, 5, 3, 3);
        dict.convPrelu(2, 6, 5, 3);
        dict.convPrelu(3, 6, 6, 3);
        dict.convPrelu(4, 7, 6, 2);
        dict.biased("dense5", 256, 63);
        dict.vector("prelu5.weight", 256, 0.1, 0.4);
        dict.biased("dense6_1", 2, 256);
        dict.biased("dense6_2", 4, 256);
        dict.biased("dense6_3", 10, 256);
        return dict.arrays;
    }

    /** A state dict of Inception-ResNet-v1 with few channels; the gains of batch norm are 1, as in FaceNet. */
    public static Map<String, NdArray> inceptionResnetV1(int dimension, long seed) {
        StateDicts dict = new StateDicts(seed);
        dict.basic("conv2d_1a", 4, 3, 3, 3);
        dict.basic("conv2d_2a", 4, 4, 3, 3);
        dict.basic("conv2d_2b", 8, 4, 3, 3);
        dict.basic("conv2d_3b", 10, 8, 1, 1);
        dict.basic("conv2d_4a", 12, 10, 3, 3);
        dict.basic("conv2d_4b", 16, 12, 3, 3);
        for (int i = 0; i < 5; i++) {
            String block = "repeat_1." + i;
            dict.basic(block + ".branch0", 4, 16, 1, 1);
            dict.basic(block + ".branch1.0", 4, 16, 1, 1);
            dict.basic(block + ".branch1.1", 4, 4, 3, 3);
            dict.basic(block + ".branch2.0", 4, 16, 1, 1);
            dict.basic(block + ".branch2.1", 4, 4, 3, 3);
            dict.basic(block + ".branch2.2", 4, 4, 3, 3);
            dict.biased(block + ".conv2d", 16, 12, 1, 1);
        }
        dict.basic("mixed_6a.branch0", 24, 16, 3, 3);
        dict.basic("mixed_6a.branch1.0", 10, 16, 1, 1);
        dict.basic("mixed_6a.branch1.1", 10, 10, 3, 3);
        dict.basic("mixed_6a.branch1.2", 16, 10, 3, 3);
        for (int i = 0; i < 10; i++) {
            dict.crossBlock("repeat_2." + i, 56, 8, 7);
        }
        dict.basic("mixed_7a.branch0.0", 16, 56, 1, 1);
        dict.basic("mixed_7a.branch0.1", 24, 16, 3, 3);
        dict.basic("mixed_7a.branch1.0", 16, 56, 1, 1);
        dict.basic("mixed_7a.branch1.1", 16, 16, 3, 3);
        dict.basic("mixed_7a.branch2.0", 16, 56, 1, 1);
        dict.basic("mixed_7a.branch2.1", 16, 16, 3, 3);
        dict.basic("mixed_7a.branch2.2", 16, 16, 3, 3);
        for (int i = 0; i < 5; i++) {
            dict.crossBlock("repeat_3." + i, 112, 12, 3);
        }
        dict.crossBlock("block8", 112, 12, 3);
        dict.weight("last_linear.weight", dimension, 112);
        dict.norm("last_bn", dimension, 1, 1);
        return dict.arrays;
    }

    /** A state dict of MobileFaceNet with few channels. */
    static Map<String, NdArray> mobileFaceNet(long seed) {
        StateDicts dict = new StateDicts(seed);
        dict.weight("conv1.conv.weight", 6, 3, 3, 3);
        dict.norm("conv1.bn", 6, 0.8, 1.2);
        dict.vector("conv1.prelu.weight", 6, 0.1, 0.4);
        dict.weight("dw_conv1.conv.weight", 6, 1, 3, 3);
        dict.norm("dw_conv1.bn", 6, 0.8, 1.2);
        dict.vector("dw_conv1.prelu.weight", 6, 0.1, 0.4);
        int[][] groups = {{5, 6}, {1, 10}, {6, 10}, {1, 10}, {2, 10}};
        int inputs = 6;
        int number = 0;
        for (int[] group : groups) {
            for (int i = 0; i < group[0]; i++) {
                String block = "blocks." + number++ + ".conv.";
                dict.weight(block + "0.weight", 12, inputs, 1, 1);
                dict.norm(block + "1", 12, 0.8, 1.2);
                dict.vector(block + "2.weight", 12, 0.1, 0.4);
                dict.weight(block + "3.weight", 12, 1, 3, 3);
                dict.norm(block + "4", 12, 0.8, 1.2);
                dict.vector(block + "5.weight", 12, 0.1, 0.4);
                dict.weight(block + "6.weight", group[1], 12, 1, 1);
                dict.norm(block + "7", group[1], 0.8, 1.2);
                inputs = group[1];
            }
        }
        dict.weight("conv2.conv.weight", 16, 10, 1, 1);
        dict.norm("conv2.bn", 16, 0.8, 1.2);
        dict.vector("conv2.prelu.weight", 16, 0.1, 0.4);
        dict.weight("linear7.conv.weight", 16, 1, 7, 6);
        dict.norm("linear7.bn", 16, 0.8, 1.2);
        dict.weight("linear1.conv.weight", 9, 16, 1, 1);
        dict.norm("linear1.bn", 9, 0.8, 1.2);
        return dict.arrays;
    }

    private void crossBlock(String block, int channels, int width, int length) {
        basic(block + ".branch0", width, channels, 1, 1);
        basic(block + ".branch1.0", width, channels, 1, 1);
        basic(block + ".branch1.1", width, width, 1, length);
        basic(block + ".branch1.2", width, width, length, 1);
        biased(block + ".conv2d", channels, 2 * width, 1, 1);
    }

    private void convPrelu(int number, int outputs, int inputs, int size) {
        biased("conv" + number, outputs, inputs, size, size);
        vector("prelu" + number + ".weight", outputs, 0.1, 0.4);
    }

    private void basic(String name, int... shape) {
        weight(name + ".conv.weight", shape);
        norm(name + ".bn", shape[0], 1, 1);
    }

    private void biased(String name, int... shape) {
        weight(name + ".weight", shape);
        vector(name + ".bias", shape[0], -0.2, 0.2);
    }

    private void norm(String name, int outputs, double lowestGain, double highestGain) {
        vector(name + ".weight", outputs, lowestGain, highestGain);
        vector(name + ".bias", outputs, -0.2, 0.2);
        vector(name + ".running_mean", outputs, -0.2, 0.2);
        vector(name + ".running_var", outputs, 0.5, 1.5);
    }

    private void vector(String name, int size, double low, double high) {
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = (float) (low + (high - low) * random.nextDouble());
        }
        arrays.put(name, NdArray.vector(numbers));
    }

    private void weight(String name, int... shape) {
        float[] numbers = new float[NdArray.count(shape)];
        double spread = Math.sqrt(2.0 * shape[0] / numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (spread * random.nextGaussian());
        }
        arrays.put(name, new NdArray(numbers, shape));
    }

    /** Weights that are in memory. */
    static Weights weights(Map<String, NdArray> arrays) {
        return name -> {
            if (!arrays.containsKey(name)) {
                throw new WeightsException("no " + name);
            }
            return arrays.get(name);
        };
    }

    /** The file of {@code torch.save} before 1.6. */
    public static byte[] legacyFile(Map<String, NdArray> arrays) {
        try {
            Pickler pickler = new Pickler();
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            file.write(pickler.dumps(new BigInteger("119547037146038801333356")));
            file.write(pickler.dumps(1001));
            file.write(pickler.dumps(Map.of("protocol_version", 1001, "little_endian", true)));
            file.write(pickle(arrays, "torch", "FloatStorage"));
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < arrays.size(); i++) {
                keys.add("key" + i);
            }
            file.write(pickler.dumps(keys));
            for (NdArray array : arrays.values()) {
                file.write(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(array.data().length)
                        .array());
                file.write(bytes(array));
            }
            return file.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file of {@code torch.save} since 1.6. */
    public static byte[] zipFile(Map<String, NdArray> arrays) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            entry(zip, "archive/data.pkl", pickle(arrays, "torch", "FloatStorage"));
            int number = 0;
            for (NdArray array : arrays.values()) {
                entry(zip, "archive/data/key" + number++, bytes(array));
            }
            entry(zip, "archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] bytes(NdArray array) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * array.data().length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(array.data());
        return bytes.array();
    }

    /** The pickle of a state dict, opcode by opcode, with the storage type given. */
    static byte[] pickle(Map<String, NdArray> arrays, String module, String storage) throws IOException {
        Opcodes out = new Opcodes();
        out.raw("\u0080\u0002").global("collections", "OrderedDict").raw(")R(");
        int number = 0;
        for (Map.Entry<String, NdArray> entry : arrays.entrySet()) {
            int[] shape = entry.getValue().shape();
            int[] stride = new int[shape.length];
            int step = 1;
            for (int i = shape.length - 1; i >= 0; i--) {
                stride[i] = step;
                step *= shape[i];
            }
            out.text(entry.getKey())
                    .global("torch._utils", "_rebuild_tensor_v2")
                    .raw("(");
            out.raw("(")
                    .text("storage")
                    .global(module, storage)
                    .text("key" + number++)
                    .text("cpu");
            out.integer(entry.getValue().data().length).raw("NtQ").integer(0);
            out.tuple(shape)
                    .tuple(stride)
                    .raw("\u0089")
                    .global("collections", "OrderedDict")
                    .raw(")RtR");
        }
        out.raw("u.");
        return out.bytes();
    }

    /** Writes opcodes of the pickle machine. */
    static final class Opcodes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Opcodes raw(String latin) {
            out.writeBytes(latin.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        Opcodes global(String module, String name) {
            return raw("c" + module + "\n" + name + "\n");
        }

        Opcodes text(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            raw("X");
            out.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(utf8.length)
                    .array());
            out.writeBytes(utf8);
            return this;
        }

        Opcodes integer(int value) {
            raw("J");
            out.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
            return this;
        }

        Opcodes tuple(int... values) {
            raw("(");
            for (int value : values) {
                integer(value);
            }
            return raw("t");
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }

    /** The bytes of a {@code .npy} file. */
    static byte[] npyFile(NdArray array) {
        StringBuilder shape = new StringBuilder();
        for (int size : array.shape()) {
            shape.append(size).append(", ");
        }
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
        int padding = 63 - (10 + header.length()) % 64;
        header += " ".repeat(padding) + "\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        out.writeBytes(ByteBuffer.allocate(2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) header.length())
                .array());
        out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(bytes(array));
        return out.toByteArray();
    }
}
