package io.facever.gallery.solr;

import io.facever.Embedding;
import io.facever.conformance.SyntheticFaces;
import io.facever.gallery.Candidate;
import io.facever.gallery.ExactGallery;
import io.facever.gallery.Query;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long searches of several clients take on three nodes in this JVM, and how much of what an exact search finds they
 * find. A program: {@code tools/benchmarks/run solr}.
 */
final class SolrBenchmark {
    private static final int SMALLEST = 1000;
    private static final int CHUNK = 50_000;
    private static final int PROBES = 1500;
    private static final int COMPARED = 300;
    private static final int TOP = 10;

    private SolrBenchmark() {}

    /**
     * Measures and prints.
     *
     * @param args templates, shards, replicas, clients, and if wanted a file that gets the median time of one client's
     *     searches against the templates, for the plot of the benchmarks
     */
    public static void main(String[] args) throws Exception {
        int templates = Integer.parseInt(args[0]);
        int shards = Integer.parseInt(args[1]);
        int replicas = Integer.parseInt(args[2]);
        int clients = Integer.parseInt(args[3]);
        SyntheticFaces faces = new SyntheticFaces();
        try (Cluster cluster = new Cluster();
                SolrGallery gallery = SolrGallery.create(cluster.urls(), "faces", faces.space(), shards, replicas);
                ExactGallery exact = ExactGallery.of(faces.space())) {
            System.out.printf(
                    "JDK %s, 3 nodes, shards: %d, replicas of each: %d%n", Runtime.version(), shards, replicas);
            List<String> growth = new ArrayList<>();
            double enrolling = 0;
            int enrolled = 0;
            for (int size = SMALLEST; enrolled < templates; size = Math.min(templates, 10 * size)) {
                for (; enrolled < size; enrolled = Math.min(size, enrolled + CHUNK)) {
                    var chunk = faces.enrolments(enrolled, Math.min(size, enrolled + CHUNK));
                    exact.enrol(chunk);
                    long start = System.nanoTime();
                    gallery.enrol(chunk);
                    enrolling += (System.nanoTime() - start) / 1e9;
                }
                System.out.printf(Locale.ROOT, "%d templates enrolled in %.0f s%n", size, enrolling);
                List<Embedding> probes = faces.probes(PROBES, size);
                growth.add(size + "," + search(gallery, exact, probes, 1));
                search(gallery, exact, probes, clients);
            }
            if (args.length > 4) {
                Files.write(Path.of(args[4]), growth);
            }
        }
        // threads of the nodes may outlive them
        System.exit(0);
    }

    private static double search(SolrGallery gallery, ExactGallery exact, List<Embedding> probes, int clients)
            throws Exception {
        double[] millis = new double[probes.size()];
        List<List<Candidate>> found = new ArrayList<>(probes.size());
        probes.forEach(probe -> found.add(List.of()));
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        long start = System.nanoTime();
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                running.add(threads.submit(() -> {
                    for (int i = next.getAndIncrement(); i < probes.size(); i = next.getAndIncrement()) {
                        long before = System.nanoTime();
                        found.set(i, gallery.search(probes.get(i), Query.top(TOP)));
                        millis[i] = (System.nanoTime() - before) / 1e6;
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        int hits = 0;
        for (int i = 0; i < COMPARED; i++) {
            int at = i * probes.size() / COMPARED;
            Set<String> expected = new HashSet<>();
            exact.search(probes.get(at), Query.top(TOP)).forEach(one -> expected.add(one.subject()));
            hits += (int) found.get(at).stream()
                    .filter(one -> expected.contains(one.subject()))
                    .count();
        }
        // the first third warms up
        double[] sorted = Arrays.copyOfRange(millis, probes.size() / 3, probes.size());
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2];
        double p99 = sorted[(int) (0.99 * (sorted.length - 1))];
        System.out.printf(
                Locale.ROOT,
                "%d templates, %d clients: median %.1f ms, p99 %.1f ms (%.1f times the median), %.0f searches a second,"
                        + " recall@%d %.4f over %d probes%n",
                exact.templates(),
                clients,
                median,
                p99,
                p99 / median,
                probes.size() / seconds,
                TOP,
                hits / (double) (TOP * COMPARED),
                COMPARED);
        return median;
    }
}
