/** Tells a living person from a picture of one. */
module io.facever.liveness {
    requires transitive io.facever.api;

    exports io.facever.liveness;

    provides io.facever.Liveness.Provider with
            io.facever.liveness.PassiveLiveness;
}
