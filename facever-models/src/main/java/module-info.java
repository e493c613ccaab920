import org.jspecify.annotations.NullMarked;

/** The model catalogue: mirror, download, check, conversion to ONNX, cache. */
@NullMarked
module io.facever.models {
    requires transitive io.facever.api;
    requires java.net.http;
    requires com.google.protobuf;
    requires org.tribuo.util.onnx;
    requires pickle;
    requires static org.jspecify;

    exports io.facever.models;

    provides io.facever.spi.ModelProvider with
            io.facever.models.ModelStore;
}
