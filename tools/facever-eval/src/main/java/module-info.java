/** Measures face verification: protocols, statistics with intervals, calibration, reports. */
module io.facever.eval {
    requires transitive io.facever.api;
    requires java.desktop;
    requires org.apache.commons.rng.api;
    requires org.apache.commons.rng.simple;
    requires org.apache.commons.statistics.descriptive;
    requires org.apache.commons.statistics.distribution;

    exports io.facever.eval;
}
