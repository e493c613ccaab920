package io.facever.examples.verification;

import io.facever.FaceVerifier;
import io.facever.spring.ModelCheck;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/**
 * Loads the models when the web server is already up, so that the probes are answered meanwhile: alive, but not ready.
 * Spring Boot reports readiness only when all runners are done. Fails the start when the models don't answer.
 */
@Component
final class Models implements ApplicationRunner {
    private static final Logger LOG = LoggerFactory.getLogger(Models.class);

    private final ObjectProvider<FaceVerifier> source;
    private volatile Optional<FaceVerifier> loaded = Optional.empty();

    Models(ObjectProvider<FaceVerifier> source) {
        this.source = source;
    }

    @Override
    public void run(ApplicationArguments args) {
        FaceVerifier verifier = source.getObject();
        ModelCheck.run(verifier);
        loaded = Optional.of(verifier);
        LOG.info("ready with {}, {}", verifier.model(), verifier.threshold());
    }

    boolean isLoaded() {
        return loaded.isPresent();
    }

    /**
     * The verifier.
     *
     * @throws ProblemException while the models are loaded
     */
    FaceVerifier verifier() {
        return loaded.orElseThrow(() -> new ProblemException(
                Problem.NOT_READY, "the models are being loaded; try again soon", Optional.of(Duration.ofSeconds(2))));
    }
}
