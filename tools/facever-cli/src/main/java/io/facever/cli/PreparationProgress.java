package io.facever.cli;

import io.facever.models.ModelProgress;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows how far the models are: a bar for each step on a terminal, one line for each step elsewhere. Says nothing when
 * nothing has to be prepared.
 */
final class PreparationProgress implements ModelProgress, AutoCloseable {
    /** Set by the launcher: Java itself can't tell whether standard error is a terminal. */
    static final String TERMINAL_PROPERTY = "facever.terminal";

    private static final int WIDTH = 79;
    private static final long MEGABYTE = 1_000_000;

    private final PrintWriter lines;
    private final boolean terminal;
    private String step = "";
    private Optional<ProgressBar> bar = Optional.empty();

    private PreparationProgress(PrintWriter lines, boolean terminal) {
        this.lines = lines;
        this.terminal = terminal;
    }

    /** Bars where the launcher saw a terminal, else lines. */
    static PreparationProgress on(PrintWriter err) {
        return new PreparationProgress(err, Boolean.getBoolean(TERMINAL_PROPERTY));
    }

    @Override
    public synchronized void progress(String nextStep, long done, long total) {
        if (!step.equals(nextStep)) {
            finish();
            step = nextStep;
            if (terminal) {
                bar = Optional.of(bar(nextStep, total));
            } else {
                lines.printf(Locale.ROOT, "facever: %s (%.1f MB)%n", nextStep, (double) total / MEGABYTE);
                lines.flush();
            }
        }
        bar.ifPresent(shown -> shown.stepTo(done));
    }

    private static ProgressBar bar(String name, long total) {
        PrintStream err = System.err;
        return new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(total)
                .setUnit(" MB", MEGABYTE)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .setConsumer(new ConsoleProgressBarConsumer(err, WIDTH))
                .build();
    }

    private void finish() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
    }

    /** Ends the line of the last bar. */
    @Override
    public synchronized void close() {
        finish();
    }
}
