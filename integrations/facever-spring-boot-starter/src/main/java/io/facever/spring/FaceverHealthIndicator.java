package io.facever.spring;

import io.facever.FaceVerifier;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up when the models answer. A good answer counts for a while, so that frequent probes do not cost inference; a failure
 * is never remembered, so that recovery shows at once.
 */
final class FaceverHealthIndicator extends AbstractHealthIndicator {
    private final Supplier<FaceVerifier> verifier;
    private final Duration interval;
    private final LongSupplier nanoTime;
    private Optional<Long> answeredAt = Optional.empty();

    FaceverHealthIndicator(Supplier<FaceVerifier> verifier, Duration interval, LongSupplier nanoTime) {
        super("the models of the face verifier do not answer");
        this.verifier = verifier;
        this.interval = interval;
        this.nanoTime = nanoTime;
    }

    // one probe at a time: others wait for its answer rather than ask again
    @Override
    protected synchronized void doHealthCheck(Health.Builder builder) {
        FaceVerifier subject = verifier.get();
        long now = nanoTime.getAsLong();
        if (answeredAt.isEmpty() || now - answeredAt.get() >= interval.toNanos()) {
            answeredAt = Optional.empty();
            ModelCheck.run(subject);
            answeredAt = Optional.of(now);
        }
        builder.up()
                .withDetail("model", subject.model().id())
                .withDetail("alignment", subject.space().alignment())
                .withDetail(
                        "threshold",
                        String.format(Locale.ROOT, "%.4f", subject.threshold().value()));
    }
}
