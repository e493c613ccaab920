/** A {@link io.facever.gallery.Gallery} on disk, in an Apache Lucene index. */
package io.facever.gallery.lucene;
