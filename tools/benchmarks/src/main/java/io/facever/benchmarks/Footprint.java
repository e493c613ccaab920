package io.facever.benchmarks;

import io.facever.FaceVerifier;
import io.facever.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Start-up time of the command, and resident memory of a process with one verifier. */
final class Footprint {
    private static final int STARTS = 11;
    private static final int VERIFICATIONS = 300;
    private static final int AFTER_LARGE = 100;

    /** Without it glibc keeps much of what is freed; see docs/performance.md. */
    private static final Map<String, String> TRIM = Map.of("MALLOC_TRIM_THRESHOLD_", "131072");

    /** The JVM's own way to do the same, every five seconds. */
    private static final List<String> TRIM_BY_JVM = List.of("-XX:TrimNativeHeapInterval=5000");

    private static final List<String> SMALL_HEAP = List.of("-Xmx128m", "-XX:+UseSerialGC");

    private Footprint() {}

    static void main() throws IOException, InterruptedException {
        Inputs inputs = new Inputs();
        System.out.println("| start of ./facever verify, two 250×250, to its end | ms |\n| --- | --- |");
        start(inputs);
        long[] millis = new long[STARTS];
        for (int i = 0; i < STARTS; i++) {
            millis[i] = start(inputs);
        }
        Arrays.sort(millis);
        System.out.printf(
                "| median of %d (least, most) | %d (%d, %d) |%n%n",
                STARTS, millis[STARTS / 2], millis[0], millis[STARTS - 1]);

        System.out.println("| model | options and environment | steady, MiB | after a 12-megapixel photo | and "
                + AFTER_LARGE + " more | most |\n| --- | --- | --- | --- | --- | --- |");
        for (String model : List.of(Stages.DEFAULT_MODEL, Stages.DEFAULT_MODEL + "-int8")) {
            for (List<String> options : List.of(List.<String>of(), SMALL_HEAP)) {
                for (Map<String, String> environment : List.of(Map.<String, String>of(), TRIM)) {
                    resident(model, environment, options);
                }
            }
            resident(
                    model,
                    Map.of(),
                    Stream.concat(SMALL_HEAP.stream(), TRIM_BY_JVM.stream()).toList());
        }
    }

    private static long start(Inputs inputs) throws IOException, InterruptedException {
        Path launcher = Path.of(System.getProperty("facever.root")).resolve("facever");
        ProcessBuilder command = new ProcessBuilder(
                        launcher.toString(),
                        "verify",
                        inputs.small().toString(),
                        inputs.smallOther().toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        command.environment().put("FACEVER_MIRROR", System.getProperty("facever.mirror"));
        long before = System.nanoTime();
        int status = command.start().waitFor();
        if (status != 0) {
            throw new IllegalStateException(launcher + " verify ended with " + status + ", expected 0");
        }
        return (System.nanoTime() - before) / 1_000_000;
    }

    private static void resident(String model, Map<String, String> environment, List<String> options)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        command.addAll(options);
        for (String name : List.of("facever.shared", "facever.inputs", "facever.mirror")) {
            command.add("-D" + name + "=" + System.getProperty(name));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Resident.class.getName(), model));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String line = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the process with one verifier failed");
        }
        System.out.println("| " + model + " | " + String.join(" ", options)
                + (environment.isEmpty() ? "" : " " + environment) + " | " + line.strip() + " |");
    }

    /** A process with one verifier, which prints its memory between cell borders. */
    static final class Resident {
        private Resident() {}

        public static void main(String[] args) throws IOException {
            Inputs inputs = new Inputs();
            try (FaceVerifier verifier = FaceVerifier.builder().model(args[0]).build()) {
                verify(verifier, inputs, VERIFICATIONS);
                long steady = status("VmRSS");
                Image twelve = verifier.decode(inputs.twelveMegapixels());
                verifier.verify(twelve, verifier.decode(inputs.small()));
                long after = status("VmRSS");
                verify(verifier, inputs, AFTER_LARGE);
                System.out.printf(Locale.ROOT, "%d | %d | %d | %d", steady, after, status("VmRSS"), status("VmHWM"));
            }
        }

        private static void verify(FaceVerifier verifier, Inputs inputs, int times) {
            for (int i = 0; i < times; i++) {
                verifier.verify(inputs.small(), inputs.smallOther());
            }
        }

        /** A figure of Linux about this process, MiB. */
        private static long status(String name) throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("memory can be measured on Linux only"));
        }
    }
}
