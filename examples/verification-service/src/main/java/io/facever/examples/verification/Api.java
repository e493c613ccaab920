package io.facever.examples.verification;

import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Liveness;
import io.facever.Threshold;
import io.facever.Verification;
import io.facever.examples.verification.Answers.ChallengeAnswer;
import io.facever.examples.verification.Answers.DetectAnswer;
import io.facever.examples.verification.Answers.EmbedAnswer;
import io.facever.examples.verification.Answers.FaceAnswer;
import io.facever.examples.verification.Answers.LimitsAnswer;
import io.facever.examples.verification.Answers.ModelAnswer;
import io.facever.examples.verification.Answers.ModelsAnswer;
import io.facever.examples.verification.Answers.SizeAnswer;
import io.facever.examples.verification.Answers.TimingsAnswer;
import io.facever.examples.verification.Answers.VerifyAnswer;
import io.facever.liveness.ActiveLiveness;
import io.facever.spring.FaceverProperties;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.http.server.RequestPath;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** The interface, as {@code openapi.yaml} describes it. Images live in memory, for the length of one request;
 * of a session of active liveness two embeddings are kept until it is over. */
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
final class Api {
    private static final PathPattern ADDRESSES = PathPatternParser.defaultInstance.parse("/api/**");

    private final Models models;
    private final InferencePool pool;
    private final Challenges challenges;
    private final ServiceProperties service;
    private final FaceverProperties facever;
    private final MeterRegistry registry;

    Api(
            Models models,
            InferencePool pool,
            Challenges challenges,
            ServiceProperties service,
            FaceverProperties facever,
            MeterRegistry registry) {
        this.models = models;
        this.pool = pool;
        this.challenges = challenges;
        this.service = service;
        this.facever = facever;
        this.registry = registry;
    }

    /**
     * Whether a request is for this interface, by the rules by which Spring looks for its method: {@code /%61pi/models}
     * is one of its addresses, too.
     */
    static boolean isFor(HttpServletRequest request) {
        return ADDRESSES.matches(RequestPath.parse(request.getRequestURI(), request.getContextPath())
                .pathWithinApplication());
    }

    @GetMapping("/models")
    ModelsAnswer models() {
        return new ModelsAnswer(
                List.of(ModelAnswer.of(models.verifier())),
                new LimitsAnswer(service.maxImageBytes().toBytes(), facever.maxPixels()));
    }

    @PostMapping(path = "/detect", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    DetectAnswer detect(@RequestParam("image") MultipartFile file) {
        FaceVerifier verifier = models.verifier();
        byte[] encoded = bytes(file);
        return pool.run(() -> {
            Lap lap = new Lap();
            Image image = verifier.decode(encoded);
            Duration decode = lap.next();
            List<Face> faces = verifier.detect(image);
            Duration detect = lap.next();
            return new DetectAnswer(
                    new SizeAnswer(image.width(), image.height()),
                    faces.stream().map(FaceAnswer::of).toList(),
                    TimingsAnswer.of(decode, detect, Duration.ZERO, Duration.ZERO, lap.total()));
        });
    }

    @PostMapping(path = "/verify", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    VerifyAnswer verify(
            @RequestParam("reference") MultipartFile reference,
            @RequestParam("query") MultipartFile query,
            @RequestParam("threshold") Optional<Double> threshold,
            @RequestParam("fmr") Optional<Double> fmr,
            @RequestParam("selection") Optional<FaceSelection> selection,
            @RequestParam("liveness") Optional<Boolean> liveness) {
        FaceVerifier verifier = models.verifier();
        Threshold wish = threshold(verifier, threshold, fmr);
        byte[] firstEncoded = bytes(reference);
        byte[] secondEncoded = bytes(query);
        VerifyAnswer answer = pool.run(() -> {
            Lap lap = new Lap();
            Image first = verifier.decode(firstEncoded);
            Image second = verifier.decode(secondEncoded);
            Duration decode = lap.next();
            Verification verification = verifier.verify(first, second, selection.orElse(facever.faceSelection()), wish);
            return VerifyAnswer.of(
                    verification,
                    liveness(verifier, liveness, first, verification.first()),
                    liveness(verifier, liveness, second, verification.second()),
                    decode,
                    lap.total());
        });
        registry.counter("service.outcomes", "outcome", answer.outcome().name().toLowerCase(Locale.ROOT))
                .increment();
        return answer;
    }

    @PostMapping(path = "/embed", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    EmbedAnswer embed(
            @RequestParam("image") MultipartFile file, @RequestParam("selection") Optional<FaceSelection> selection) {
        FaceVerifier verifier = models.verifier();
        FaceSelection one = selection.orElse(facever.faceSelection());
        if (one == FaceSelection.ALL_PAIRS) {
            throw new ProblemException(
                    Problem.INVALID_PARAMETER, "selection ALL_PAIRS compares two images; embed takes one face");
        }
        byte[] encoded = bytes(file);
        return pool.run(() -> {
            Image image = verifier.decode(encoded);
            List<Face> found = verifier.detect(image);
            if (found.isEmpty()) {
                throw new ProblemException(Problem.NO_FACE, "no face was found in the image; send a clearer one");
            }
            List<Face> meant = one.select(found, image.width(), image.height());
            if (meant.isEmpty()) {
                throw new ProblemException(
                        Problem.SEVERAL_FACES,
                        found.size() + " faces were found; send an image of one person, or another selection");
            }
            Embedding embedding = verifier.embed(image, meant).get(0);
            return EmbedAnswer.of(embedding, new SizeAnswer(image.width(), image.height()), meant.get(0));
        });
    }

    private static Optional<Liveness.Result> liveness(
            FaceVerifier verifier, Optional<Boolean> wanted, Image image, Verification.Subject subject) {
        return wanted.orElse(false) ? subject.face().map(face -> verifier.liveness(image, face)) : Optional.empty();
    }

    @PostMapping(path = "/liveness")
    ChallengeAnswer startChallenge() {
        Challenges.Started started = challenges.start(models.verifier());
        return ChallengeAnswer.of(started.id(), started.session().state());
    }

    @PostMapping(path = "/liveness/{id}", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    ChallengeAnswer follow(@PathVariable("id") String id, @RequestParam("frame") MultipartFile file) {
        // the time of arrival: what the other side would tell can be made up
        Instant taken = challenges.now();
        FaceVerifier verifier = models.verifier();
        ActiveLiveness.Session session = challenges.session(id);
        long most = service.challenge().maxFrameBytes().toBytes();
        if (file.getSize() > most) {
            throw new ProblemException(
                    Problem.IMAGE_TOO_LARGE, "a frame has at most " + most + " bytes; send a smaller one");
        }
        byte[] encoded = bytes(file);
        ActiveLiveness.State state = pool.run(() -> session.push(verifier.decode(encoded), taken));
        if (state.isOver()) {
            challenges.forget(id);
        }
        return ChallengeAnswer.of(id, state);
    }

    private static Threshold threshold(FaceVerifier verifier, Optional<Double> threshold, Optional<Double> fmr) {
        if (threshold.isPresent() && fmr.isPresent()) {
            throw new ProblemException(Problem.INVALID_PARAMETER, "threshold and fmr exclude each other; send one");
        }
        try {
            return threshold
                    .map(Threshold::of)
                    .or(() -> fmr.map(Threshold::atFmr).map(verifier::resolve))
                    .orElseGet(verifier::threshold);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(Problem.INVALID_PARAMETER, String.valueOf(e.getMessage()));
        }
    }

    private static byte[] bytes(MultipartFile file) {
        try {
            return file.getBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("an upload in memory can't be read", e);
        }
    }

    /** Times the steps of one request. */
    private static final class Lap {
        private final long start = System.nanoTime();
        private long last = start;

        Duration next() {
            long now = System.nanoTime();
            Duration lap = Duration.ofNanos(now - last);
            last = now;
            return lap;
        }

        Duration total() {
            return Duration.ofNanos(System.nanoTime() - start);
        }
    }
}
