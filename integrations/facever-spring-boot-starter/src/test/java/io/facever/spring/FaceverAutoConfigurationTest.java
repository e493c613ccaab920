package io.facever.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Aligner;
import io.facever.Detector;
import io.facever.Device;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Liveness;
import io.facever.Outcome;
import io.facever.Reason;
import io.facever.Verification;
import io.facever.models.ModelStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

class FaceverAutoConfigurationTest {
    private final StandIns.MeanColour embedder = new StandIns.MeanColour();
    private final ApplicationContextRunner bare =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(FaceverAutoConfiguration.class));
    private final ApplicationContextRunner runner = bare.withBean(Detector.class, StandIns::detector)
            .withBean(Aligner.class, StandIns::aligner)
            .withBean(StandIns.MeanColour.class, () -> embedder);

    @Test
    void gives_a_verifier_made_of_the_beans_of_the_application() {
        runner.run(context -> {
            FaceVerifier verifier = context.getBean(FaceVerifier.class);

            Verification same = verifier.verify(StandIns.plain(200, 10, 10), StandIns.plain(100, 5, 5));
            Verification other = verifier.verify(StandIns.plain(200, 10, 10), StandIns.plain(10, 10, 200));

            assertThat(same.outcome()).isEqualTo(Outcome.MATCH);
            assertThat(other.outcome()).isEqualTo(Outcome.NO_MATCH);
            assertThat(same.threshold()).isEqualTo(StandIns.THRESHOLD);
        });
    }

    @Test
    void applies_the_properties() {
        runner.withPropertyValues("facever.threshold=0.123", "facever.min-face-size=40", "facever.max-pixels=1000")
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> {
                    FaceVerifier verifier = context.getBean(FaceVerifier.class);
                    assertThat(verifier.threshold().value()).isEqualTo(0.123);
                    assertThat(verifier.threshold().origin()).contains("facever.threshold");
                    assertThat(verifier.verify(StandIns.plain(1, 2, 3), StandIns.plain(1, 2, 3))
                                    .outcome())
                            .as("faces of 32 pixels are below the least size")
                            .isEqualTo(Outcome.INCONCLUSIVE);
                });
    }

    @Test
    void checks_liveness_as_the_property_says() {
        ApplicationContextRunner checked = runner.withBean(Liveness.class, () -> (image, face) -> 0.25);
        checked.run(context -> assertThat(livenessOf(context)).isEmpty());
        checked.withPropertyValues("facever.liveness=on-request")
                .run(context -> assertThat(livenessOf(context)).isEmpty());
        checked.withPropertyValues("facever.liveness=inform").run(context -> {
            assertThat(livenessOf(context)).contains(new Liveness.Result(0.25, 0.5));
            assertThat(verification(context).outcome()).isEqualTo(Outcome.MATCH);
        });
        checked.withPropertyValues("facever.liveness=block")
                .run(context -> assertThat(verification(context).reasons()).containsExactly(Reason.SPOOF_SUSPECTED));
    }

    private static Verification verification(ApplicationContext context) {
        return context.getBean(FaceVerifier.class).verify(StandIns.plain(200, 10, 10), StandIns.plain(100, 5, 5));
    }

    private static Optional<Liveness.Result> livenessOf(ApplicationContext context) {
        return verification(context).first().liveness();
    }

    @Test
    void loads_nothing_before_the_verifier_is_asked_for() {
        bare.withPropertyValues("facever.model=no-such-model").run(context -> {
            assertThat(context).hasNotFailed();
            assertThatThrownBy(() -> context.getBean(FaceVerifier.class))
                    .rootCause()
                    .hasMessageContaining("no-such-model");
        });
    }

    @Test
    void takes_the_cache_folder_from_the_properties() {
        bare.withPropertyValues("facever.cache=/some/folder", "facever.offline=true")
                .run(context ->
                        assertThat(context.getBean(ModelStore.class).cache()).isEqualTo(Path.of("/some/folder")));
    }

    @Test
    void steps_back_when_the_application_has_its_own_verifier() {
        try (FaceVerifier own = FaceVerifier.builder()
                .detector(StandIns.detector())
                .aligner(StandIns.aligner())
                .embedder(new StandIns.MeanColour())
                .build()) {
            bare.withBean(FaceVerifier.class, () -> own)
                    .run(context ->
                            assertThat(context).getBean(FaceVerifier.class).isSameAs(own));
        }
    }

    @Test
    void refuses_a_threshold_and_an_error_rate_together() {
        runner.withPropertyValues("facever.threshold=0.5", "facever.fmr=0.001").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("facever.threshold (0.5)")
                .hasMessageContaining("facever.fmr (0.001)"));
    }

    @Test
    void reads_devices_by_name_and_refuses_unknown_ones() {
        assertThat(device("auto")).isEqualTo(Device.auto());
        assertThat(device("gpu")).isEqualTo(Device.gpu());
        assertThat(device("gpu:2")).isEqualTo(Device.gpu(2));
        assertThatThrownBy(() -> device("tpu")).hasMessageContaining("'tpu'").hasMessageContaining("gpu:");
    }

    private Device device(String name) {
        AtomicLong calls = new AtomicLong();
        Device[] found = new Device[1];
        bare.withPropertyValues("facever.device=" + name).run(context -> {
            calls.incrementAndGet();
            found[0] = context.getBean(FaceverProperties.class).parsedDevice();
        });
        return found[0];
    }

    @Test
    void closing_the_context_closes_the_verifier_and_the_beans_of_the_application() {
        FaceVerifier[] kept = new FaceVerifier[1];
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> kept[0] = context.getBean(FaceVerifier.class));

        Image image = StandIns.plain(1, 2, 3);
        assertThatThrownBy(() -> kept[0].detect(image)).isInstanceOf(IllegalStateException.class);
        assertThat(embedder.closed).isTrue();
    }

    @Test
    void meters_the_stages_and_the_outcomes_where_there_is_a_registry() {
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new).run(context -> {
            FaceVerifier verifier = context.getBean(FaceVerifier.class);
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            verifier.verify(StandIns.plain(200, 10, 10), StandIns.plain(200, 10, 10));
            verifier.verify(StandIns.plain(200, 10, 10), StandIns.plain(10, 10, 200));

            assertThat(registry.get("facever.stage")
                            .tag("stage", "detect")
                            .timer()
                            .count())
                    .isEqualTo(4);
            assertThat(registry.get("facever.stage")
                            .tag("stage", "embed")
                            .timer()
                            .count())
                    .isEqualTo(2);
            assertThat(registry.get("facever.faces").counter().count()).isEqualTo(4);
            assertThat(registry.get("facever.decisions")
                            .tag("outcome", "match")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("facever.decisions")
                            .tag("outcome", "no_match")
                            .counter()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void metered_and_bare_verifiers_give_the_same_similarity() {
        Image first = StandIns.plain(200, 10, 10);
        Image second = StandIns.plain(20, 90, 40);
        double[] similarities = new double[2];
        runner.run(context -> similarities[0] =
                context.getBean(FaceVerifier.class).verify(first, second).similarity());
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> similarities[1] = context.getBean(FaceVerifier.class)
                        .verify(first, second)
                        .similarity());

        assertThat(similarities[0]).isNotZero().isEqualTo(similarities[1]);
    }

    @Test
    void works_without_micrometer_and_without_the_actuator() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer", "org.springframework.boot.health"))
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(FaceVerifier.class);
                    assertThat(context).doesNotHaveBean("faceverHealthIndicator");
                });
    }

    @Test
    void health_is_up_when_the_models_answer_and_down_when_they_fail() {
        runner.withPropertyValues("facever.health.interval=0s").run(context -> {
            HealthIndicator indicator = context.getBean(HealthIndicator.class);
            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            assertThat(indicator.health().getDetails()).containsEntry("model", "mean-colour");

            embedder.broken.set(true);
            assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);

            embedder.broken.set(false);
            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void health_asks_the_models_again_only_after_the_interval() {
        runner.run(context -> {
            FaceVerifier verifier = context.getBean(FaceVerifier.class);
            AtomicLong clock = new AtomicLong();
            var indicator = new FaceverHealthIndicator(() -> verifier, java.time.Duration.ofSeconds(30), clock::get);

            indicator.health();
            clock.set(29_000_000_000L);
            indicator.health();
            assertThat(embedder.calls).hasValue(1);

            clock.set(30_000_000_000L);
            indicator.health();
            assertThat(embedder.calls).hasValue(2);
        });
    }

    @Test
    void health_can_be_switched_off() {
        runner.withPropertyValues("management.health.facever.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean("faceverHealthIndicator"));
    }
}
