package io.facever.cli;

import io.facever.Aligner;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.Image;

/** Stands where {@code detect} needs no aligner. */
final class NoAligner implements Aligner {
    @Override
    public FaceCrop align(Image image, Face face) {
        throw new UnsupportedOperationException("detection cuts nothing out");
    }

    @Override
    public String id() {
        return "none";
    }
}
