import org.jspecify.annotations.NullMarked;

/** Tells a living person from a picture of one. */
@NullMarked
module io.facever.liveness {
    requires transitive io.facever.api;
    requires static org.jspecify;

    exports io.facever.liveness;

    provides io.facever.Liveness.Provider with
            io.facever.liveness.PassiveLiveness;
}
