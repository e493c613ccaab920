package io.facever.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingFileTest {
    private static final int DIMENSION = 3;

    @TempDir
    Path folder;

    private static List<EmbeddingFile.Row> rows(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new EmbeddingFile.Row("ä/" + i + ", \"x\".jpg", new float[] {i, -0.5f, 0.1f * i}))
                .toList();
    }

    private Path write(EmbeddingFile format, int count) throws IOException {
        Path file = folder.resolve("out." + format.name().toLowerCase(java.util.Locale.ROOT));
        format.write(file, "a-model", DIMENSION, count, rows(count).iterator());
        return file;
    }

    @Test
    void theEndingOfTheNameSaysTheFormat() {
        assertThat(EmbeddingFile.of(Path.of("a/b.PARQUET"))).contains(EmbeddingFile.PARQUET);
        assertThat(EmbeddingFile.of(Path.of("b.npy"))).contains(EmbeddingFile.NPY);
        assertThat(EmbeddingFile.of(Path.of("csv"))).isEmpty();
    }

    @Test
    void csvHasAHeaderAndQuotedNames() throws IOException {
        assertThat(Files.readAllLines(write(EmbeddingFile.CSV, 2)))
                .containsExactly(
                        "image,e0,e1,e2", "\"ä/0, \"\"x\"\".jpg\",0.0,-0.5,0.0", "\"ä/1, \"\"x\"\".jpg\",1.0,-0.5,0.1");
    }

    @Test
    void npyIsAnAlignedLittleEndianMatrixWithItsNamesBesideIt() throws IOException {
        Path file = write(EmbeddingFile.NPY, 3);

        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(Arrays.copyOf(bytes, 8)).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        int header = buffer.getShort(8);
        assertThat((10 + header) % 64).isZero();
        assertThat(new String(bytes, 10, header, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }")
                .endsWith("\n");
        assertThat(bytes).hasSize(10 + header + 3 * DIMENSION * 4);
        assertThat(buffer.getFloat(10 + header + 4 * DIMENSION)).isEqualTo(1f);
        assertThat(Files.readAllLines(EmbeddingFile.names(file)))
                .isEqualTo(rows(3).stream().map(EmbeddingFile.Row::image).toList());
    }

    @Test
    void parquetGivesBackNamesAndListsAlsoOverSeveralRowGroups() throws IOException {
        int count = 2500;
        byte[] file = Files.readAllBytes(write(EmbeddingFile.PARQUET, count));

        assertThat(new String(file, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("PAR1");
        assertThat(new String(file, file.length - 4, 4, StandardCharsets.US_ASCII))
                .isEqualTo("PAR1");
        int footer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(file.length - 8);
        FileMetaData meta = Util.readFileMetaData(new ByteArrayInputStream(file, file.length - 8 - footer, footer));
        assertThat(meta.getNum_rows()).isEqualTo(count);
        assertThat(meta.getKey_value_metadata().get(0).getValue()).isEqualTo("a-model");
        List<String> names = new ArrayList<>();
        List<Float> numbers = new ArrayList<>();
        for (RowGroup group : meta.getRow_groups()) {
            ByteBuffer text = page(file, group.getColumns().get(0).getMeta_data(), (int) group.getNum_rows());
            while (text.hasRemaining()) {
                byte[] name = new byte[text.getInt()];
                text.get(name);
                names.add(new String(name, StandardCharsets.UTF_8));
            }
            int values = DIMENSION * (int) group.getNum_rows();
            ByteBuffer vectors = page(file, group.getColumns().get(1).getMeta_data(), values);
            assertThat(levels(vectors))
                    .isEqualTo(IntStream.range(0, values)
                            .mapToObj(i -> i % DIMENSION == 0 ? 0 : 1)
                            .toList());
            assertThat(levels(vectors)).hasSize(values).containsOnly(1);
            while (vectors.hasRemaining()) {
                numbers.add(vectors.getFloat());
            }
        }
        assertThat(names)
                .isEqualTo(rows(count).stream().map(EmbeddingFile.Row::image).toList());
        assertThat(numbers)
                .isEqualTo(rows(count).stream()
                        .flatMap(row -> IntStream.range(0, DIMENSION).mapToObj(i -> row.values()[i]))
                        .toList());
    }

    private static ByteBuffer page(byte[] file, ColumnMetaData column, int values) throws IOException {
        int start = (int) column.getData_page_offset();
        InputStream in = new ByteArrayInputStream(file, start, (int) column.getTotal_compressed_size());
        PageHeader header = Util.readPageHeader(in);
        assertThat(header.getData_page_header().getNum_values()).isEqualTo(values);
        assertThat(column.getNum_values()).isEqualTo(values);
        byte[] page = in.readAllBytes();
        assertThat(page).hasSize(header.getUncompressed_page_size());
        return ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Runs of equal levels, as the format describes its RLE encoding. */
    private static List<Integer> levels(ByteBuffer page) {
        List<Integer> levels = new ArrayList<>();
        int length = page.getInt();
        int end = page.position() + length;
        while (page.position() < end) {
            int run = 0;
            int shift = 0;
            int part;
            do {
                part = page.get();
                run |= (part & 0x7f) << shift;
                shift += 7;
            } while (part < 0);
            assertThat(run & 1).as("a run, not packed bits").isZero();
            int level = page.get();
            for (int i = 0; i < run >>> 1; i++) {
                levels.add(level);
            }
        }
        return levels;
    }
}
