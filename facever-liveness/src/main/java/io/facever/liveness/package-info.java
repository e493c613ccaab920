/** Passive liveness: whether a single photo shows a living person, or a picture of one. */
package io.facever.liveness;
