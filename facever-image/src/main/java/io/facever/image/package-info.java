/** Decoding photos with ImageIO, and drawing results on them. */
package io.facever.image;
