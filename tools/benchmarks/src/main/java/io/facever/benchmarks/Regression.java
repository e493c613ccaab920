package io.facever.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * Holds measured ratios and garbage against those in a file. Times are not compared: they say more about the machine
 * than about the code.
 */
final class Regression {
    /** Ratios of one run to the next moved by up to a tenth on a shared machine. */
    private static final double RATIO_SLACK = 1.2;

    /** Garbage is all but the same each time. */
    private static final double GARBAGE_SLACK = 1.1;

    private static final double GARBAGE_SLACK_KIB = 8;

    private Regression() {}

    /**
     * Prints each figure beside the committed one; where there is no file of them yet, writes it.
     *
     * @param committed properties: names as {@link Table#comparable} has them
     * @return false when one is worse than it may be
     */
    static boolean passes(Table table, Path committed) throws IOException {
        if (!Files.exists(committed)) {
            Files.write(
                    committed,
                    table.comparable().entrySet().stream()
                            .map(entry -> String.format(Locale.ROOT, "%s=%.2f", entry.getKey(), entry.getValue()))
                            .toList());
            System.out.println("nothing to compare with yet: " + committed + " now holds the figures of this run");
            return true;
        }
        Properties known = new Properties();
        try (Reader reader = Files.newBufferedReader(committed)) {
            known.load(reader);
        }
        boolean passes = true;
        for (Map.Entry<String, Double> entry : table.comparable().entrySet()) {
            String text = known.getProperty(entry.getKey());
            String verdict = "new";
            if (text != null) {
                double before = Double.parseDouble(text);
                double most = entry.getKey().endsWith(".ratio")
                        ? before * RATIO_SLACK
                        : before * GARBAGE_SLACK + GARBAGE_SLACK_KIB;
                verdict = entry.getValue() <= most ? "ok" : "WORSE";
                passes &= entry.getValue() <= most;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-5s %s=%.2f, committed %s%n",
                    verdict,
                    entry.getKey(),
                    entry.getValue(),
                    text == null ? "–" : text);
        }
        System.out.println(passes ? "no regression" : "REGRESSION: see the lines that begin with WORSE");
        return passes;
    }
}
