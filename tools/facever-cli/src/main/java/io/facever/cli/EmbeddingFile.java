package io.facever.cli;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/** Files that {@code embed --batch} writes; the ending of the name says which. */
enum EmbeddingFile {
    /** A line for each photo: its name and its numbers. */
    CSV {
        @Override
        void write(Path file, String model, int dimension, int rows, Iterator<Row> embeddings) throws IOException {
            try (var out = Files.newBufferedWriter(file)) {
                out.write(IntStream.range(0, dimension)
                        .mapToObj(i -> ",e" + i)
                        .collect(Collectors.joining("", "image", "\n")));
                while (embeddings.hasNext()) {
                    Row row = embeddings.next();
                    out.write('"' + row.image().replace("\"", "\"\"") + '"');
                    for (float value : row.values()) {
                        out.write(',' + Float.toString(value));
                    }
                    out.write('\n');
                }
            }
        }
    },

    /** NumPy's format (NEP 1): float32 [photos, dimension]; the photos stand in a text file beside it, one a line. */
    NPY {
        /** Numbers of an array start at a multiple of this. */
        private static final int ALIGNMENT = 64;

        private static final int BEFORE_HEADER = 10;

        @Override
        void write(Path file, String model, int dimension, int rows, Iterator<Row> embeddings) throws IOException {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                    var names = Files.newBufferedWriter(names(file))) {
                String header =
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + dimension + "), }";
                int length = BEFORE_HEADER + header.length() + 1;
                header += " ".repeat(Math.floorMod(-length, ALIGNMENT)) + "\n";
                byte[] start = new byte[BEFORE_HEADER + header.length()];
                little(start)
                        .put((byte) 0x93)
                        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                        .putShort((short) 1)
                        .putShort((short) header.length())
                        .put(header.getBytes(StandardCharsets.US_ASCII));
                out.write(start);
                while (embeddings.hasNext()) {
                    Row row = embeddings.next();
                    out.write(bytes(row.values()));
                    names.write(row.image() + "\n");
                }
            }
        }
    },

    /**
     * Apache Parquet: columns {@code image} (string) and {@code embedding} (list of float). The structures are those of
     * Apache's own library of the format; its writer would bring Hadoop, and needs none of it for two plain columns.
     */
    PARQUET {
        private static final byte[] MAGIC = {'P', 'A', 'R', '1'};
        private static final int ROWS_IN_A_GROUP = 2048;

        @Override
        void write(Path file, String model, int dimension, int rows, Iterator<Row> embeddings) throws IOException {
            try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file))) {
                Counted out = new Counted(stream);
                FileMetaData footer = new FileMetaData(1, schema(), rows, new ArrayList<>());
                footer.setCreated_by("facever");
                footer.setKey_value_metadata(List.of(new KeyValue("facever.model").setValue(model)));
                out.write(MAGIC);
                for (int left = rows; left > 0; left -= ROWS_IN_A_GROUP) {
                    footer.addToRow_groups(group(out, Math.min(left, ROWS_IN_A_GROUP), dimension, embeddings));
                }
                long start = out.count;
                Util.writeFileMetaData(footer, out);
                out.write(number((int) (out.count - start)));
                out.write(MAGIC);
            }
        }

        private static List<SchemaElement> schema() {
            return List.of(
                    new SchemaElement("schema").setNum_children(2),
                    new SchemaElement("image")
                            .setType(Type.BYTE_ARRAY)
                            .setRepetition_type(FieldRepetitionType.REQUIRED)
                            .setConverted_type(ConvertedType.UTF8),
                    new SchemaElement("embedding")
                            .setRepetition_type(FieldRepetitionType.REQUIRED)
                            .setConverted_type(ConvertedType.LIST)
                            .setNum_children(1),
                    new SchemaElement("list")
                            .setRepetition_type(FieldRepetitionType.REPEATED)
                            .setNum_children(1),
                    new SchemaElement("element").setType(Type.FLOAT).setRepetition_type(FieldRepetitionType.REQUIRED));
        }

        private static RowGroup group(Counted out, int rows, int dimension, Iterator<Row> embeddings)
                throws IOException {
            var names = new ByteArrayOutputStream();
            var values = new ByteArrayOutputStream();
            var repetitions = new ByteArrayOutputStream();
            for (int i = 0; i < rows; i++) {
                Row row = embeddings.next();
                byte[] name = row.image().getBytes(StandardCharsets.UTF_8);
                names.writeBytes(number(name.length));
                names.writeBytes(name);
                values.writeBytes(bytes(row.values()));
                // level 0 begins a list, 1 goes on with it
                run(repetitions, 1, 0);
                run(repetitions, dimension - 1, 1);
            }
            var definitions = new ByteArrayOutputStream();
            run(definitions, rows * dimension, 1);
            var vectors = new ByteArrayOutputStream();
            for (var levels : List.of(repetitions, definitions)) {
                vectors.writeBytes(number(levels.size()));
                vectors.writeBytes(levels.toByteArray());
            }
            vectors.writeBytes(values.toByteArray());
            long start = out.count;
            List<ColumnChunk> columns = List.of(
                    chunk(out, Type.BYTE_ARRAY, List.of("image"), rows, names.toByteArray()),
                    chunk(
                            out,
                            Type.FLOAT,
                            List.of("embedding", "list", "element"),
                            rows * dimension,
                            vectors.toByteArray()));
            return new RowGroup(columns, out.count - start, rows);
        }

        /**
         * A run of equal levels of one bit: its length shifted by one, as a number of variable length, and the level.
         */
        private static void run(ByteArrayOutputStream out, int length, int level) {
            if (length == 0) {
                return;
            }
            int rest = length << 1;
            for (; rest > 0x7f; rest >>>= 7) {
                out.write((rest & 0x7f) | 0x80);
            }
            out.write(rest);
            out.write(level);
        }

        private static ColumnChunk chunk(Counted out, Type type, List<String> path, int count, byte[] page)
                throws IOException {
            long start = out.count;
            PageHeader header = new PageHeader(PageType.DATA_PAGE, page.length, page.length);
            header.setData_page_header(new DataPageHeader(count, Encoding.PLAIN, Encoding.RLE, Encoding.RLE));
            Util.writePageHeader(header, out);
            out.write(page);
            long size = out.count - start;
            return new ColumnChunk(start)
                    .setMeta_data(new ColumnMetaData(
                            type,
                            List.of(Encoding.PLAIN, Encoding.RLE),
                            path,
                            CompressionCodec.UNCOMPRESSED,
                            count,
                            size,
                            size,
                            start));
        }
    };

    /** A photo and the numbers of its embedding. */
    static final class Row {
        private final String image;
        private final float[] values;

        Row(String image, float[] values) {
            this.image = image;
            this.values = values;
        }

        String image() {
            return image;
        }

        /** Shared, not copied. */
        float[] values() {
            return values;
        }
    }

    /**
     * Writes a whole file.
     *
     * @param model what made the embeddings
     * @param dimension how many numbers each has
     * @param rows how many rows come
     */
    abstract void write(Path file, String model, int dimension, int rows, Iterator<Row> embeddings) throws IOException;

    /** Where the names of the rows are, for a format that has no room for them. */
    static Path names(Path file) {
        return file.resolveSibling(file.getFileName() + ".txt");
    }

    /** The format that the ending of a name asks for. */
    static Optional<EmbeddingFile> of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(kind -> name.endsWith("." + kind.name().toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** The endings, for people. */
    static String endings() {
        return Arrays.stream(values())
                .map(kind -> "." + kind.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] number(int value) {
        byte[] bytes = new byte[Integer.BYTES];
        little(bytes).putInt(value);
        return bytes;
    }

    /** Little-endian float32. */
    static byte[] bytes(float[] values) {
        byte[] bytes = new byte[Float.BYTES * values.length];
        little(bytes).asFloatBuffer().put(values);
        return bytes;
    }

    /** What {@link #bytes} made. */
    static float[] floats(byte[] bytes) {
        float[] values = new float[bytes.length / Float.BYTES];
        little(bytes).asFloatBuffer().get(values);
        return values;
    }

    /** Knows how much was written. */
    private static final class Counted extends OutputStream {
        private final OutputStream out;
        private long count;

        Counted(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }
}
