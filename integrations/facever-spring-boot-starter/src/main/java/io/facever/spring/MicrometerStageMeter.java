package io.facever.spring;

import io.facever.Aligner;
import io.facever.Comparison;
import io.facever.Detector;
import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.Image;
import io.facever.ModelDescription;
import io.facever.Outcome;
import io.facever.Verifier;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Times the stages with Micrometer: {@code facever.stage} by {@code stage} (detect, align, embed), and counts
 * {@code facever.faces} found and {@code facever.comparisons} by {@code outcome}. No similarity is recorded: it says
 * something about people.
 */
final class MicrometerStageMeter implements StageMeter {
    private final Timer detect;
    private final Timer align;
    private final Timer embed;
    private final Counter faces;
    private final Map<Outcome, Counter> comparisons = new EnumMap<>(Outcome.class);

    MicrometerStageMeter(MeterRegistry registry) {
        this.detect = timer(registry, "detect");
        this.align = timer(registry, "align");
        this.embed = timer(registry, "embed");
        this.faces = Counter.builder("facever.faces").description("Faces found").register(registry);
        for (Outcome outcome : List.of(Outcome.MATCH, Outcome.NO_MATCH)) {
            comparisons.put(
                    outcome,
                    Counter.builder("facever.comparisons")
                            .description("Pairs of faces compared, by outcome")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    private static Timer timer(MeterRegistry registry, String stage) {
        return Timer.builder("facever.stage")
                .description("Time spent in a stage of the verifier")
                .tag("stage", stage)
                .publishPercentileHistogram()
                .register(registry);
    }

    private static <T> T time(Timer timer, Supplier<T> call) {
        long start = System.nanoTime();
        try {
            return call.get();
        } finally {
            timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public Detector meter(Detector detector) {
        return new Detector() {
            @Override
            public List<Face> detect(Image image) {
                List<Face> found = time(detect, () -> detector.detect(image));
                faces.increment(found.size());
                return found;
            }

            @Override
            public List<List<Face>> detectAll(List<Image> images) {
                List<List<Face>> found = time(detect, () -> detector.detectAll(images));
                found.forEach(one -> faces.increment(one.size()));
                return found;
            }
        };
    }

    @Override
    public Aligner meter(Aligner aligner) {
        return new Aligner() {
            @Override
            public FaceCrop align(Image image, Face face) {
                return time(align, () -> aligner.align(image, face));
            }

            @Override
            public String id() {
                return aligner.id();
            }
        };
    }

    @Override
    public Embedder meter(Embedder embedder) {
        return new Embedder() {
            @Override
            public ModelDescription model() {
                return embedder.model();
            }

            @Override
            public List<Embedding> embedAll(List<FaceCrop> crops) {
                return time(embed, () -> embedder.embedAll(crops));
            }
        };
    }

    @Override
    public Verifier meter(Verifier verifier) {
        return (first, second, threshold) -> {
            Comparison comparison = verifier.compare(first, second, threshold);
            Counter counter = comparisons.get(comparison.outcome());
            if (counter != null) {
                counter.increment();
            }
            return comparison;
        };
    }
}
