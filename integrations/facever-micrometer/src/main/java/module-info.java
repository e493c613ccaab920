import org.jspecify.annotations.NullMarked;

/** Timings and outcomes of a FaceVerifier as Micrometer meters. */
@NullMarked
module io.facever.micrometer {
    requires transitive io.facever.api;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports io.facever.micrometer;
}
