/** Passive liveness, and challenge and response over a sequence of frames. */
package io.facever.liveness;
