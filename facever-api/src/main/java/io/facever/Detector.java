package io.facever;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds faces. Implementations are safe for any number of threads, also while {@link #close} runs: it waits for
 * running calls; later calls get an {@code IllegalStateException}.
 *
 * @since 0.1.0
 */
public interface Detector extends AutoCloseable {
    /**
     * Faces of one image.
     *
     * @param image an upright image
     * @return boxes and landmarks in pixels of {@code image}, highest score first; empty when there is none
     */
    List<Face> detect(Image image);

    /**
     * Looks once more and less strictly, where {@link #detect} found nothing; asked only by a verifier with
     * {@link FaceVerifier.Builder#recovery}.
     *
     * @param image an upright image in which {@link #detect} found no face
     * @return as {@link #detect}, with more that is no face; empty if an implementation says nothing else
     */
    default List<Face> detectAgain(Image image) {
        return List.of();
    }

    /**
     * Faces of many images of any sizes.
     *
     * @param images upright images
     * @return one list for each image, in the same order, equal to what {@link #detect} gives
     */
    default List<List<Face>> detectAll(List<Image> images) {
        List<List<Face>> faces = new ArrayList<>(images.size());
        for (Image image : images) {
            faces.add(detect(image));
        }
        return List.copyOf(faces);
    }

    /**
     * Which detector this is and all settings that change its faces, in one line of text with a number that changes
     * when the algorithm does. Results that are kept, as those of an evaluation, are filed under it and the weights.
     *
     * @return the name of the class if an implementation says nothing else
     */
    default String id() {
        return getClass().getName();
    }

    /** Gives back what it holds; does nothing the second time. */
    @Override
    default void close() {}
}
