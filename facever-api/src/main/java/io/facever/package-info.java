/**
 * Face verification: two photos in, a decision out. Start at {@link io.facever.FaceVerifier}.
 *
 * <p>Coordinates are those of {@link io.facever.Point} everywhere.
 */
package io.facever;
