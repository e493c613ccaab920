package io.facever.gallery;

import io.facever.Embedding;
import io.facever.EmbeddingMismatchException;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Threshold;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A {@link Gallery} that is told photos: a {@link FaceVerifier} turns each into an embedding. Which face of a photo is
 * meant, the verifier knows. Safe for any number of threads. It owns neither gallery nor verifier; close both yourself.
 *
 * @since 0.1.0
 */
public final class PhotoGallery {
    private final Gallery gallery;
    private final FaceVerifier verifier;

    /**
     * A gallery for photos.
     *
     * @param gallery where templates are kept
     * @param verifier of the gallery's space
     * @throws EmbeddingMismatchException when their spaces differ
     */
    public PhotoGallery(Gallery gallery, FaceVerifier verifier) {
        if (!gallery.space().equals(verifier.space())) {
            throw new EmbeddingMismatchException(gallery.space(), verifier.space());
        }
        this.gallery = gallery;
        this.verifier = verifier;
    }

    /**
     * Adds the photos of one person. Photos without a usable face are left out.
     *
     * @param subject id of the person
     * @param photos upright images
     * @param metadata stored with each
     * @return how many photos had a usable face; with 0 nothing was enrolled
     */
    public int enrol(String subject, List<Image> photos, Map<String, String> metadata) {
        List<Embedding> embeddings =
                photos.stream().map(verifier::embed).flatMap(Optional::stream).toList();
        if (!embeddings.isEmpty()) {
            gallery.enrol(new Enrolment(subject, embeddings, metadata));
        }
        return embeddings.size();
    }

    /**
     * The subjects most similar to the face of a photo.
     *
     * @param photo an upright image
     * @param query as for {@link Gallery#search}
     * @return empty when the photo has no usable face
     */
    public Optional<List<Candidate>> search(Image photo, Query query) {
        Objects.requireNonNull(query, "query");
        return verifier.embed(photo).map(probe -> gallery.search(probe, query));
    }

    /**
     * Who is in this photo? As {@link Gallery#identify}, and inconclusive when the photo has no usable face.
     *
     * @param photo an upright image
     * @param threshold by value or by error rate, as {@link Threshold#atFpir}
     * @throws IllegalArgumentException when the model's data can't support the error rate
     */
    public Identification identify(Image photo, Threshold threshold) {
        Threshold resolved = verifier.resolve(threshold);
        return verifier.embed(photo)
                .map(probe -> gallery.identify(probe, resolved))
                .orElseGet(() -> Identification.inconclusive(
                        resolved,
                        List.of(),
                        // a second detection, but only where there is nothing to search for
                        verifier.detect(photo).isEmpty()
                                ? Identification.Reason.NO_FACE
                                : Identification.Reason.NO_USABLE_FACE));
    }
}
