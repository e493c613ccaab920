package io.facever.cli;

import java.nio.file.Path;

/** Names of the pictures that {@code --draw} asks for. */
final class Drawings {
    private Drawings() {}

    /** The file itself for one picture; {@code OUT-1.png}, {@code OUT-2.png}, … for several. */
    static Path numbered(Path file, int number, int of) {
        if (of == 1) {
            return file;
        }
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        String end = dot > 0 ? name.substring(dot) : ".png";
        return file.resolveSibling(stem + "-" + number + end);
    }
}
