import org.jspecify.annotations.NullMarked;

/** The inference seam on DJL, with ONNX Runtime or libtorch below. */
@NullMarked
module io.facever.djl {
    requires transitive io.facever.api;
    requires ai.djl.api;
    requires ai.djl.onnxruntime_engine;
    requires static ai.djl.pytorch_engine;
    requires com.microsoft.onnxruntime;
    requires org.tribuo.util.onnx;
    requires com.google.protobuf;
    requires static org.jspecify;

    exports io.facever.djl;

    provides io.facever.spi.InferenceEngine with
            io.facever.djl.DjlOnnxRuntimeEngine,
            io.facever.djl.DjlPyTorchEngine;
}
