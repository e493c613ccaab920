package io.facever.benchmarks;

import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures on request, so that another process can measure the same work in the same minutes. A line of standard input
 * says {@code WORK MODEL THREADS SECONDS}; the answer is a line with the median of the calls in these seconds, in
 * milliseconds. It ends with its input.
 */
final class Turns {
    private static final int LEAST_CALLS = 5;

    private Turns() {}

    static void main() throws IOException {
        Map<String, Works> loaded = new HashMap<>();
        try (BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                String[] request = line.split(" ");
                Works works = loaded.get(request[1] + request[2]);
                if (works == null) {
                    works = new Works(request[1], Integer.parseInt(request[2]));
                    loaded.put(request[1] + request[2], works);
                }
                System.out.printf(
                        Locale.ROOT, "%.4f%n", median(works.named(request[0]), Double.parseDouble(request[3])));
                System.out.flush();
            }
        } finally {
            loaded.values().forEach(Works::close);
        }
    }

    private static double median(Runnable work, double seconds) {
        double[] millis = new double[LEAST_CALLS];
        int calls = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (calls < LEAST_CALLS || System.nanoTime() < end) {
            if (calls == millis.length) {
                millis = Arrays.copyOf(millis, 2 * calls);
            }
            long before = System.nanoTime();
            work.run();
            millis[calls++] = (System.nanoTime() - before) / 1e6;
        }
        Arrays.sort(millis, 0, calls);
        return (millis[(calls - 1) / 2] + millis[calls / 2]) / 2;
    }

    /** What can be asked for, with one model and one number of threads for a run of a network. */
    private static final class Works implements AutoCloseable {
        private final Inputs inputs = new Inputs();
        private final FaceVerifier verifier;
        private final Image small;
        private final Image large;
        private final List<FaceCrop> sixteen;

        Works(String model, int threads) {
            verifier = FaceVerifier.builder().model(model).threads(threads).build();
            small = verifier.decode(inputs.small());
            large = verifier.decode(inputs.large());
            FaceCrop crop = verifier.align(small, verifier.detect(small).get(0));
            sixteen = Collections.nCopies(16, crop);
        }

        /** The work that has this name here and in {@code peers.py}. */
        Runnable named(String name) throws IOException {
            Path first = inputs.small();
            Path second = inputs.smallOther();
            Path upright = inputs.threeMegapixels();
            Path turned = inputs.threeMegapixelsTurned();
            return switch (name) {
                case "verifySmall" -> () -> verifier.verify(first, second);
                case "detectSmall" -> () -> verifier.detect(small);
                case "detectLarge" -> () -> verifier.detect(large);
                case "embedOne" -> () -> verifier.embedAll(sixteen.subList(0, 1));
                case "embedSixteen" -> () -> verifier.embedAll(sixteen);
                case "decode3Megapixels" -> () -> verifier.decode(upright);
                case "decode3MegapixelsTurned" -> () -> verifier.decode(turned);
                default -> throw new IllegalArgumentException("no work is called " + name);
            };
        }

        @Override
        public void close() {
            verifier.close();
        }
    }
}
