package io.facever.micrometer;

import io.facever.FaceVerifier;
import io.facever.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A listener that turns what a verifier does into meters: the timer {@code facever.stage} and the counter
 * {@code facever.failures} by {@code stage} (load, decode, detect, liveness, align, embed, decide), the counter
 * {@code facever.faces} of faces found, and the counter {@code facever.decisions} by {@code outcome} (match, no_match,
 * inconclusive). No similarity is recorded: it says something about people. Safe for any number of threads, and for any
 * number of verifiers at once.
 *
 * <pre>{@code FaceVerifier.builder().listener(new StageMeters(registry)).build()}</pre>
 *
 * @since 0.1.0
 */
public final class StageMeters implements FaceVerifier.Listener {
    private final Map<Stage, Timer> timers = new EnumMap<>(Stage.class);
    private final Map<Stage, Counter> failures = new EnumMap<>(Stage.class);
    private final Counter faces;
    private final Map<Outcome, Counter> decisions = new EnumMap<>(Outcome.class);

    /**
     * Registers the meters.
     *
     * @param registry where the meters go
     */
    public StageMeters(MeterRegistry registry) {
        for (Stage stage : Stage.values()) {
            timers.put(
                    stage,
                    Timer.builder("facever.stage")
                            .description("Time spent in a stage of the verifier, also when it failed")
                            .tag("stage", lowerCase(stage))
                            .publishPercentileHistogram()
                            .register(registry));
            failures.put(
                    stage,
                    Counter.builder("facever.failures")
                            .description("Stages that ended with an exception")
                            .tag("stage", lowerCase(stage))
                            .register(registry));
        }
        this.faces = Counter.builder("facever.faces").description("Faces found").register(registry);
        for (Outcome outcome : Outcome.values()) {
            decisions.put(
                    outcome,
                    Counter.builder("facever.decisions")
                            .description("Decisions made, by outcome")
                            .tag("outcome", lowerCase(outcome))
                            .register(registry));
        }
    }

    /** There is one for each constant. */
    private static <K extends Enum<K>, M> M meter(Map<K, M> meters, K key) {
        return Objects.requireNonNull(meters.get(key));
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void onStage(Event event) {
        Stage stage = event.stage();
        meter(timers, stage).record(event.duration());
        event.failure().ifPresent(failure -> meter(failures, stage).increment());
        if (stage == Stage.DETECT) {
            faces.increment(event.outputs());
        }
        event.outcome().ifPresent(outcome -> meter(decisions, outcome).increment());
    }
}
