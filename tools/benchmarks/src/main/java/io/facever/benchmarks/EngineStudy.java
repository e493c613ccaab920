package io.facever.benchmarks;

import io.facever.CropSpec;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What an engine costs a whole process: resident memory over many embeddings, and verifications a second for several
 * callers. Start at {@code engines}.
 */
public final class EngineStudy {
    /** 250×250, one face each. */
    private static final String FIRST = "lfw/images/Abel_Pacheco/Abel_Pacheco_0001.jpg";

    private static final String SECOND = "lfw/images/Abel_Pacheco/Abel_Pacheco_0004.jpg";
    private static final double MEGA = 1 << 20;
    private static final double NANOS = 1e9;

    private EngineStudy() {}

    /**
     * Runs one of the two studies.
     *
     * @param args {@code memory ENGINE MODEL COUNT}, or {@code callers ENGINE SECONDS}
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 4 && args[0].equals("memory")) {
            memory(args[1], args[2], Integer.parseInt(args[3]));
        } else if (args.length == 3 && args[0].equals("callers")) {
            callers(args[1], Integer.parseInt(args[2]));
        } else {
            System.err.println("usage: engines memory ENGINE MODEL COUNT | engines callers ENGINE SECONDS");
            System.exit(2);
        }
    }

    /** Embeds one crop after the other and prints the resident memory ten times on the way. */
    private static void memory(String engine, String model, int count) throws IOException {
        System.out.printf(Locale.ROOT, "%-16s %-18s %10s %12s%n", "engine", "model", "embeddings", "resident, MB");
        try (FaceVerifier verifier =
                FaceVerifier.builder().engine(engine).model(model).build()) {
            CropSpec size = verifier.model().crop();
            byte[] noise = new byte[3 * size.width() * size.height()];
            new Random(1).nextBytes(noise);
            FaceCrop crop = new FaceCrop(Image.ofRgb(size.width(), size.height(), noise), "noise");
            int step = Math.max(1, count / 10);
            double first = 0;
            for (int done = 0; done <= count; done++) {
                if (done % step == 0) {
                    double resident = residentMegabytes();
                    System.out.printf(Locale.ROOT, "%-16s %-18s %10d %12.1f%n", engine, model, done, resident);
                    // the first tenth is the warm-up: compilers, allocators' pools
                    if (done == step) {
                        first = resident;
                    }
                }
                verifier.embedAll(List.of(crop));
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s: %+.1f MB from embedding %d to %d%n",
                    engine,
                    residentMegabytes() - first,
                    step,
                    count);
        }
    }

    private static double residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                / MEGA;
    }

    /** Verifies two photos of 250×250 over and over, with 1, 2 and 4 callers, and 1 and 2 threads in a run. */
    private static void callers(String engine, int seconds) throws InterruptedException, ExecutionException {
        Path shared = Path.of(System.getProperty("facever.shared"));
        Path first = shared.resolve(FIRST);
        Path second = shared.resolve(SECOND);
        System.out.printf(
                Locale.ROOT,
                "%s, %d processors, JDK %s%n%8s %8s %16s%n",
                engine,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                "threads",
                "callers",
                "verifies/s");
        for (int threads : new int[] {1, 2}) {
            try (FaceVerifier verifier =
                    FaceVerifier.builder().engine(engine).threads(threads).build()) {
                verifyFor(verifier, first, second, 2, seconds);
                for (int callers : new int[] {1, 2, 4}) {
                    double rate = verifyFor(verifier, first, second, callers, seconds);
                    System.out.printf(Locale.ROOT, "%8d %8d %16.2f%n", threads, callers, rate);
                }
            }
        }
    }

    /** Whole verifications a second, of all callers together. */
    private static double verifyFor(FaceVerifier verifier, Path first, Path second, int callers, int seconds)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            long start = System.nanoTime();
            List<Future<Integer>> counts = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                counts.add(pool.submit(() -> {
                    int count = 0;
                    while (System.nanoTime() - start < seconds * NANOS) {
                        if (verifier.verify(first, second).outcome() == Outcome.INCONCLUSIVE) {
                            throw new IllegalStateException("no face in one of the photos");
                        }
                        count++;
                    }
                    return count;
                }));
            }
            int total = 0;
            for (Future<Integer> count : counts) {
                total += count.get();
            }
            return total * NANOS / (System.nanoTime() - start);
        } finally {
            pool.shutdownNow();
        }
    }
}
