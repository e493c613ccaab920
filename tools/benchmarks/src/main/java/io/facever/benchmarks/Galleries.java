package io.facever.benchmarks;

import io.facever.Embedding;
import io.facever.conformance.SyntheticFaces;
import io.facever.eval.Charts;
import io.facever.eval.Charts.Axis;
import io.facever.eval.Charts.Line;
import io.facever.eval.Charts.XY;
import io.facever.gallery.Candidate;
import io.facever.gallery.ExactGallery;
import io.facever.gallery.Gallery;
import io.facever.gallery.Query;
import io.facever.gallery.lucene.LuceneGallery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How long one search takes against the size of the gallery, beside a plain sum over as much memory in the same run;
 * and how much of what an exact search finds the others find. JMH would build a gallery of gigabytes again for each of
 * its forks, so this is a program of its own.
 */
final class Galleries {
    private static final int SMALLEST = 1000;
    private static final int CHUNK = 20_000;
    private static final int CALL = 100_000;
    private static final int TIMED = 60;
    private static final int COMPARED = 1000;
    private static final int DISK_TIMED = 1000;
    private static final int DISK_COMPARED = 200;
    private static final int TOP = 10;
    private static final int SLOWEST_PLOTTED = 200;

    private final SyntheticFaces faces = new SyntheticFaces();
    private final int largest;
    private final Optional<Path> folder;
    private final List<XY> floatMillis = new ArrayList<>();
    private final List<XY> byteMillis = new ArrayList<>();
    private final List<XY> diskMillis = new ArrayList<>();

    private Galleries(int largest, Optional<Path> folder) {
        this.largest = largest;
        this.folder = folder;
    }

    /** What is timed. */
    @FunctionalInterface
    private interface Search {
        Object run(Embedding probe);
    }

    /**
     * Measures at 1,000, 10,000, … templates.
     *
     * @param largest size
     * @param folder of galleries on disk, one for each size, and of the plot; a missing gallery is built, which takes
     *     long for a large one. Without a folder, only what is in memory is measured.
     */
    static void main(int largest, Optional<Path> folder) throws IOException {
        new Galleries(largest, folder).measure();
    }

    private void measure() throws IOException {
        try (ExactGallery floats = ExactGallery.of(faces.space())) {
            System.out.printf(
                    "JDK %s, %d processors, kernel: %s%n",
                    Runtime.version(), Runtime.getRuntime().availableProcessors(), floats.kernel());
            try (ExactGallery bytes = ExactGallery.quantised(faces.space())) {
                for (int size : sizes()) {
                    grow(size, floats, bytes);
                    exact(floats, bytes, size);
                    if (folder.isPresent()) {
                        disk(floats, size, folder.get().resolve("templates-" + size));
                    }
                }
            }
        }
        if (folder.isPresent()) {
            plot(folder.get().resolve("growth-galleries.svg"));
        }
    }

    private int[] sizes() {
        return IntStream.iterate(SMALLEST, size -> size <= largest, size -> size * 10)
                .toArray();
    }

    private void grow(int size, ExactGallery floats, ExactGallery bytes) {
        for (int from = (int) floats.templates(); from < size; from += CHUNK) {
            var chunk = faces.enrolments(from, Math.min(size, from + CHUNK));
            floats.enrol(chunk);
            bytes.enrol(chunk);
        }
    }

    private void exact(ExactGallery floats, ExactGallery bytes, int size) {
        int[] memory = new int[SyntheticFaces.DIMENSION * size];
        List<Search> searches = List.of(
                probe -> sum(memory),
                probe -> floats.search(probe, Query.top(TOP)),
                probe -> bytes.search(probe, Query.top(TOP)));
        double[][] millis = times(faces.probes(TIMED, size), searches);
        int same = 0;
        for (Embedding probe : faces.probes(COMPARED, size)) {
            same += floats.search(probe, Query.top(TOP)).equals(bytes.search(probe, Query.top(TOP))) ? 1 : 0;
        }
        double summed = 4.0 * memory.length / median(millis[0]) / 1e6;
        double searched = 4.0 * memory.length / median(millis[1]) / 1e6;
        floatMillis.add(new XY(size, median(millis[1])));
        byteMillis.add(new XY(size, median(millis[2])));
        System.out.printf(
                Locale.ROOT,
                "%8d templates in memory: fp32 %.3f ms (p90 %.3f), int8 %.3f ms (p90 %.3f), ratio %.2f; top-%d equal %d of"
                        + " %d; sum %.1f GB/s, fp32 %.1f GB/s, ratio %.2f%n",
                size,
                median(millis[1]),
                percentile(millis[1], 0.9),
                median(millis[2]),
                percentile(millis[2], 0.9),
                median(millis[1]) / median(millis[2]),
                TOP,
                same,
                COMPARED,
                summed,
                searched,
                searched / summed);
    }

    /** Turn by turn, so that what disturbs the machine disturbs all; the first third warms up. */
    private static double[][] times(List<Embedding> probes, List<Search> searches) {
        double[][] millis = new double[searches.size()][probes.size()];
        for (int i = 0; i < probes.size(); i++) {
            for (int s = 0; s < searches.size(); s++) {
                long start = System.nanoTime();
                Object result = searches.get(s).run(probes.get(i));
                millis[s][i] = (System.nanoTime() - start) / 1e6;
                if (result == null) {
                    throw new AssertionError("a result that is used can't be optimised away");
                }
            }
        }
        for (int s = 0; s < millis.length; s++) {
            millis[s] = Arrays.copyOfRange(millis[s], probes.size() / 3, probes.size());
        }
        return millis;
    }

    /** Plain, and over all cores, as the searches are; sums of ints are what the JIT vectorises by itself. */
    private static Object sum(int[] memory) {
        int parts = 64;
        int length = memory.length / parts;
        return IntStream.range(0, parts)
                .parallel()
                .map(part -> {
                    int sum = 0;
                    for (int i = part * length; i < (part + 1) * length; i++) {
                        sum += memory[i];
                    }
                    return sum;
                })
                .sum();
    }

    private void disk(ExactGallery exact, int size, Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            try (LuceneGallery gallery = LuceneGallery.create(place, faces.space())) {
                long start = System.nanoTime();
                for (int from = 0; from < size; from += CALL) {
                    gallery.enrol(faces.enrolments(from, Math.min(size, from + CALL)));
                }
                System.out.printf(
                        Locale.ROOT,
                        "%8d templates on disk after %.1f s, %.2f GB%n",
                        size,
                        seconds(start),
                        gigabytes(place));
                disk(exact, gallery, size, "as enrolled");
                start = System.nanoTime();
                gallery.compact();
                System.out.printf(Locale.ROOT, "%8d templates compacted in another %.1f s%n", size, seconds(start));
            }
        }
        try (LuceneGallery gallery = LuceneGallery.read(place)) {
            System.out.printf(Locale.ROOT, "%8d templates take %.2f GB on disk%n", size, gigabytes(place));
            diskMillis.add(new XY(size, disk(exact, gallery, size, "compacted")));
        }
    }

    private double disk(ExactGallery exact, Gallery disk, int size, String state) {
        List<Embedding> probes = faces.probes(DISK_TIMED, size);
        List<List<Candidate>> found = new ArrayList<>();
        double[] millis = times(probes, List.of(probe -> {
            List<Candidate> candidates = disk.search(probe, Query.top(TOP));
            found.add(candidates);
            return candidates;
        }))[0];
        int hits = 0;
        for (int i = 0; i < DISK_COMPARED; i++) {
            int at = i * DISK_TIMED / DISK_COMPARED;
            List<String> expected = exact.search(probes.get(at), Query.top(TOP)).stream()
                    .map(Candidate::subject)
                    .toList();
            hits += (int) found.get(at).stream()
                    .filter(one -> expected.contains(one.subject()))
                    .count();
        }
        System.out.printf(
                Locale.ROOT,
                "%8d templates on disk, %s: median %.2f ms, p99 %.2f ms, recall@%d %.4f over %d probes%n",
                size,
                state,
                median(millis),
                percentile(millis, 0.99),
                TOP,
                hits / (double) (TOP * DISK_COMPARED),
                DISK_COMPARED);
        return median(millis);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double gigabytes(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.mapToLong(file -> file.toFile().length()).sum() / 1e9;
        }
    }

    /** With the times of a cluster, where {@code tools/benchmarks/run solr} has left them in the same folder. */
    private void plot(Path file) throws IOException {
        List<Line> lines = new ArrayList<>(List.of(
                new Line("in memory, fp32", floatMillis),
                new Line("in memory, int8 and exact ranking", byteMillis),
                new Line("on disk, graph", diskMillis)));
        Path cluster = file.resolveSibling("solr.csv");
        if (Files.exists(cluster)) {
            lines.add(new Line(
                    "cluster of three nodes",
                    Files.readAllLines(cluster).stream()
                            .map(line -> line.split(",", -1))
                            .map(row -> new XY(Double.parseDouble(row[0]), Double.parseDouble(row[1])))
                            .toList()));
        }
        Files.writeString(
                file,
                Charts.lines(
                        "growthgalleries",
                        new Axis("templates", SMALLEST, largest, true),
                        new Axis("milliseconds a search", 0.1, SLOWEST_PLOTTED, true),
                        lines));
        System.out.println("\n" + file);
    }

    private static double median(double[] values) {
        return percentile(values, 0.5);
    }

    private static double percentile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (share * (sorted.length - 1))];
    }
}
