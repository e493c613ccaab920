/** Timings and outcomes of a FaceVerifier as Micrometer meters: {@link io.facever.micrometer.StageMeters}. */
package io.facever.micrometer;
