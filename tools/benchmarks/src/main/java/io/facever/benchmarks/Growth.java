package io.facever.benchmarks;

import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.eval.Charts;
import io.facever.eval.Charts.Axis;
import io.facever.eval.Charts.Line;
import io.facever.eval.Charts.XY;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;

/** How time grows with the area of a photo, with the number of faces, and with the number of calling threads. */
final class Growth {
    private static final double[] MEGAPIXELS = {0.06, 0.12, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 12};
    private static final int[] FACES = {0, 1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50};
    private static final int COLUMNS = 10;
    private static final int ROWS = 5;
    private static final int[] CALLERS = {1, 2, 3, 4, 6, 8};

    private static final long WARM_UP_NANOS = 400_000_000L;
    private static final int RUNS = 7;
    private static final long CALLERS_NANOS = 2_000_000_000L;

    private Growth() {}

    static void main(Path folder) throws IOException, InterruptedException {
        // before the long work
        Files.createDirectories(folder);
        Inputs inputs = new Inputs();
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            area(inputs, verifier, folder);
            faces(inputs, verifier, folder);
        }
        callers(inputs, folder);
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Median of some runs, milliseconds. */
    private static double millis(Work work) throws IOException {
        long begin = System.nanoTime();
        do {
            work.run();
        } while (System.nanoTime() - begin < WARM_UP_NANOS);
        long[] nanos = new long[RUNS];
        for (int i = 0; i < RUNS; i++) {
            long before = System.nanoTime();
            work.run();
            nanos[i] = System.nanoTime() - before;
        }
        Arrays.sort(nanos);
        return nanos[RUNS / 2] / 1e6;
    }

    private static void area(Inputs inputs, FaceVerifier verifier, Path folder) throws IOException {
        BufferedImage photo = ImageIO.read(inputs.large().toFile());
        double aspect = (double) photo.getWidth() / photo.getHeight();
        List<XY> decode = new ArrayList<>();
        List<XY> detect = new ArrayList<>();
        System.out.println("| megapixels | decode, ms | detect, ms | faces |\n| --- | --- | --- | --- |");
        for (double megapixels : MEGAPIXELS) {
            int height = (int) Math.round(Math.sqrt(megapixels * 1e6 / aspect));
            byte[] file = Inputs.jpeg(Inputs.scaled(photo, (int) Math.round(height * aspect), height));
            Image image = verifier.decode(file);
            double decoding = millis(() -> verifier.decode(file));
            double detecting = millis(() -> verifier.detect(image));
            decode.add(new XY(megapixels, decoding));
            detect.add(new XY(megapixels, detecting));
            System.out.printf(
                    Locale.ROOT,
                    "| %.2f | %.1f | %.1f | %d |%n",
                    megapixels,
                    decoding,
                    detecting,
                    verifier.detect(image).size());
        }
        plot(
                folder.resolve("growth-area.svg"),
                new Axis("megapixels", 0, 12, false),
                "milliseconds",
                List.of(new Line("detect", detect), new Line("decode", decode)));
    }

    private static void faces(Inputs inputs, FaceVerifier verifier, Path folder) throws IOException {
        List<XY> detect = new ArrayList<>();
        List<XY> embed = new ArrayList<>();
        System.out.println("\n| photos on the canvas | faces found | detect, ms | align and embed all, ms |\n"
                + "| --- | --- | --- | --- |");
        for (int count : FACES) {
            Image image = verifier.decode(Inputs.jpeg(inputs.tiles(COLUMNS, ROWS, count)));
            var found = verifier.detect(image);
            double detecting = millis(() -> verifier.detect(image));
            double embedding = found.isEmpty() ? 0 : millis(() -> verifier.embed(image, found));
            detect.add(new XY(found.size(), detecting));
            embed.add(new XY(found.size(), embedding));
            System.out.printf(Locale.ROOT, "| %d | %d | %.1f | %.1f |%n", count, found.size(), detecting, embedding);
        }
        plot(
                folder.resolve("growth-faces.svg"),
                new Axis("faces found", 0, detect.get(detect.size() - 1).x(), false),
                "milliseconds",
                List.of(new Line("detect", detect), new Line("align and embed all", embed)));
    }

    private static void callers(Inputs inputs, Path folder) throws IOException, InterruptedException {
        List<Line> lines = new ArrayList<>();
        System.out.println("\n| calling threads | threads a run | verifications a second | median, ms |\n"
                + "| --- | --- | --- | --- |");
        for (int threads : new int[] {1, 2}) {
            List<XY> rate = new ArrayList<>();
            try (FaceVerifier verifier = FaceVerifier.builder().threads(threads).build()) {
                for (int callers : CALLERS) {
                    double perSecond = perSecond(inputs, verifier, callers);
                    rate.add(new XY(callers, perSecond));
                    System.out.printf(
                            Locale.ROOT,
                            "| %d | %d | %.1f | %.1f |%n",
                            callers,
                            threads,
                            perSecond,
                            callers * 1000 / perSecond);
                }
            }
            lines.add(new Line(threads == 1 ? "1 thread a run of a network" : threads + " threads", rate));
        }
        plot(
                folder.resolve("growth-callers.svg"),
                new Axis("calling threads", 1, CALLERS[CALLERS.length - 1], false),
                "verifications a second",
                lines);
    }

    private static double perSecond(Inputs inputs, FaceVerifier verifier, int callers) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        AtomicLong done = new AtomicLong();
        long begin = System.nanoTime();
        long start = begin + WARM_UP_NANOS;
        long end = start + CALLERS_NANOS;
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                running.add(pool.submit(() -> {
                    while (System.nanoTime() < end) {
                        verifier.verify(inputs.small(), inputs.smallOther());
                        if (System.nanoTime() > start) {
                            done.incrementAndGet();
                        }
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
        return done.get() * 1e9 / (System.nanoTime() - start);
    }

    private static void plot(Path file, Axis x, String y, List<Line> lines) throws IOException {
        double most = lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(XY::y)
                .max()
                .orElse(1);
        String id = String.valueOf(file.getFileName()).replaceAll("\\W|svg", "");
        Files.writeString(file, Charts.lines(id, x, new Axis(y, 0, most * 1.05, false), lines));
        System.out.println("\n" + file);
    }
}
