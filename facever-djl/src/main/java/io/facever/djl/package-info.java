/** Inference engines on DJL. Chosen by name, {@code djl-onnxruntime} or {@code djl-pytorch}; see docs/engines.md. */
package io.facever.djl;
