package io.facever.cli;

import io.facever.FaceVerifier;
import io.facever.FaceverException;
import io.facever.ImageException;
import io.facever.eval.Progress;
import io.facever.eval.RecordLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Embeds all photos of a folder into one file. What is done is kept in a file beside it, which is there as long as the
 * work goes on, so that a run that was broken off goes on where it was.
 */
final class FolderEmbedding {
    private static final Set<String> ENDINGS = Set.of("jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff");

    private final FaceVerifier verifier;
    private final Path folder;
    private final Path out;
    private final EmbeddingFile format;
    private final PrintWriter err;
    private final String settings;

    /**
     * Prepares a run.
     *
     * @param settings what else the result depends on, beside the verifier's embedding space
     */
    FolderEmbedding(
            FaceVerifier verifier, Path folder, Path out, EmbeddingFile format, String settings, PrintWriter err) {
        this.verifier = verifier;
        this.folder = folder;
        this.out = out;
        this.format = format;
        this.settings = settings;
        this.err = err;
    }

    /** Does the work and gives the exit status. */
    int run(Progress.Factory progress) {
        try {
            List<Path> photos = photos();
            Path kept = out.resolveSibling(out.getFileName() + ".partial");
            int status;
            try (RecordLog done = RecordLog.open(kept)) {
                status = embed(photos, done, progress);
                write(photos, done);
            }
            Files.delete(kept);
            return status;
        } catch (IOException e) {
            throw new FaceverException(
                    "embeddings-unwritable",
                    "the embeddings of " + folder + " can't be written to " + out + ": " + e
                            + "; what was computed is kept beside it: mend this and run the same command again",
                    e);
        }
    }

    private List<Path> photos() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(FolderEmbedding::isPhoto).sorted().toList();
        }
    }

    private static boolean isPhoto(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1)) && Files.isRegularFile(file);
    }

    private int embed(List<Path> photos, RecordLog done, Progress.Factory progress) throws IOException {
        List<Path> left = new ArrayList<>();
        for (Path photo : photos) {
            if (done.get(key(photo)).isEmpty()) {
                left.add(photo);
            }
        }
        if (left.size() < photos.size()) {
            say((photos.size() - left.size()) + " of " + photos.size() + " photos were done before");
        }
        boolean[] unreadable = new boolean[1];
        try (Progress bar = progress.start("embedding", left.size())) {
            verifier.embedEach(left.stream(), verifier::decode, photo -> {
                if (photo.failure().isPresent()) {
                    if (!(photo.failure().get() instanceof ImageException)) {
                        throw photo.failure().get();
                    }
                    unreadable[0] = true;
                    Errors.line(err, photo.failure().get());
                    err.flush();
                } else {
                    done.put(
                            key(photo.source()),
                            photo.result()
                                    .map(embedding -> EmbeddingFile.bytes(embedding.toArray()))
                                    .orElseGet(() -> new byte[0]));
                }
                bar.step();
            });
        }
        return unreadable[0] ? ExitStatus.IMAGE : ExitStatus.OK;
    }

    private void write(List<Path> photos, RecordLog done) throws IOException {
        List<Path> embedded = new ArrayList<>();
        int faceless = 0;
        for (Path photo : photos) {
            Optional<byte[]> values = done.get(key(photo));
            if (values.isPresent() && values.get().length == 0) {
                faceless++;
                say("no usable face in " + photo + " [docs/errors.md#no-usable-face]");
            } else if (values.isPresent()) {
                embedded.add(photo);
            }
        }
        Path part = Files.createTempFile(out.toAbsolutePath().getParent(), "embeddings", ".part");
        try {
            format.write(
                    part,
                    verifier.model().id(),
                    verifier.space().dimension(),
                    embedded.size(),
                    embedded.stream()
                            .map(photo -> new EmbeddingFile.Row(
                                    name(photo),
                                    EmbeddingFile.floats(done.get(key(photo)).orElseThrow())))
                            .iterator());
            if (Files.exists(EmbeddingFile.names(part))) {
                Files.move(EmbeddingFile.names(part), EmbeddingFile.names(out), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(part, out, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(EmbeddingFile.names(part));
            Files.deleteIfExists(part);
        }
        say(embedded.size() + " embeddings of " + photos.size() + " photos in " + out
                + (faceless == 0 ? "" : "; " + faceless + " had no usable face"));
    }

    /** Relative to the folder, with the same separator everywhere. */
    private String name(Path photo) {
        return folder.relativize(photo).toString().replace('\\', '/');
    }

    /** Changes with the photo and with all that the embedding depends on. */
    private byte[] key(Path photo) {
        try {
            String text = String.join(
                    "\n",
                    verifier.space().toString(),
                    settings,
                    name(photo),
                    Long.toString(Files.size(photo)),
                    Files.getLastModifiedTime(photo).toString());
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new FaceverException("embeddings-unwritable", photo + " can't be read: " + e, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void say(String text) {
        err.println("facever: " + text);
        err.flush();
    }
}
