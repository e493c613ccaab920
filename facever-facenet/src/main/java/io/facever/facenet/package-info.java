/**
 * Three ways to cut a face out of its image, and the embedders that turn such crops into vectors.
 *
 * <p>Everything here is found by ServiceLoader. To choose settings, make the recipe yourself and give it to the
 * builder, as in {@code FaceVerifier.builder().aligner(new SimilarityAlignment().withAntialias(true))}.
 */
package io.facever.facenet;
