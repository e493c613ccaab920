package io.facever.examples.verification;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The limits of the service.
 *
 * @param workers threads that decode and run networks; 0 for as many as there are cores
 * @param queue requests that may wait for a worker
 * @param timeLimit from the upload being whole to the answer
 * @param maxImageBytes largest image file
 * @param maxRequestBytes largest request
 * @param apiKey what callers must send in {@code X-API-Key}, if anything
 * @param challenge limits of active liveness
 * @param corsOrigins origins of pages that may call from elsewhere; none by default
 */
@ConfigurationProperties("service")
record ServiceProperties(
        @DefaultValue("0") int workers,
        @DefaultValue("8") int queue,
        @DefaultValue("10s") Duration timeLimit,
        @DefaultValue("10MB") DataSize maxImageBytes,
        @DefaultValue("21MB") DataSize maxRequestBytes,
        Optional<String> apiKey,
        @DefaultValue Challenge challenge,
        @DefaultValue List<String> corsOrigins) {

    /**
     * Limits of active liveness.
     *
     * @param sessions how many may run at a time
     * @param maxFrameBytes largest frame
     * @param maxGap how long the face may be out of sight, or no frame come
     * @param seed makes every session ask for the same moves: for tests alone
     */
    record Challenge(
            @DefaultValue("32") int sessions,
            @DefaultValue("500KB") DataSize maxFrameBytes,
            @DefaultValue("1s") Duration maxGap,
            Optional<Long> seed) {}

    ServiceProperties {
        if (workers < 0 || queue < 0) {
            throw new IllegalArgumentException(
                    "service.workers and service.queue are 0 or more, found " + workers + " and " + queue);
        }
        corsOrigins = List.copyOf(corsOrigins);
    }

    int effectiveWorkers() {
        return workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
    }

    /** The key that callers must send; a blank one is none. */
    Optional<String> requiredKey() {
        return apiKey.filter(key -> !key.isBlank());
    }
}
