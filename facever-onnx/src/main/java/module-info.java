/** The inference seam on ONNX Runtime. */
module io.facever.onnx {
    requires transitive io.facever.api;
    requires com.microsoft.onnxruntime;

    exports io.facever.onnx;

    provides io.facever.spi.InferenceEngine with
            io.facever.onnx.OnnxRuntimeEngine;
}
