package io.facever.models;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A published file.
 *
 * @param sha256 its hash, lower-case hexadecimal
 * @param size its bytes
 * @param path its public address without {@code https://}, which is also its place in a mirror
 */
record SourceFile(String sha256, long size, String path) {
    /** Last part of the path. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Reads a list of the catalogue: a line for each file, hash, size and path, set apart by spaces. */
    static List<SourceFile> list(String resource) {
        try (InputStream in = Objects.requireNonNull(
                        SourceFile.class.getResourceAsStream("catalogue/" + resource + ".sources"), resource);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line -> line.split(" "))
                    .map(part -> new SourceFile(part[0], Long.parseLong(part[1]), part[2]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the catalogue in the jar can't be read: " + resource, e);
        }
    }
}
