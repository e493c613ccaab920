import org.jspecify.annotations.NullMarked;

/** All that verifying two photos needs, as one dependency. Holds no code of its own. */
@NullMarked
module io.facever {
    requires transitive io.facever.api;
    requires transitive io.facever.image;
    requires transitive io.facever.models;
    requires transitive io.facever.mtcnn;
    requires transitive io.facever.facenet;
    requires transitive io.facever.liveness;
    requires transitive io.facever.onnx;
    requires static org.jspecify;
}
