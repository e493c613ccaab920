/** Embeds many photos with Apache Spark and loads a gallery. */
package io.facever.examples.spark;
