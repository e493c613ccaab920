package io.facever.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** What the benchmarks gave, one row for each kind of work, beside the limit that was measured in the same run. */
final class Table {
    /** Runs without a parameter for threads. */
    private static final String ANY = "";

    private static final long SMALL = 3L * 250 * 250;
    private static final long LARGE = 3L * 1200 * 630;
    private static final long THREE_MEGAPIXELS = 3L * 2000 * 1500;

    private static final List<Row> ROWS = List.of(
            new Row("decode 250×250", "decodeSmall", SMALL),
            new Row("decode 1200×630", "decodeLarge", LARGE),
            new Row("decode 3 megapixels", "decode3Megapixels", THREE_MEGAPIXELS, "imageIo3Megapixels"),
            new Row("– to be turned", "decode3MegapixelsTurned", THREE_MEGAPIXELS, "imageIo3Megapixels"),
            new Row("detect 250×250", "detectSmall", 0, "bareDetectSmall"),
            new Row("detect 1200×630, six faces", "detectLarge", 0, "bareDetectLarge"),
            new Row("align", "align", 3L * 160 * 160),
            new Row("embed, batch 1", "embedOne", 0, "bareEmbedOne"),
            new Row("embed, batch 16", "embedSixteen", 0, "bareEmbedSixteen"),
            new Row("verify two 250×250", "verifySmall", 2 * SMALL, "bareVerifySmall", "decodeVerifySmall"),
            new Row("verify two 1200×630", "verifyLarge", 2 * LARGE, "bareVerifyLarge", "decodeVerifyLarge"));

    /**
     * One kind of work.
     *
     * @param label what to call it
     * @param benchmark the method that does it
     * @param pixelBytes how much of the garbage is the images that are the result or the way to it
     * @param limit the methods that do only what can't be avoided; empty when there is no such
     */
    private record Row(String label, String benchmark, long pixelBytes, List<String> limit) {
        Row(String label, String benchmark, long pixelBytes, String... limit) {
            this(label, benchmark, pixelBytes, List.of(limit));
        }
    }

    /** Milliseconds, half the width of their 99.9 % interval, and KiB of garbage a call. */
    private record Measured(double millis, double error, double kilobytes) {
        static Measured of(RunResult result) {
            Result<?> garbage = result.getSecondaryResults().get("gc.alloc.rate.norm");
            return new Measured(
                    result.getPrimaryResult().getScore() / 1000,
                    result.getPrimaryResult().getScoreError() / 1000,
                    garbage == null ? Double.NaN : garbage.getScore() / 1024);
        }
    }

    /** By threads (and model, where it is not the default one), then by method. */
    private final Map<String, Map<String, Measured>> measured = new TreeMap<>();

    Table(Collection<RunResult> results) {
        for (RunResult result : results) {
            String threads = result.getParams().getParam("threads");
            String model = result.getParams().getParam("model");
            String suffix = model == null || model.equals(Stages.DEFAULT_MODEL) ? "" : "." + model;
            String name = result.getParams().getBenchmark();
            measured.computeIfAbsent(threads == null ? ANY : threads + suffix, key -> new TreeMap<>())
                    .put(name.substring(name.lastIndexOf('.') + 1), Measured.of(result));
        }
    }

    /** What does not depend on how loaded a machine is: ratios to the limit, and KiB of garbage beyond the images. */
    Map<String, Double> comparable() {
        Map<String, Double> values = new TreeMap<>();
        measured.forEach((threads, methods) -> ROWS.forEach(row -> {
            Measured one = methods.get(row.benchmark());
            if (one != null) {
                String key = row.benchmark() + (threads.equals(ANY) ? "" : "." + threads);
                values.put(key + ".garbage", garbage(row, one));
                double limit = limit(row, methods);
                if (!Double.isNaN(limit)) {
                    values.put(key + ".ratio", one.millis() / limit);
                }
            }
        }));
        return values;
    }

    private static String heading(String key) {
        String[] parts = key.split("\\.", 2);
        return parts[0] + " thread(s) a run of a network" + (parts.length == 1 ? "" : ", " + parts[1]);
    }

    private static double garbage(Row row, Measured one) {
        return one.kilobytes() - row.pixelBytes() / 1024.0;
    }

    private static double limit(Row row, Map<String, Measured> methods) {
        if (row.limit().isEmpty()) {
            return Double.NaN;
        }
        return row.limit().stream()
                .mapToDouble(
                        name -> methods.containsKey(name) ? methods.get(name).millis() : Double.NaN)
                .sum();
    }

    /** Markdown, a table for each number of threads. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%nJDK %s, %d processors%n",
                Runtime.version(),
                Runtime.getRuntime().availableProcessors()));
        measured.forEach((threads, methods) -> {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%s%n%n| work | ms | ± | limit, ms | ratio | garbage beyond pixels, KiB |%n"
                            + "| --- | --- | --- | --- | --- | --- |%n",
                    threads.equals(ANY) ? "decoding" : heading(threads)));
            for (Row row : ROWS) {
                Measured one = methods.get(row.benchmark());
                if (one != null) {
                    double limit = limit(row, methods);
                    text.append(String.format(
                            Locale.ROOT,
                            "| %s | %.2f | %.2f | %s | %.0f |%n",
                            row.label(),
                            one.millis(),
                            one.error(),
                            Double.isNaN(limit)
                                    ? "– | –"
                                    : String.format(Locale.ROOT, "%.2f | %.2f", limit, one.millis() / limit),
                            garbage(row, one)));
                }
            }
        });
        return text.toString();
    }
}
