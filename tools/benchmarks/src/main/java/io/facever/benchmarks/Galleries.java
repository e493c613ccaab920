package io.facever.benchmarks;

import io.facever.Embedding;
import io.facever.gallery.Candidate;
import io.facever.gallery.ExactGallery;
import io.facever.gallery.Gallery;
import io.facever.gallery.Query;
import io.facever.gallery.lucene.LuceneGallery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How long one search takes against the size of the gallery, for the galleries that run in one process, beside a plain
 * sum over memory in the same run; and how much of what an exact search finds the others find. JMH would build a gallery
 * of a gigabyte again for each of its forks, so this is a program of its own.
 *
 * <pre>java --add-modules jdk.incubator.vector -Xmx7g -cp … io.facever.benchmarks.Galleries 1000000 FOLDER</pre>
 *
 * <p>FOLDER is a gallery on disk. When it is missing, it is built, which takes long; when it is there, its size takes the
 * place of the first argument.
 */
public final class Galleries {
    private static final int CHUNK = 20_000;
    private static final int PROBES = 60;
    private static final int LUCENE_PROBES = 500;
    private static final int TOP = 10;
    private static final int STREAMED_INTS = 128 << 20;

    private Galleries() {}

    /** What is timed. */
    @FunctionalInterface
    private interface Search {
        Object run(Embedding probe);
    }

    /**
     * Measures at 1,000, 10,000, … up to the given size.
     *
     * @param args largest size, folder of the gallery on disk
     */
    public static void main(String[] args) {
        Path folder = Path.of(args[1]);
        SyntheticFaces faces = new SyntheticFaces();
        if (!Files.isDirectory(folder)) {
            build(faces, folder, Integer.parseInt(args[0]));
        }
        try (LuceneGallery disk = LuceneGallery.read(folder);
                ExactGallery floats = ExactGallery.of(faces.space());
                ExactGallery bytes = ExactGallery.quantised(faces.space())) {
            System.out.printf(
                    "JDK %s, %d processors, kernel: %s%n",
                    Runtime.version(), Runtime.getRuntime().availableProcessors(), floats.kernel());
            int largest = (int) disk.templates();
            int size = 0;
            for (int next = 1000; next <= largest; next = next < largest ? Math.min(largest, 10 * next) : next + 1) {
                for (; size < next; size = Math.min(next, size + CHUNK)) {
                    int to = Math.min(next, size + CHUNK);
                    var chunk = faces.enrolments(size, to);
                    floats.enrol(chunk);
                    bytes.enrol(chunk);
                }
                exact(faces, floats, bytes, next);
            }
            lucene(faces, floats, disk, largest);
        }
    }

    private static void build(SyntheticFaces faces, Path folder, int size) {
        long start = System.nanoTime();
        try (LuceneGallery disk = LuceneGallery.create(folder, faces.space())) {
            for (int from = 0; from < size; from += 5 * CHUNK) {
                disk.enrol(faces.enrolments(from, Math.min(size, from + 5 * CHUNK)));
                System.out.printf(
                        Locale.ROOT, "%d on disk after %.0f s%n", disk.templates(), (System.nanoTime() - start) / 1e9);
            }
        }
    }

    private static void exact(SyntheticFaces faces, ExactGallery floats, ExactGallery bytes, int size) {
        int[] memory = new int[STREAMED_INTS];
        List<Embedding> probes = faces.probes(PROBES, size);
        List<Search> searches = List.of(
                probe -> sum(memory),
                probe -> floats.search(probe, Query.top(TOP)),
                probe -> bytes.search(probe, Query.top(TOP)));
        double[][] millis = times(probes, searches);
        int same = 0;
        for (Embedding probe : probes) {
            same += floats.search(probe, Query.top(TOP)).equals(bytes.search(probe, Query.top(TOP))) ? 1 : 0;
        }
        double streamed = 4.0 * STREAMED_INTS / median(millis[0]) / 1e6;
        double searched = 4.0 * SyntheticFaces.DIMENSION * size / median(millis[1]) / 1e6;
        System.out.printf(
                Locale.ROOT,
                "%8d templates: fp32 %.3f ms (p90 %.3f), int8 %.3f ms (p90 %.3f), ratio %.2f; top-%d equal %d of %d;"
                        + " sum %.1f GB/s, fp32 %.1f GB/s, ratio %.2f%n",
                size,
                median(millis[1]),
                percentile(millis[1], 0.9),
                median(millis[2]),
                percentile(millis[2], 0.9),
                median(millis[1]) / median(millis[2]),
                TOP,
                same,
                PROBES,
                streamed,
                searched,
                searched / streamed);
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

    private static void lucene(SyntheticFaces faces, ExactGallery exact, Gallery disk, int size) {
        List<Embedding> probes = faces.probes(LUCENE_PROBES, size);
        List<List<Candidate>> found = new ArrayList<>();
        double[] millis = times(probes, List.of(probe -> {
            List<Candidate> candidates = disk.search(probe, Query.top(TOP));
            found.add(candidates);
            return candidates;
        }))[0];
        int compared = Math.min(100, LUCENE_PROBES);
        int hits = 0;
        for (int i = 0; i < compared; i++) {
            int at = i * LUCENE_PROBES / compared;
            List<String> expected = exact.search(probes.get(at), Query.top(TOP)).stream()
                    .map(Candidate::subject)
                    .toList();
            hits += (int) found.get(at).stream()
                    .filter(one -> expected.contains(one.subject()))
                    .count();
        }
        System.out.printf(
                Locale.ROOT,
                "%8d templates on disk: median %.2f ms, p99 %.2f ms, recall@%d %.4f over %d probes%n",
                size,
                median(millis),
                percentile(millis, 0.99),
                TOP,
                hits / (double) (TOP * compared),
                compared);
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
