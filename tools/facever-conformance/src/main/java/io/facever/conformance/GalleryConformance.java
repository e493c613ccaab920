package io.facever.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.facever.Embedding;
import io.facever.EmbeddingMismatchException;
import io.facever.EmbeddingSpace;
import io.facever.Threshold;
import io.facever.gallery.Candidate;
import io.facever.gallery.Enrolment;
import io.facever.gallery.Gallery;
import io.facever.gallery.Identification;
import io.facever.gallery.Query;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every gallery does. Small galleries only, in which also approximate searches find everything. */
public abstract class GalleryConformance {
    private static final int DIMENSION = 24;
    private static final EmbeddingSpace SPACE = space("a");

    private Gallery gallery;

    /**
     * An empty gallery, which the suite closes.
     *
     * @param space of its embeddings
     */
    protected abstract Gallery create(EmbeddingSpace space) throws Exception;

    /** Whether a search sees all or nothing of one call of enrol. */
    protected boolean seesCallsAsAWhole() {
        return true;
    }

    @BeforeEach
    void open() throws Exception {
        gallery = create(SPACE);
    }

    @AfterEach
    void close() {
        gallery.close();
    }

    private static EmbeddingSpace space(String id) {
        return new EmbeddingSpace("gallery-conformance-" + id, "test", "none", DIMENSION);
    }

    /** Reproducible, and near to nothing else. */
    private static Embedding embedding(long seed) {
        Random random = new Random(seed);
        float[] values = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Embedding.of(SPACE, values);
    }

    /** A vector with this cosine to the first axis. */
    private static Embedding atCosine(double cosine) {
        float[] values = new float[DIMENSION];
        values[0] = (float) cosine;
        values[1] = (float) Math.sqrt(1 - cosine * cosine);
        return Embedding.of(SPACE, values);
    }

    private static final Embedding AXIS = atCosine(1);

    private List<String> subjects(Query query) {
        return gallery.search(AXIS, query).stream().map(Candidate::subject).toList();
    }

    @Test
    void anEmptyGalleryKnowsNobody() {
        assertThat(gallery.search(AXIS, Query.top(3))).isEmpty();
        assertThat(gallery.templates()).isZero();
        assertThat(gallery.identify(AXIS, Threshold.of(0.1)).outcome()).isEqualTo(Identification.Outcome.UNKNOWN);
        assertThat(gallery.space()).isEqualTo(SPACE);
    }

    @Test
    void theMostSimilarComeFirstWithTheirCosine() {
        List<Embedding> all =
                IntStream.range(0, 90).mapToObj(GalleryConformance::embedding).toList();
        gallery.enrol(IntStream.range(0, all.size())
                .mapToObj(i -> Enrolment.of("s" + i, all.get(i)))
                .toList());
        for (int probe = 100; probe < 110; probe++) {
            Embedding one = embedding(probe);
            List<Candidate> expected = IntStream.range(0, all.size())
                    .mapToObj(i -> new Candidate("s" + i, all.get(i).cosine(one), Map.of()))
                    .sorted(Candidate.BEST_FIRST)
                    .limit(12)
                    .toList();
            List<Candidate> found = gallery.search(one, Query.top(12));
            assertThat(found)
                    .extracting(Candidate::subject)
                    .isEqualTo(expected.stream().map(Candidate::subject).toList());
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i).similarity()).isCloseTo(expected.get(i).similarity(), within(1e-6));
            }
        }
    }

    @Test
    void equalSimilaritiesAreOrderedBySubject() {
        gallery.enrol(List.of(
                Enrolment.of("c", atCosine(0.5)),
                Enrolment.of("a", atCosine(0.5)),
                Enrolment.of("d", atCosine(0.25)),
                Enrolment.of("b", atCosine(0.5))));
        assertThat(subjects(Query.top(4))).containsExactly("a", "b", "c", "d");
    }

    @Test
    void aSubjectScoresByItsBestTemplate() {
        gallery.enrol(new Enrolment("a", List.of(atCosine(0.25)), Map.of("photo", "far")));
        gallery.enrol(new Enrolment("a", List.of(atCosine(0.75)), Map.of("photo", "near")));
        gallery.enrol(Enrolment.of("b", atCosine(0.5)));
        assertThat(gallery.templates()).isEqualTo(3);
        List<Candidate> found = gallery.search(AXIS, Query.top(5));
        assertThat(found).extracting(Candidate::subject).containsExactly("a", "b");
        assertThat(found.get(0).similarity()).isCloseTo(0.75, within(1e-6));
        assertThat(found.get(0).metadata()).containsExactlyEntriesOf(Map.of("photo", "near"));
    }

    @Test
    void aSubjectWithVeryManyTemplatesHidesNobody() {
        List<Embedding> many = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            many.add(atCosine(0.9 + i * 1e-5));
        }
        gallery.enrol(List.of(
                new Enrolment("crowd", many, Map.of()),
                Enrolment.of("a", atCosine(0.5)),
                Enrolment.of("b", atCosine(0.4)),
                Enrolment.of("c", atCosine(0.3))));
        assertThat(subjects(Query.top(3))).containsExactly("crowd", "a", "b");
    }

    @Test
    void nobodyBelowTheThresholdIsFound() {
        gallery.enrol(List.of(
                Enrolment.of("a", atCosine(0.75)),
                Enrolment.of("b", atCosine(0.5)),
                Enrolment.of("c", atCosine(0.25))));
        assertThat(subjects(Query.top(3).atLeast(Threshold.of(0.45)))).containsExactly("a", "b");
        assertThat(subjects(Query.top(1).atLeast(Threshold.of(0.45)))).containsExactly("a");
        assertThat(subjects(Query.top(3).atLeast(Threshold.of(0.8)))).isEmpty();
    }

    @Test
    void aFilterLooksAtMatchingTemplatesOnly() {
        gallery.enrol(List.of(
                new Enrolment("a", List.of(atCosine(0.9)), Map.of("tenant", "x", "camera", "1")),
                new Enrolment("a", List.of(atCosine(0.3)), Map.of("tenant", "y", "camera", "1")),
                new Enrolment("b", List.of(atCosine(0.8)), Map.of("tenant", "x", "camera", "2")),
                new Enrolment("c", List.of(atCosine(0.7)), Map.of("tenant", "y", "camera", "1"))));
        assertThat(subjects(Query.top(5).where("tenant", "x"))).containsExactly("a", "b");
        assertThat(subjects(Query.top(5).where("tenant", "x").where("camera", "2")))
                .containsExactly("b");
        assertThat(subjects(Query.top(5).where("tenant", "y"))).containsExactly("c", "a");
        assertThat(subjects(Query.top(5).where("tenant", "z"))).isEmpty();
    }

    @Test
    void embeddingsOfAnotherSpaceAreRefusedByNameAndNothingIsAdded() {
        Embedding foreign = Embedding.of(space("b"), AXIS.toArray());
        assertThatThrownBy(() -> gallery.enrol(List.of(Enrolment.of("a", AXIS), Enrolment.of("b", foreign))))
                .isInstanceOf(EmbeddingMismatchException.class)
                .hasMessageContaining("embedding-mismatch");
        assertThatThrownBy(() -> gallery.search(foreign, Query.top(1))).isInstanceOf(EmbeddingMismatchException.class);
        assertThat(gallery.templates()).isZero();
    }

    @Test
    void removedSubjectsAreNotFoundAndCanBeEnrolledAgain() {
        gallery.enrol(List.of(
                new Enrolment("a", List.of(atCosine(0.9), atCosine(0.8)), Map.of()), Enrolment.of("b", atCosine(0.5))));
        assertThat(gallery.remove("a")).isEqualTo(2);
        assertThat(gallery.remove("a")).isZero();
        assertThat(gallery.templates()).isEqualTo(1);
        assertThat(subjects(Query.top(5))).containsExactly("b");
        gallery.compact();
        assertThat(subjects(Query.top(5))).containsExactly("b");
        gallery.enrol(Enrolment.of("a", atCosine(0.7)));
        assertThat(subjects(Query.top(5))).containsExactly("a", "b");
        assertThat(gallery.templates()).isEqualTo(2);
    }

    @Test
    void compactKeepsWhatWasNotRemoved() {
        for (int i = 0; i < 40; i++) {
            gallery.enrol(new Enrolment("s" + i, List.of(embedding(i)), Map.of("n", "" + i)));
        }
        for (int i = 0; i < 40; i += 2) {
            gallery.remove("s" + i);
        }
        gallery.compact();
        assertThat(gallery.templates()).isEqualTo(20);
        for (int i = 1; i < 40; i += 2) {
            Candidate best = gallery.search(embedding(i), Query.top(1)).get(0);
            assertThat(best.subject()).isEqualTo("s" + i);
            assertThat(best.similarity()).isCloseTo(1, within(1e-6));
            assertThat(best.metadata()).containsEntry("n", "" + i);
        }
    }

    @Test
    void aWalkGivesEveryTemplateAsItWasEnrolled() {
        Set<Enrolment> enrolled = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            Map<String, String> metadata = i % 2 == 0 ? Map.of() : Map.of("photo", "p" + i, "site", "x");
            enrolled.add(new Enrolment("s" + i / 3, List.of(embedding(i)), metadata));
        }
        gallery.enrol(enrolled);
        gallery.enrol(Enrolment.of("gone", AXIS));
        gallery.remove("gone");
        Set<Enrolment> walked = new HashSet<>();
        gallery.forEach(walked::add);
        assertThat(walked).isEqualTo(enrolled);
    }

    @Test
    void idsAndMetadataMayHoldAnyCharacter() {
        String odd = "a \"b\" \\c\\ {!knn} *:* OR (x) Łódź 日本 \uD83D\uDE00 \t<&>'";
        gallery.enrol(List.of(
                new Enrolment(odd, List.of(atCosine(0.9)), Map.of("k", odd)),
                new Enrolment("plain", List.of(atCosine(0.8)), Map.of("k", "v"))));
        List<Candidate> found = gallery.search(AXIS, Query.top(5).where("k", odd));
        assertThat(found).extracting(Candidate::subject).containsExactly(odd);
        assertThat(found.get(0).metadata()).containsEntry("k", odd);
        assertThat(gallery.remove(odd)).isEqualTo(1);
        assertThat(subjects(Query.top(5))).containsExactly("plain");
    }

    @Test
    void identificationIsKnownUnknownOrInconclusive() {
        gallery.enrol(List.of(Enrolment.of("a", atCosine(0.8)), Enrolment.of("b", atCosine(0.6))));
        Identification known = gallery.identify(AXIS, Threshold.of(0.7));
        assertThat(known.outcome()).isEqualTo(Identification.Outcome.KNOWN);
        assertThat(known.subject()).contains("a");
        assertThat(known.candidates()).hasSize(2);
        Identification unknown = gallery.identify(AXIS, Threshold.of(0.9));
        assertThat(unknown.outcome()).isEqualTo(Identification.Outcome.UNKNOWN);
        assertThat(unknown.subject()).isEmpty();
        Identification both = gallery.identify(AXIS, Threshold.of(0.5));
        assertThat(both.outcome()).isEqualTo(Identification.Outcome.INCONCLUSIVE);
        assertThat(both.reasons()).containsExactly(Identification.Reason.SEVERAL_SUBJECTS);
        assertThat(both.subject()).isEmpty();
    }

    @Test
    void searchesDuringEnrolmentsAndRemovalsSeeWholeCalls() throws Exception {
        int rounds = 40;
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch searching = new CountDownLatch(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> searches = IntStream.range(0, 2)
                    .mapToObj(thread -> threads.submit(() -> {
                        int seen = 0;
                        int searched = 0;
                        searching.countDown();
                        while (!done.get() || searched == 0) {
                            Embedding probe = embedding(searched % rounds);
                            List<Candidate> found =
                                    gallery.search(probe, Query.top(2).atLeast(Threshold.of(0.999)));
                            if (seesCallsAsAWhole()) {
                                assertThat(found.size()).isNotEqualTo(1);
                            }
                            found.forEach(one -> assertThat(one.similarity()).isCloseTo(1, within(1e-6)));
                            seen += found.size();
                            searched++;
                        }
                        return seen;
                    }))
                    .toList();
            searching.await();
            for (int i = 0; i < rounds; i++) {
                gallery.enrol(List.of(Enrolment.of("a" + i, embedding(i)), Enrolment.of("b" + i, embedding(i))));
                assertThat(gallery.search(embedding(i), Query.top(2).atLeast(Threshold.of(0.999))))
                        .extracting(Candidate::subject)
                        .containsExactly("a" + i, "b" + i);
                gallery.enrol(Enrolment.of("noise", embedding(1000 + i)));
                gallery.remove("noise");
            }
            gallery.compact();
            done.set(true);
            for (Future<Integer> search : searches) {
                search.get();
            }
            assertThat(gallery.templates()).isEqualTo(2L * rounds);
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void afterCloseEveryCallIsRefused() {
        gallery.close();
        gallery.close();
        assertThatThrownBy(() -> gallery.search(AXIS, Query.top(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("#closed");
        assertThatThrownBy(() -> gallery.enrol(Enrolment.of("a", AXIS))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> gallery.remove("a")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(gallery::compact).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(gallery::templates).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> gallery.forEach(one -> {})).isInstanceOf(IllegalStateException.class);
    }
}
