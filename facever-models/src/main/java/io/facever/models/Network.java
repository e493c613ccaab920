package io.facever.models;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One network of a catalogue model.
 *
 * @param name as callers ask for it
 * @param sources the published files that it is made from
 * @param conversion makes it from these files
 */
record Network(String name, List<SourceFile> sources, Conversion conversion) {
    /** Makes ONNX from published files. */
    interface Conversion {
        /**
         * Converts.
         *
         * @param files the checked files, in the order of the sources
         */
        ModelProto convert(List<Path> files) throws IOException;
    }

    long sourceBytes() {
        return sources.stream().mapToLong(SourceFile::size).sum();
    }
}
