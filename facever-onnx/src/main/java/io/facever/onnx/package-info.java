/** The inference seam on ONNX Runtime. */
package io.facever.onnx;
