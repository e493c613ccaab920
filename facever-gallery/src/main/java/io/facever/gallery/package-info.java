/**
 * Who is this? A {@link io.facever.gallery.Gallery} holds embeddings of many people and finds the most similar ones.
 * {@link io.facever.gallery.ExactGallery} keeps them in memory and compares with each; galleries on disk and on a
 * cluster are in artifacts of their own. {@code docs/galleries.md} tells which to choose.
 */
package io.facever.gallery;
