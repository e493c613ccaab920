package io.facever.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactGalleryTest {
    /** The build starts the tests with the incubating module, so both kernels are tried. */
    private static final Kernel BEST = Kernel.best();

    private static float[] numbers(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void theVectorInstructionsAreUsedWhereTheModuleIs() {
        assertThat(BEST.name()).startsWith("SIMD");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 15, 16, 17, 63, 64, 65, 127, 128, 200, 512})
    void bothKernelsAgreeWithTheDefinitionForAnyDimension(int dimension) {
        Random random = new Random(dimension);
        int rows = 9;
        float[] query = numbers(random, dimension);
        float[] floats = numbers(random, rows * dimension);
        byte[] bytes = new byte[rows * dimension];
        random.nextBytes(bytes);
        for (Kernel kernel : List.of(BEST, new LoopKernel())) {
            float[] ofFloats = new float[rows];
            float[] ofBytes = new float[rows];
            kernel.dots(query, floats, 2, 7, ofFloats);
            kernel.dots(query, bytes, 2, 7, ofBytes);
            for (int row = 2; row < 7; row++) {
                double expectedFloats = 0;
                double expectedBytes = 0;
                double length = 0;
                for (int i = 0; i < dimension; i++) {
                    expectedFloats += (double) query[i] * floats[row * dimension + i];
                    expectedBytes += (double) query[i] * bytes[row * dimension + i];
                    length += (double) query[i] * query[i];
                }
                double scale = Math.sqrt(length * dimension);
                assertThat((double) ofFloats[row - 2]).isCloseTo(expectedFloats, within(1e-6 * scale));
                assertThat((double) ofBytes[row - 2]).isCloseTo(expectedBytes, within(1e-6 * 127 * scale));
            }
        }
    }

    /** People with ten templates each, some of them close to one another: the hard part for rounded vectors. */
    private static List<Enrolment> people(EmbeddingSpace space, int templates) {
        Random random = new Random(7);
        List<Enrolment> all = new ArrayList<>();
        float[] centre = new float[space.dimension()];
        for (int i = 0; i < templates; i++) {
            if (i % 10 == 0) {
                centre = numbers(random, space.dimension());
            }
            float[] one = numbers(random, space.dimension());
            for (int d = 0; d < one.length; d++) {
                one[d] = centre[d] + 0.5f * one[d];
            }
            all.add(new Enrolment("s" + i, List.of(Embedding.of(space, one)), Map.of("half", "" + i % 2)));
        }
        return all;
    }

    private static Embedding probe(EmbeddingSpace space, Enrolment near, Random random) {
        float[] values = near.embeddings().get(0).toArray();
        for (int d = 0; d < values.length; d++) {
            values[d] += (float) (0.4 / Math.sqrt(values.length) * random.nextGaussian());
        }
        return Embedding.of(space, values);
    }

    @Test
    void kernelsAndPrecisionsFindTheSameInSeveralBlocks() {
        EmbeddingSpace space = new EmbeddingSpace("exact", "test", "none", 96);
        List<Enrolment> all = people(space, 6000);
        List<ExactGallery> galleries = List.of(
                new ExactGallery(space, false, BEST),
                new ExactGallery(space, false, new LoopKernel()),
                new ExactGallery(space, true, BEST),
                new ExactGallery(space, true, new LoopKernel()));
        galleries.forEach(gallery -> gallery.enrol(all));
        Random random = new Random(3);
        for (int i = 0; i < 6000; i += 300) {
            Embedding probe = probe(space, all.get(i), random);
            List<Candidate> expected = all.stream()
                    .filter(one -> "0".equals(one.metadata().get("half")))
                    .map(one ->
                            new Candidate(one.subject(), one.embeddings().get(0).cosine(probe), one.metadata()))
                    .sorted(Candidate.BEST_FIRST)
                    .limit(10)
                    .toList();
            for (ExactGallery gallery : galleries) {
                assertThat(gallery.search(probe, Query.top(10).where("half", "0")))
                        .as(gallery.kernel())
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void removedTemplatesAreGoneFromMemoryAfterCompact() {
        EmbeddingSpace space = new EmbeddingSpace("exact", "test", "none", 8);
        ExactGallery gallery = ExactGallery.of(space);
        List<Enrolment> all = people(space, 3000);
        gallery.enrol(all);
        IntStream.range(0, 2500)
                .forEach(i -> assertThat(gallery.remove("s" + i)).isEqualTo(1));
        gallery.compact();
        Map<String, Embedding> left = new HashMap<>();
        gallery.forEach(one -> left.put(one.subject(), one.embeddings().get(0)));
        assertThat(left).hasSize(500);
        assertThat(left.get("s2999")).isEqualTo(all.get(2999).embeddings().get(0));
    }

    @Test
    void theShortlistKeepsTheHighestAndOfEqualOnesTheFirst() {
        Random random = new Random(5);
        Shortlist best = new Shortlist(20);
        List<int[]> offered = new ArrayList<>();
        for (int row = 0; row < 500; row++) {
            int score = random.nextInt(60);
            offered.add(new int[] {score, row});
        }
        List<int[]> shuffled = new ArrayList<>(offered);
        java.util.Collections.shuffle(shuffled, random);
        shuffled.forEach(one -> {
            if (best.admits(one[0], one[1])) {
                best.add(one[0], one[1]);
            }
        });
        List<Integer> expected = offered.stream()
                .sorted((a, b) -> a[0] != b[0] ? Integer.compare(b[0], a[0]) : Integer.compare(a[1], b[1]))
                .limit(20)
                .map(one -> one[1])
                .toList();
        assertThat(IntStream.range(0, best.size()).mapToObj(best::row)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void whatCannotBeEnrolledOrAskedIsRefused() {
        EmbeddingSpace space = new EmbeddingSpace("exact", "test", "none", 2);
        Embedding one = Embedding.of(space, new float[] {1, 0});
        assertThatThrownBy(() -> Enrolment.of(" ", one)).hasMessageContaining("not blank");
        assertThatThrownBy(() -> Enrolment.of("x".repeat(1001), one)).hasMessageContaining("1001 characters");
        assertThatThrownBy(() -> new Enrolment("a", List.of(), Map.of())).hasMessageContaining("at least one");
        assertThatThrownBy(() -> new Enrolment("a", List.of(one), Map.of("a b", "c")))
                .hasMessageContaining("key of metadata");
        assertThatThrownBy(() -> Query.top(0)).hasMessageContaining("found 0");
        assertThatThrownBy(() -> new Query(1, Double.NaN, Map.of())).hasMessageContaining("NaN");
    }

    @Test
    void noTextShowsTheNumbersOfAnEmbedding() {
        EmbeddingSpace space = new EmbeddingSpace("exact", "test", "none", 2);
        Enrolment one = Enrolment.of("a", Embedding.of(space, new float[] {0.6f, 0.8f}));
        assertThat(one.toString()).doesNotContain("0.6").doesNotContain("0.8");
    }
}
