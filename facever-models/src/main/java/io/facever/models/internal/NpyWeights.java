package io.facever.models.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder of {@code .npy} files, one array each. The format is NumPy's own (NEP 1): magic, version, length of a text
 * header with type, order and shape, then the numbers. Read here: little-endian float32 in C order.
 */
public final class NpyWeights implements Weights {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern HEADER = Pattern.compile("\\{\\s*'descr'\\s*:\\s*'([^']*)'\\s*,"
            + "\\s*'fortran_order'\\s*:\\s*(True|False)\\s*,\\s*'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)\\s*,?\\s*\\}\\s*");

    private final Map<String, Path> files;

    /**
     * Reads lazily, so that one array at a time is in memory.
     *
     * @param files name of each array and the file that holds it
     */
    public NpyWeights(Map<String, Path> files) {
        this.files = Map.copyOf(files);
    }

    @Override
    public NdArray get(String name) {
        Path file = Optional.ofNullable(files.get(name))
                .orElseThrow(() -> new WeightsException("no array '" + name + "' among " + files.size() + " files"));
        try {
            return parse(name, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new WeightsException("can't read " + file + ": " + e, e);
        }
    }

    /** One array from the bytes of its file. */
    static NdArray parse(String name, byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (file.length < 12 || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new WeightsException("'" + name + "' is no .npy file");
        }
        int version = file[MAGIC.length];
        bytes.position(MAGIC.length + 2);
        int headerLength = version == 1 ? Short.toUnsignedInt(bytes.getShort()) : bytes.getInt();
        if (headerLength < 0 || headerLength > bytes.remaining()) {
            throw new WeightsException("'" + name + "' is cut off in its header");
        }
        String header = new String(file, bytes.position(), headerLength, StandardCharsets.ISO_8859_1);
        bytes.position(bytes.position() + headerLength);
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.matches()) {
            throw new WeightsException("'" + name + "' has a header that can't be read: " + header.strip());
        }
        if (!matcher.group(1).equals("<f4") || matcher.group(2).equals("True")) {
            throw new WeightsException("'" + name + "' is " + header.strip() + ", expected '<f4' in C order");
        }
        int[] shape = Arrays.stream(matcher.group(3).split(","))
                .map(String::strip)
                .filter(size -> !size.isEmpty())
                .mapToInt(NpyWeights::size)
                .toArray();
        int count = NdArray.count(shape);
        if (bytes.remaining() != 4L * count) {
            throw new WeightsException("'" + name + "' holds " + bytes.remaining() + " bytes of numbers, expected "
                    + 4L * count + " for shape " + Arrays.toString(shape));
        }
        float[] data = new float[count];
        bytes.asFloatBuffer().get(data);
        return new NdArray(data, shape);
    }

    private static int size(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new WeightsException("a size of " + digits + " is too large", e);
        }
    }
}
