package io.facever.examples.verification;

import io.facever.FaceVerifier;
import io.facever.liveness.ActiveLiveness;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Sessions of active liveness, in memory: as many as are allowed, each until it is over or its time is. What is over is
 * forgotten with its last answer.
 */
@Component
@EnableScheduling
class Challenges {
    private static final Logger LOG = LoggerFactory.getLogger(Challenges.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final int PURGE_MILLIS = 10_000;

    private final ServiceProperties.Challenge limits;
    private final ActiveLiveness active;
    private final Clock clock;
    private final SecureRandom secure = new SecureRandom();
    private final Map<String, Running> running = new HashMap<>();

    private record Running(ActiveLiveness.Session session, Instant end) {}

    /** A session, and the name that its frames are sent under. */
    record Started(String id, ActiveLiveness.Session session) {}

    Challenges(ServiceProperties properties, ObjectProvider<Clock> clock) {
        this.limits = properties.challenge();
        this.clock = clock.getIfAvailable(Clock::systemUTC);
        ActiveLiveness standard = ActiveLiveness.standard();
        this.active = standard.times(standard.moveTime(), standard.totalTime(), limits.maxGap());
        limits.seed()
                .ifPresent(
                        seed -> LOG.warn(
                                "service.challenge.seed is set: every session asks for the same moves, which protects nothing"));
    }

    /**
     * Starts a session.
     *
     * @throws ProblemException when as many as are allowed run
     */
    synchronized Started start(FaceVerifier verifier) {
        purge();
        if (running.size() >= limits.sessions()) {
            throw new ProblemException(
                    Problem.OVERLOADED,
                    "as many checks as can be made run; try again in " + RETRY.toSeconds() + " s",
                    Optional.of(RETRY));
        }
        RandomGenerator random = limits.seed().<RandomGenerator>map(Random::new).orElse(secure);
        Started started = new Started(UUID.randomUUID().toString(), active.start(verifier, clock, random));
        running.put(started.id(), new Running(started.session(), clock.instant().plus(active.totalTime())));
        return started;
    }

    /**
     * A session that runs.
     *
     * @throws ProblemException when there is none, or not any more
     */
    synchronized ActiveLiveness.Session session(String id) {
        purge();
        return Optional.ofNullable(running.get(id))
                .map(Running::session)
                .orElseThrow(() -> new ProblemException(
                        Problem.NOT_FOUND, "there is no such check, or it is over; start another"));
    }

    /** When a frame came. */
    Instant now() {
        return clock.instant();
    }

    synchronized void forget(String id) {
        running.remove(id);
    }

    /** Forgets those whose time is over, though nobody asks for them any more. */
    @Scheduled(fixedDelay = PURGE_MILLIS)
    synchronized void purge() {
        Instant now = clock.instant();
        running.values().removeIf(one -> now.isAfter(one.end()));
    }
}
