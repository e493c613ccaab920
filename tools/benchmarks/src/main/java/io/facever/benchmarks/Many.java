package io.facever.benchmarks;

import io.facever.FaceVerifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Throughput of {@code embedEach} over photos of many sizes beside a loop that embeds one after the other. */
final class Many {
    private static final int SMALL = 120;
    private static final int WARM_UP = 12;

    private Many() {}

    static void main() {
        Inputs inputs = new Inputs();
        List<Path> small = inputs.lfw(SMALL);
        List<Path> mixed = new ArrayList<>(inputs.photos());
        mixed.addAll(small.subList(0, 2 * mixed.size()));
        Map<String, List<Path>> sets = new LinkedHashMap<>();
        sets.put(small.size() + " of 250×250", small);
        sets.put(inputs.photos().size() + " from 225×225 to 2048×1991", inputs.photos());
        sets.put("both, " + mixed.size(), mixed);
        System.out.println(
                "| photos | threads a run of a network | crops a shared run | one after the other, ms | embedEach, ms | × |\n"
                        + "| --- | --- | --- | --- | --- | --- |");
        for (int threads : new int[] {2, 1}) {
            for (int microBatch : new int[] {1, 16}) {
                try (FaceVerifier verifier = FaceVerifier.builder()
                        .threads(threads)
                        .microBatch(microBatch)
                        .build()) {
                    small.subList(0, WARM_UP).forEach(photo -> verifier.embed(verifier.decode(photo)));
                    sets.forEach((name, photos) -> {
                        double one = millis(photos, () -> {
                            for (Path photo : photos) {
                                verifier.embed(verifier.decode(photo));
                            }
                        });
                        double each = millis(
                                photos, () -> verifier.embedEach(photos.stream(), verifier::decode, Many::requireRead));
                        System.out.printf(
                                Locale.ROOT,
                                "| %s | %d | %d | %.1f | %.1f | %.2f |%n",
                                name,
                                threads,
                                microBatch,
                                one,
                                each,
                                one / each);
                    });
                }
            }
        }
    }

    private static void requireRead(FaceVerifier.Processed<Path, ?> photo) {
        photo.failure().ifPresent(failure -> {
            throw failure;
        });
    }

    /** Milliseconds a photo. */
    private static double millis(List<Path> photos, Runnable work) {
        long before = System.nanoTime();
        work.run();
        return (System.nanoTime() - before) / 1e6 / photos.size();
    }
}
