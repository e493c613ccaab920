package io.facever.gallery;

import io.facever.Embedding;
import io.facever.EmbeddingMismatchException;
import io.facever.EmbeddingSpace;
import io.facever.Threshold;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Embeddings of many people, all of one {@link EmbeddingSpace}, to be searched by similarity.
 *
 * <p>Each enrolled embedding is a <em>template</em> and belongs to a subject. A subject with several templates scores
 * by its best one; with a filter, by its best one that passes.
 *
 * <p>Safe for any number of threads. A search sees the gallery as it was at one moment: of one call of
 * {@link #enrol(Collection)} or {@link #remove} it sees all or nothing, unless an implementation says otherwise. When
 * such a call returns, all later searches see what it did. After {@link #close} every method throws
 * {@code IllegalStateException}.
 *
 * <p>A gallery holds biometric data. No implementation writes numbers of an embedding into a log or a message.
 *
 * @since 0.1.0
 */
public interface Gallery extends AutoCloseable {
    /** What all embeddings in here are points of. */
    EmbeddingSpace space();

    /**
     * Adds templates. Enrolling a subject again adds to its templates. A gallery on disk or on a cluster has stored all
     * of them when this returns, and each enrolment is stored as a whole or not at all.
     *
     * @param enrolments any number; many in one call cost much less than one call each
     * @throws EmbeddingMismatchException when one is of another space; then nothing is added
     */
    void enrol(Collection<Enrolment> enrolments);

    /**
     * Adds the templates of one enrolment.
     *
     * @param enrolment subject and embeddings
     * @throws EmbeddingMismatchException when it is of another space
     */
    default void enrol(Enrolment enrolment) {
        enrol(List.of(enrolment));
    }

    /**
     * Removes a subject with all its templates. No later search finds it; {@link #compact} frees what it took.
     *
     * @param subject id as enrolled
     * @return how many templates were removed; 0 when there is no such subject
     */
    long remove(String subject);

    /**
     * Rewrites what is stored, so that removed templates are gone from memory and from the files of the gallery.
     * Searches go on meanwhile. It can take as long as building the gallery did.
     */
    void compact();

    /**
     * The most similar subjects.
     *
     * @param probe an embedding of this gallery's space
     * @param query how many, from which similarity on, and which ones
     * @return at most one candidate for each subject, the most similar first; equal ones by subject id. Similarities
     *     are cosines, exact to 1e-6
     * @throws EmbeddingMismatchException when the probe is of another space
     */
    List<Candidate> search(Embedding probe, Query query);

    /**
     * Who is this? Known when exactly one subject reaches the threshold, unknown when none does, and inconclusive when
     * several do: they are the same person enrolled twice, or the threshold is too low to tell them apart.
     *
     * <p>The more templates a gallery holds, the more often a stranger reaches the threshold: use
     * {@link Threshold#atFpir}.
     *
     * @param probe an embedding of this gallery's space
     * @param threshold one that has a value
     * @throws IllegalStateException when the threshold was not resolved
     */
    default Identification identify(Embedding probe, Threshold threshold) {
        double least = threshold.value();
        List<Candidate> best = search(probe, Query.top(Identification.CANDIDATES));
        long reached = best.stream()
                .filter(candidate -> candidate.similarity() >= least)
                .count();
        return Identification.of(threshold, best, reached);
    }

    /** How many templates can be found. */
    long templates();

    /**
     * Walks over all templates, in no particular order, as they were at one moment.
     *
     * @param action gets each template as an enrolment of one embedding, ready for another gallery
     */
    void forEach(Consumer<Enrolment> action);

    /** Waits for running calls and frees what the gallery holds. Does nothing the second time. */
    @Override
    void close();
}
