package io.facever.spring;

import io.facever.Aligner;
import io.facever.Detector;
import io.facever.Embedder;
import io.facever.Verifier;

/** Puts a meter around each stage; a seam, so that the configuration loads without Micrometer. */
interface StageMeter {
    Detector meter(Detector detector);

    Aligner meter(Aligner aligner);

    Embedder meter(Embedder embedder);

    Verifier meter(Verifier verifier);
}
