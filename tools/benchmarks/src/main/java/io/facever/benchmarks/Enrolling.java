package io.facever.benchmarks;

import io.facever.Embedding;
import io.facever.FaceVerifier;
import io.facever.gallery.Enrolment;
import io.facever.gallery.Gallery;
import io.facever.gallery.Query;
import io.facever.gallery.lucene.LuceneGallery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Photos a second that are embedded and enrolled in a gallery on disk, as {@code facever gallery add} does it, beside
 * those that are embedded alone. Batch by batch in turn, so that what disturbs the machine disturbs both.
 */
final class Enrolling {
    private static final int PHOTOS = 1280;
    /** As the command enrols them: each is stored before the next begins. */
    private static final int BATCH = 64;

    private static final int WARM_UP = 3;

    private Enrolling() {}

    static void main() throws IOException {
        List<Path> photos = new Inputs().lfw(PHOTOS);
        Path folder = Files.createTempDirectory("facever-enrolling");
        try (FaceVerifier verifier = FaceVerifier.builder().build();
                LuceneGallery gallery = LuceneGallery.create(folder.resolve("gallery"), verifier.space())) {
            long alone = 0;
            long enrolling = 0;
            for (int batch = 0; (batch + 1) * BATCH <= PHOTOS; batch++) {
                List<Path> some = photos.subList(batch * BATCH, (batch + 1) * BATCH);
                boolean aloneFirst = batch % 2 == 0;
                long first = nanos(some, verifier, aloneFirst ? Optional.empty() : Optional.of(gallery));
                long second = nanos(some, verifier, aloneFirst ? Optional.of(gallery) : Optional.empty());
                if (batch >= WARM_UP) {
                    alone += aloneFirst ? first : second;
                    enrolling += aloneFirst ? second : first;
                }
            }
            double timed = PHOTOS - BATCH * WARM_UP;
            System.out.printf(
                    Locale.ROOT,
                    "JDK %s: embedded %.1f photos a second; embedded, enrolled and looked for under other ids %.1f;"
                            + " ratio %.3f; %d templates at the end%n",
                    Runtime.version(),
                    timed / alone * 1e9,
                    timed / enrolling * 1e9,
                    (double) alone / enrolling,
                    gallery.templates());
        } finally {
            delete(folder);
        }
    }

    private static long nanos(List<Path> photos, FaceVerifier verifier, Optional<Gallery> gallery) {
        long start = System.nanoTime();
        List<Optional<Embedding>> embeddings = photos.parallelStream()
                .map(photo -> verifier.embed(verifier.decode(photo)))
                .toList();
        if (gallery.isPresent()) {
            List<Enrolment> all = new ArrayList<>();
            for (int i = 0; i < photos.size(); i++) {
                String name = String.valueOf(photos.get(i).getFileName());
                embeddings.get(i).ifPresent(embedding -> all.add(Enrolment.of(name, embedding)));
            }
            gallery.get().enrol(all);
            all.forEach(one -> gallery.get().search(one.embeddings().get(0), Query.top(2)));
        }
        return System.nanoTime() - start;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
