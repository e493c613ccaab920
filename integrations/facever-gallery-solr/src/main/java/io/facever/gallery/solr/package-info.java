/** A {@link io.facever.gallery.Gallery} on an Apache Solr cluster. */
package io.facever.gallery.solr;
