package io.facever.models;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens new files for writing. A seam: tests put a full disk here. */
@FunctionalInterface
interface Storage {
    Storage DISK = file -> Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    OutputStream create(Path file) throws IOException;
}
