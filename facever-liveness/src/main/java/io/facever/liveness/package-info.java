/** Liveness: whether a living person is before the camera, by a single photo or by challenge and response. */
package io.facever.liveness;
