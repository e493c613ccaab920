package io.facever;

import java.time.Duration;

/**
 * How long the stages of one call took, both images together. Stages that did not run are zero.
 *
 * @param decode reading the files; zero when decoded images were given
 * @param detect finding faces
 * @param align cutting the crops
 * @param embed running the embedder
 * @param total the whole call
 */
public record Timings(Duration decode, Duration detect, Duration align, Duration embed, Duration total) {}
