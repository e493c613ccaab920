import org.jspecify.annotations.NullMarked;

/** The inference seam on ONNX Runtime. */
@NullMarked
module io.facever.onnx {
    requires transitive io.facever.api;
    requires com.google.protobuf;
    requires com.microsoft.onnxruntime;
    requires static org.jspecify;

    exports io.facever.onnx;

    provides io.facever.spi.InferenceEngine with
            io.facever.onnx.OnnxRuntimeEngine;
}
