import org.jspecify.annotations.NullMarked;

/** Measures face verification: protocols, statistics with intervals, calibration, reports. */
@NullMarked
module io.facever.eval {
    requires transitive io.facever.api;
    requires io.facever.facenet;
    requires io.facever.models;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires java.desktop;
    requires java.xml;
    requires org.apache.commons.rng.api;
    requires org.apache.commons.rng.simple;
    requires org.apache.commons.statistics.descriptive;
    requires org.apache.commons.statistics.distribution;
    requires org.apache.xmlgraphics.batik.svggen;
    requires org.jfree.jfreechart;
    requires me.tongfei.progressbar;
    requires static org.jspecify;

    uses io.facever.spi.DetectorProvider;
    uses io.facever.spi.EmbedderProvider;
    uses io.facever.spi.InferenceEngine;
    uses io.facever.spi.ModelProvider;

    exports io.facever.eval;

    // the command line reads its options by reflection
    opens io.facever.eval to
            info.picocli;
}
