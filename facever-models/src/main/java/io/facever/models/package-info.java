/**
 * Models for facever: a catalogue of published weights, fetched from their public addresses or a mirror, checked by
 * SHA-256, converted to ONNX in Java and kept in a cache folder. Start at {@link io.facever.models.ModelStore}.
 */
package io.facever.models;
