package io.facever.examples.verification;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * What readiness asks. While the models are being loaded, which may take minutes, it says so at once; the indicator of
 * the starter would hold the probe until they are.
 */
@Component
final class ModelsHealthIndicator implements HealthIndicator {
    private final Models models;
    private final HealthIndicator answers;

    ModelsHealthIndicator(Models models, @Qualifier("faceverHealthIndicator") HealthIndicator answers) {
        this.models = models;
        this.answers = answers;
    }

    @Override
    public @Nullable Health health() {
        return models.isLoaded() ? answers.health() : Health.outOfService().build();
    }
}
