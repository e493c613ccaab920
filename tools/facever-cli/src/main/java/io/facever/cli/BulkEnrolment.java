package io.facever.cli;

import io.facever.Calibration;
import io.facever.Embedding;
import io.facever.FaceVerifier;
import io.facever.ImageException;
import io.facever.Threshold;
import io.facever.gallery.Candidate;
import io.facever.gallery.Enrolment;
import io.facever.gallery.Gallery;
import io.facever.gallery.GalleryException;
import io.facever.gallery.Query;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Enrols the photos of a folder in batches. Each carries its path as metadata, so that a second run leaves out what the
 * first one has enrolled, however that one ended.
 */
final class BulkEnrolment {
    /** Key of the path below the folder, with slashes. */
    static final String PHOTO = "photo";

    /** So much work is lost at most when the process is killed. */
    private static final int BATCH = 64;

    private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif");

    private final Gallery gallery;
    private final FaceVerifier verifier;
    private final Threshold duplicates;
    private final Map<String, String> metadata;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Set<String> told = new TreeSet<>();
    private int enrolled;
    private int faceless;
    private int unreadable;

    BulkEnrolment(
            Gallery gallery,
            FaceVerifier verifier,
            Threshold duplicates,
            Map<String, String> metadata,
            PrintWriter out,
            PrintWriter err) {
        this.gallery = gallery;
        this.verifier = verifier;
        this.duplicates = duplicates;
        this.metadata = metadata;
        this.out = out;
        this.err = err;
    }

    /** The threshold of the lowest false match rate that was measured; the everyday one where none was. */
    static Threshold strictest(FaceVerifier verifier) {
        return verifier.model()
                .calibration(verifier.space())
                .flatMap(measured ->
                        measured.points().stream().min(Comparator.comparingDouble(Calibration.OperatingPoint::fmr)))
                .map(point -> verifier.resolve(Threshold.atFmr(point.fmr())))
                .orElseGet(verifier::threshold);
    }

    /** A photo below the folder: whose it is, and its path there. */
    private record Photo(Path file, String subject, String path) {
        static Photo of(Path root, Path file) {
            Path below = root.relativize(file);
            String path = below.toString().replace('\\', '/');
            String first = below.getName(0).toString();
            String subject = below.getNameCount() > 1 ? first : first.substring(0, first.lastIndexOf('.'));
            return new Photo(file, subject, path);
        }
    }

    /** What came of a photo. */
    private record Read(Photo photo, Optional<Embedding> embedding, Optional<ImageException> failure) {}

    /** Enrols what is not there yet, and tells the exit status. */
    int add(Path folder) {
        List<Photo> photos = photos(folder);
        Set<List<String>> there = new HashSet<>();
        gallery.forEach(one -> Optional.ofNullable(one.metadata().get(PHOTO))
                .ifPresent(path -> there.add(List.of(one.subject(), path))));
        List<Photo> missing = photos.stream()
                .filter(photo -> !there.contains(List.of(photo.subject, photo.path)))
                .toList();
        try (ProgressBar bar = bar(missing.size())) {
            for (int from = 0; from < missing.size(); from += BATCH) {
                List<Photo> batch = missing.subList(from, Math.min(missing.size(), from + BATCH));
                enrol(batch.parallelStream().map(this::read).toList());
                bar.stepTo(from + batch.size());
            }
        }
        out.printf(
                Locale.ROOT,
                "%d photos enrolled, %d were there, %d without a usable face, %d can't be read; %d photos in the gallery%n",
                enrolled,
                photos.size() - missing.size(),
                faceless,
                unreadable,
                gallery.templates());
        if (!told.isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "%d pairs of ids may be one person each; similarity from %.3f on: %s%n",
                    told.size(),
                    duplicates.value(),
                    duplicates.origin());
        }
        out.flush();
        return unreadable > 0 ? ExitStatus.IMAGE : ExitStatus.OK;
    }

    private static List<Photo> photos(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(BulkEnrolment::isPhoto)
                    .sorted()
                    .map(file -> Photo.of(folder, file))
                    .toList();
        } catch (IOException e) {
            throw new GalleryException(
                    "gallery-photos", "the folder " + folder + " can't be read: " + e + "; give a folder of photos", e);
        }
    }

    private static boolean isPhoto(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file) && ENDINGS.stream().anyMatch(name::endsWith);
    }

    private Read read(Photo photo) {
        try {
            return new Read(photo, verifier.embed(verifier.decode(photo.file)), Optional.empty());
        } catch (ImageException e) {
            return new Read(photo, Optional.empty(), Optional.of(e));
        }
    }

    private void enrol(List<Read> batch) {
        List<Enrolment> enrolments = new ArrayList<>();
        for (Read one : batch) {
            if (one.failure.isPresent()) {
                unreadable++;
                Errors.line(err, one.failure.get());
            } else if (one.embedding.isEmpty()) {
                faceless++;
                err.println("facever: no usable face in " + one.photo.file + "; left out"
                        + " [docs/errors.md#no-usable-face]");
            } else {
                Map<String, String> all = new HashMap<>(metadata);
                all.put(PHOTO, one.photo.path);
                enrolments.add(new Enrolment(one.photo.subject, List.of(one.embedding.get()), all));
            }
        }
        err.flush();
        gallery.enrol(enrolments);
        enrolled += enrolments.size();
        enrolments.forEach(this::tellDuplicates);
    }

    /** Looks for other ids only now that the whole batch is enrolled, as they may be in the same one. */
    private void tellDuplicates(Enrolment one) {
        for (Candidate like :
                gallery.search(one.embeddings().get(0), Query.top(2).atLeast(duplicates))) {
            String other = like.subject();
            if (!other.equals(one.subject())) {
                boolean first = one.subject().compareTo(other) < 0;
                if (told.add(first ? one.subject() + "\n" + other : other + "\n" + one.subject())) {
                    out.printf(
                            Locale.ROOT,
                            "maybe one person: %s and %s, similarity %.3f (%s)%n",
                            one.subject(),
                            other,
                            like.similarity(),
                            one.metadata().get(PHOTO));
                    out.flush();
                }
            }
        }
    }

    private static ProgressBar bar(int photos) {
        boolean terminal = Boolean.getBoolean(PreparationProgress.TERMINAL_PROPERTY);
        return new ProgressBarBuilder()
                .setTaskName("enrolling")
                .setInitialMax(photos)
                .setStyle(ProgressBarStyle.ASCII)
                // elsewhere than on a terminal, a line now and then
                .setUpdateIntervalMillis(
                        (int) Duration.ofMillis(terminal ? 250 : 10_000).toMillis())
                .setConsumer(new ConsoleProgressBarConsumer(System.err, 100))
                .build();
    }
}
