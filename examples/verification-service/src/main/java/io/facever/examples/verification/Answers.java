package io.facever.examples.verification;

import io.facever.Calibration;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceVerifier;
import io.facever.Liveness;
import io.facever.ModelDescription;
import io.facever.Outcome;
import io.facever.Point;
import io.facever.Reason;
import io.facever.Threshold;
import io.facever.Verification;
import io.facever.liveness.ActiveLiveness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The bodies of the answers, as the OpenAPI document has them. */
final class Answers {
    private Answers() {}

    record PointAnswer(double x, double y) {
        static PointAnswer of(Point point) {
            return new PointAnswer(point.x(), point.y());
        }
    }

    record BoxAnswer(double x1, double y1, double x2, double y2) {}

    record LandmarksAnswer(
            PointAnswer leftEye,
            PointAnswer rightEye,
            PointAnswer nose,
            PointAnswer mouthLeft,
            PointAnswer mouthRight) {}

    record FaceAnswer(BoxAnswer box, double score, LandmarksAnswer landmarks) {
        static FaceAnswer of(Face face) {
            return new FaceAnswer(
                    new BoxAnswer(
                            face.box().x1(),
                            face.box().y1(),
                            face.box().x2(),
                            face.box().y2()),
                    face.score(),
                    new LandmarksAnswer(
                            PointAnswer.of(face.landmarks().leftEye()),
                            PointAnswer.of(face.landmarks().rightEye()),
                            PointAnswer.of(face.landmarks().nose()),
                            PointAnswer.of(face.landmarks().mouthLeft()),
                            PointAnswer.of(face.landmarks().mouthRight())));
        }
    }

    /** Width and height of the upright image, whose pixels all coordinates are given in. */
    record SizeAnswer(int width, int height) {}

    record TimingsAnswer(double decodeMs, double detectMs, double alignMs, double embedMs, double totalMs) {
        static TimingsAnswer of(Duration decode, Duration detect, Duration align, Duration embed, Duration total) {
            return new TimingsAnswer(millis(decode), millis(detect), millis(align), millis(embed), millis(total));
        }

        private static double millis(Duration duration) {
            return Math.round(duration.toNanos() / 1e3) / 1e3;
        }
    }

    record ThresholdAnswer(double value, String origin, OptionalDouble fmr) {
        static ThresholdAnswer of(Threshold threshold) {
            return new ThresholdAnswer(threshold.value(), threshold.origin(), threshold.fmr());
        }
    }

    record DetectAnswer(SizeAnswer image, List<FaceAnswer> faces, TimingsAnswer timings) {}

    record ReasonAnswer(String code, String message) {
        static ReasonAnswer of(Reason reason) {
            return new ReasonAnswer(reason.name(), reason.message());
        }

        static ReasonAnswer of(ActiveLiveness.Reason reason) {
            return new ReasonAnswer(reason.name(), reason.message());
        }
    }

    record LivenessAnswer(double score, double threshold, boolean live) {
        static LivenessAnswer of(Liveness.Result result) {
            return new LivenessAnswer(result.score(), result.threshold(), result.isLive());
        }
    }

    /** One image of a pair; {@code compared} is the index of the face that was compared. */
    record SubjectAnswer(
            SizeAnswer image, List<FaceAnswer> faces, Optional<Integer> compared, Optional<LivenessAnswer> liveness) {
        static SubjectAnswer of(Verification.Subject subject, Optional<Liveness.Result> liveness) {
            return new SubjectAnswer(
                    new SizeAnswer(subject.width(), subject.height()),
                    subject.faces().stream().map(FaceAnswer::of).toList(),
                    subject.face().map(subject.faces()::indexOf),
                    liveness.map(LivenessAnswer::of));
        }
    }

    record VerifyAnswer(
            Outcome outcome,
            OptionalDouble similarity,
            ThresholdAnswer threshold,
            List<ReasonAnswer> reasons,
            SubjectAnswer reference,
            SubjectAnswer query,
            String model,
            TimingsAnswer timings) {
        static VerifyAnswer of(
                Verification verification,
                Optional<Liveness.Result> first,
                Optional<Liveness.Result> second,
                Duration decode,
                Duration total) {
            return new VerifyAnswer(
                    verification.outcome(),
                    verification.outcome() == Outcome.INCONCLUSIVE
                            ? OptionalDouble.empty()
                            : OptionalDouble.of(verification.similarity()),
                    ThresholdAnswer.of(verification.threshold()),
                    verification.reasons().stream().map(ReasonAnswer::of).toList(),
                    SubjectAnswer.of(verification.first(), first),
                    SubjectAnswer.of(verification.second(), second),
                    verification.space().model(),
                    TimingsAnswer.of(
                            decode,
                            verification.timings().detect(),
                            verification.timings().align(),
                            verification.timings().embed(),
                            total));
        }
    }

    /** Where a session of active liveness stands. */
    record ChallengeAnswer(
            String id,
            ActiveLiveness.Phase phase,
            Optional<ActiveLiveness.Move> move,
            String instruction,
            int done,
            int moves,
            double progress,
            Optional<ReasonAnswer> reason,
            Optional<ReasonAnswer> hint) {
        static ChallengeAnswer of(String id, ActiveLiveness.State state) {
            return new ChallengeAnswer(
                    id,
                    state.phase(),
                    state.move(),
                    state.instruction(),
                    state.done(),
                    state.moves(),
                    state.progress(),
                    state.reason().map(ReasonAnswer::of),
                    state.hint().map(ReasonAnswer::of));
        }
    }

    record EmbedAnswer(
            String model, String space, int dimension, List<Float> embedding, SizeAnswer image, FaceAnswer face) {
        static EmbedAnswer of(Embedding embedding, SizeAnswer image, Face face) {
            return new EmbedAnswer(
                    embedding.space().model(),
                    embedding.space().id(),
                    embedding.dimension(),
                    numbers(embedding.toArray()),
                    image,
                    FaceAnswer.of(face));
        }
    }

    private static List<Float> numbers(float[] values) {
        List<Float> numbers = new ArrayList<>(values.length);
        for (float value : values) {
            numbers.add(value);
        }
        return numbers;
    }

    record OperatingPointAnswer(double fmr, double threshold, double fnmr) {}

    record CalibrationAnswer(String dataSet, long impostorPairs, long genuinePairs, List<OperatingPointAnswer> points) {
        static CalibrationAnswer of(Calibration calibration) {
            return new CalibrationAnswer(
                    calibration.dataSet(),
                    calibration.impostorPairs(),
                    calibration.genuinePairs(),
                    calibration.points().stream()
                            .sorted(Comparator.comparingDouble(Calibration.OperatingPoint::fmr)
                                    .reversed())
                            .map(point -> new OperatingPointAnswer(point.fmr(), point.threshold(), point.fnmr()))
                            .toList());
        }
    }

    record ModelAnswer(
            String id,
            String architecture,
            int dimension,
            String space,
            String alignment,
            String licence,
            String origin,
            ThresholdAnswer threshold,
            Optional<CalibrationAnswer> calibration) {
        static ModelAnswer of(FaceVerifier verifier) {
            ModelDescription model = verifier.model();
            return new ModelAnswer(
                    model.id(),
                    model.architecture(),
                    model.dimension(),
                    verifier.space().id(),
                    verifier.space().alignment(),
                    model.licence(),
                    model.origin(),
                    ThresholdAnswer.of(verifier.threshold()),
                    model.calibration(verifier.space()).map(CalibrationAnswer::of));
        }
    }

    record LimitsAnswer(long maxImageBytes, long maxPixels) {}

    record ModelsAnswer(List<ModelAnswer> models, LimitsAnswer limits) {}
}
