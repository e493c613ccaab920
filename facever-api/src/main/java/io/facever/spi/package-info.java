/** What one writes to bring another detector, aligner, embedder, image decoder, model source or inference engine. */
package io.facever.spi;
