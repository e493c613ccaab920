package io.facever.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.FaceVerifier.Listener.Event;
import io.facever.FaceVerifier.Listener.Stage;
import io.facever.Outcome;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StageMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StageMeters meters = new StageMeters(registry);

    @Test
    void addsUpDurationsAndFailuresByStage() {
        meters.onStage(event(Stage.DETECT, 3, Optional.empty(), Optional.empty()));
        meters.onStage(event(Stage.DETECT, 0, Optional.empty(), Optional.of(new IllegalStateException())));

        Timer detect = registry.get("facever.stage").tag("stage", "detect").timer();
        assertThat(detect.count()).isEqualTo(2);
        assertThat(detect.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(20);
        assertThat(counter("facever.failures", "stage", "detect")).isEqualTo(1);
        assertThat(counter("facever.failures", "stage", "embed")).isZero();
        assertThat(registry.get("facever.faces").counter().count()).isEqualTo(3);
    }

    @Test
    void countsDecisionsByOutcome() {
        meters.onStage(event(Stage.DECIDE, 1, Optional.of(Outcome.MATCH), Optional.empty()));
        meters.onStage(event(Stage.DECIDE, 1, Optional.of(Outcome.INCONCLUSIVE), Optional.empty()));
        meters.onStage(event(Stage.DECIDE, 1, Optional.of(Outcome.INCONCLUSIVE), Optional.empty()));

        assertThat(counter("facever.decisions", "outcome", "match")).isEqualTo(1);
        assertThat(counter("facever.decisions", "outcome", "inconclusive")).isEqualTo(2);
        assertThat(counter("facever.decisions", "outcome", "no_match")).isZero();
    }

    private double counter(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).counter().count();
    }

    private static Event event(Stage stage, int outputs, Optional<Outcome> outcome, Optional<Throwable> failure) {
        return new Event(stage, Duration.ofMillis(10), 1, outputs, outcome, failure);
    }
}
