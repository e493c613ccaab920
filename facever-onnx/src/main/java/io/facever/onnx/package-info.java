/** The inference engine {@code onnx}: ONNX files on ONNX Runtime. */
package io.facever.onnx;
