package io.facever.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Where {@code tools/benchmarks/run} starts; its first word says what to measure, none means the stages. */
public final class Main {
    private Main() {}

    /**
     * Measures and prints a table.
     *
     * @param args see {@code tools/benchmarks/run}; without a word that is known here, options of JMH
     */
    public static void main(String[] args)
            throws RunnerException, CommandLineOptionException, IOException, InterruptedException {
        String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        switch (args.length == 0 ? "" : args[0]) {
            case "footprint" -> Footprint.main();
            case "growth" -> Growth.main(Path.of(rest[0]));
            case "galleries" -> Galleries.main(
                    Integer.parseInt(rest[0]), rest.length > 1 ? Optional.of(Path.of(rest[1])) : Optional.empty());
            case "many" -> Many.main();
            case "enrolling" -> Enrolling.main();
            case "ranges" -> Ranges.main(Path.of(rest[0]));
            case "decisions" -> Decisions.main(rest[0]);
            case "turns" -> Turns.main();
            case "check" -> {
                Table measured = stages(rest);
                System.out.println(measured);
                if (!Regression.passes(measured, Path.of(System.getProperty("facever.ratios")))) {
                    System.exit(1);
                }
            }
            default -> System.out.println(stages(args));
        }
    }

    private static Table stages(String[] args) throws RunnerException, CommandLineOptionException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .parent(new CommandLineOptions(args))
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend(
                        property("facever.shared"), property("facever.inputs"), property("facever.mirror"), "-Xmx1g");
        return new Table(new Runner(options.build()).run());
    }

    private static String property(String name) {
        return "-D" + name + "=" + System.getProperty(name);
    }
}
