package io.facever.gallery.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.gallery.Candidate;
import io.facever.gallery.Enrolment;
import io.facever.gallery.ExactGallery;
import io.facever.gallery.GalleryException;
import io.facever.gallery.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuceneGalleryTest {
    private static final EmbeddingSpace SPACE = new EmbeddingSpace("lucene-test", "test", "none", 64);

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void name() {
        folder = temporary.resolve("gallery");
    }

    private static float[] numbers(Random random) {
        float[] values = new float[SPACE.dimension()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Embedding embedding(long seed) {
        return Embedding.of(SPACE, numbers(new Random(seed)));
    }

    @Test
    void whatWasEnrolledIsThereAfterOpeningAgain() {
        Enrolment one = new Enrolment("a", List.of(embedding(1), embedding(2)), Map.of("photo", "x.jpg"));
        try (LuceneGallery gallery = LuceneGallery.create(folder, SPACE)) {
            gallery.enrol(one);
            gallery.enrol(Enrolment.of("b", embedding(3)));
            gallery.remove("b");
        }
        try (LuceneGallery gallery = LuceneGallery.open(folder)) {
            assertThat(gallery.space()).isEqualTo(SPACE);
            assertThat(gallery.templates()).isEqualTo(2);
            assertThat(gallery.search(embedding(2), Query.top(3)))
                    .containsExactly(new Candidate("a", embedding(2).cosine(embedding(2)), one.metadata()));
        }
        assertThat(LuceneGallery.verify(folder)).isEqualTo(2);
    }

    @Test
    void onlyOneWritesAndReadersSeeWhatItWrote() {
        try (LuceneGallery writing = LuceneGallery.create(folder, SPACE);
                LuceneGallery reading = LuceneGallery.read(folder)) {
            assertThat(reading.templates()).isZero();
            writing.enrol(Enrolment.of("a", embedding(1)));
            assertThat(reading.search(embedding(1), Query.top(1)))
                    .extracting(Candidate::subject)
                    .containsExactly("a");
            assertThatThrownBy(() -> LuceneGallery.open(folder))
                    .isInstanceOf(GalleryException.class)
                    .hasMessageContaining("gallery-locked");
            assertThatThrownBy(() -> reading.remove("a"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("reading only");
        }
        LuceneGallery.open(folder).close();
    }

    @Test
    void foldersThatHoldNoGalleryAreRefusedAndLeftAlone() throws IOException {
        assertThatThrownBy(() -> LuceneGallery.open(folder)).hasMessageContaining("gallery-missing");
        assertThat(folder).doesNotExist();
        Files.createDirectory(folder);
        assertThatThrownBy(() -> LuceneGallery.read(folder)).hasMessageContaining("gallery-missing");
        Path other = Files.writeString(folder.resolve("note.txt"), "mine");
        assertThatThrownBy(() -> LuceneGallery.create(folder, SPACE)).hasMessageContaining("gallery-exists");
        assertThat(other).hasContent("mine");
        Path foreign = temporary.resolve("foreign");
        try (FSDirectory directory = FSDirectory.open(foreign);
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            writer.addDocument(new Document());
        }
        assertThatThrownBy(() -> LuceneGallery.open(foreign)).hasMessageContaining("gallery-foreign");
        assertThatThrownBy(() -> LuceneGallery.create(foreign, SPACE)).hasMessageContaining("gallery-exists");
    }

    @Test
    void moreDimensionsThanTheFormatTakesAreRefusedBeforeAnythingIsWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LuceneGallery.create(folder, new EmbeddingSpace("x", "big", "none", 1025)))
                .withMessageContaining("1025");
        assertThat(folder).doesNotExist();
    }

    @Test
    void aRemovedSubjectIsInNoFileAfterCompact() throws IOException {
        Embedding gone = embedding(77);
        try (LuceneGallery gallery = LuceneGallery.create(folder, SPACE)) {
            for (int batch = 0; batch < 5; batch++) {
                List<Enrolment> all = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    all.add(Enrolment.of("subject" + (batch * 50 + i), embedding(1000 + batch * 50 + i)));
                }
                if (batch == 2) {
                    all.add(new Enrolment("hartmut.gone", List.of(gone), Map.of("photo", "portrait-of-gone")));
                }
                gallery.enrol(all);
            }
            assertThat(holding(gone)).isNotEmpty();
            gallery.remove("hartmut.gone");
            gallery.compact();
            assertThat(holding(gone)).isEmpty();
            assertThat(gallery.templates()).isEqualTo(250);
        }
        assertThat(holding(gone)).isEmpty();
    }

    @Test
    void compactLeavesOneGraphAndNothingOfWhoWasRemovedFromIt() throws IOException {
        Embedding gone = embedding(77);
        try (LuceneGallery gallery = LuceneGallery.create(folder, SPACE)) {
            for (int i = 0; i < 12; i++) {
                gallery.enrol(Enrolment.of("subject" + i, embedding(i)));
            }
            gallery.enrol(Enrolment.of("hartmut.gone", gone));
            gallery.compact();
            assertThat(segments()).isEqualTo(1);
            assertThat(holding(gone)).isNotEmpty();
            gallery.remove("hartmut.gone");
            gallery.compact();
            assertThat(segments()).isEqualTo(1);
            assertThat(holding(gone)).isEmpty();
            assertThat(gallery.templates()).isEqualTo(12);
            assertThat(gallery.search(embedding(3), Query.top(1)).get(0).subject())
                    .isEqualTo("subject3");
        }
    }

    private int segments() throws IOException {
        try (FSDirectory directory = FSDirectory.open(folder)) {
            return SegmentInfos.readLatestCommit(directory).size();
        }
    }

    /** Files that hold the first numbers of an embedding, or the names that were stored with it. */
    private List<Path> holding(Embedding embedding) throws IOException {
        ByteBuffer numbers = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++) {
            numbers.putFloat(embedding.toArray()[i]);
        }
        String wanted = new String(numbers.array(), StandardCharsets.ISO_8859_1);
        List<Path> holding = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                if (bytes.contains(wanted) || bytes.contains("gone")) {
                    holding.add(file);
                }
            }
        }
        return holding;
    }

    @Test
    void damageIsFound() throws IOException {
        try (LuceneGallery gallery = LuceneGallery.create(folder, SPACE)) {
            for (int i = 0; i < 100; i++) {
                gallery.enrol(Enrolment.of("s" + i, embedding(i)));
            }
        }
        Path largest;
        try (Stream<Path> files = Files.list(folder)) {
            largest = files.max((a, b) ->
                            Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(largest);
        bytes[bytes.length / 2] ^= 1;
        Files.write(largest, bytes);
        assertThatThrownBy(() -> LuceneGallery.verify(folder))
                .isInstanceOf(GalleryException.class)
                .hasMessageContaining("gallery-damaged");
    }

    @Test
    void theGraphFindsNearlyAllThatAnExactSearchFinds() {
        Random random = new Random(11);
        List<Enrolment> all = new ArrayList<>();
        float[] centre = numbers(random);
        for (int i = 0; i < 3000; i++) {
            if (i % 10 == 0) {
                centre = numbers(random);
            }
            float[] one = numbers(random);
            for (int d = 0; d < one.length; d++) {
                one[d] = centre[d] + 0.7f * one[d];
            }
            all.add(Enrolment.of("s" + i, Embedding.of(SPACE, one)));
        }
        ExactGallery exact = ExactGallery.of(SPACE);
        exact.enrol(all);
        try (LuceneGallery gallery = LuceneGallery.create(folder, SPACE)) {
            gallery.enrol(all);
            int found = 0;
            for (int i = 0; i < 3000; i += 60) {
                float[] near = all.get(i).embeddings().get(0).toArray();
                for (int d = 0; d < near.length; d++) {
                    near[d] += (float) (0.06 * random.nextGaussian());
                }
                Embedding probe = Embedding.of(SPACE, near);
                Set<String> expected = new HashSet<>();
                exact.search(probe, Query.top(10)).forEach(one -> expected.add(one.subject()));
                for (Candidate one : gallery.search(probe, Query.top(10))) {
                    found += expected.contains(one.subject()) ? 1 : 0;
                }
            }
            assertThat(found / 500.0).isGreaterThan(0.97);
        }
    }
}
