package io.facever.benchmarks;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs {@link Stages} and prints one table: time, garbage, and the ratio to the bare networks of the same run. */
public final class Main {
    private Main() {}

    /**
     * Runs the benchmarks.
     *
     * @param args options of JMH, as in {@code -p threads=2 verify}
     */
    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .parent(new CommandLineOptions(args))
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
        Map<String, Map<String, Measured>> byThreads = new TreeMap<>();
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            byThreads
                    .computeIfAbsent(result.getParams().getParam("threads"), key -> new TreeMap<>())
                    .put(name.substring(name.lastIndexOf('.') + 1), Measured.of(result));
        }
        byThreads.forEach((threads, measured) -> System.out.println(table(threads, measured)));
    }

    private record Measured(double millis, double error, double kilobytes) {
        static Measured of(RunResult result) {
            Result<?> garbage = result.getSecondaryResults().get("gc.alloc.rate.norm");
            return new Measured(
                    result.getPrimaryResult().getScore() / 1000,
                    result.getPrimaryResult().getScoreError() / 1000,
                    garbage == null ? Double.NaN : garbage.getScore() / 1024);
        }
    }

    private static String table(String threads, Map<String, Measured> measured) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%s thread(s) a run, JDK %s, %d processors%n%n"
                        + "| work | ms | ± 99.9 %% | garbage, KiB | bare, ms | ratio |%n| --- | --- | --- | --- | --- | --- |%n",
                threads,
                Runtime.version(),
                Runtime.getRuntime().availableProcessors()));
        measured.forEach((name, one) -> {
            if (name.startsWith("bare")) {
                return;
            }
            Measured networks = measured.get("bare" + Character.toUpperCase(name.charAt(0)) + name.substring(1));
            Measured decode = measured.get(name + "Decode");
            double bare = networks == null ? Double.NaN : networks.millis() + (decode == null ? 0 : decode.millis());
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.3f | %.3f | %.1f | %s |%n",
                    name,
                    one.millis(),
                    one.error(),
                    one.kilobytes(),
                    Double.isNaN(bare)
                            ? "– | –"
                            : String.format(Locale.ROOT, "%.3f | %.2f", bare, one.millis() / bare)));
        });
        return table.toString();
    }
}
