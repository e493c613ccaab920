/**
 * Embeddings to store: {@link io.facever.template.Templates} writes and reads them, {@link
 * io.facever.template.TemplateSeal} keeps them encrypted.
 */
package io.facever.template;
