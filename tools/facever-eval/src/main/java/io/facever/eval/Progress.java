package io.facever.eval;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Told of each item that is done. */
public interface Progress extends AutoCloseable {
    /** One more is done. */
    void step();

    @Override
    default void close() {}

    /** Makes a progress for a piece of work. */
    @FunctionalInterface
    interface Factory {
        Progress start(String task, long items);
    }

    /** Says nothing. */
    static Factory silent() {
        return (task, items) -> () -> {};
    }

    /** A bar with the time left: redrawn on a terminal, a line every ten seconds elsewhere. */
    static Factory console(PrintStream err) {
        // set by the launcher: Java itself cannot tell
        boolean terminal = Boolean.getBoolean("facever.terminal");
        return (task, items) -> {
            ProgressBar bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(items)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(
                            (int) Duration.ofMillis(terminal ? 250 : 10_000).toMillis())
                    .setConsumer(new ConsoleProgressBarConsumer(err, 100))
                    .build();
            return new Progress() {
                @Override
                public void step() {
                    bar.step();
                }

                @Override
                public void close() {
                    bar.close();
                }
            };
        };
    }
}
