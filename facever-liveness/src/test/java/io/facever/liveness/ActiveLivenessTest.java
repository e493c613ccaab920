package io.facever.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.facever.Aligner;
import io.facever.Box;
import io.facever.CropSpec;
import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Liveness;
import io.facever.ModelDescription;
import io.facever.Point;
import io.facever.Threshold;
import io.facever.liveness.ActiveLiveness.Move;
import io.facever.liveness.ActiveLiveness.Phase;
import io.facever.liveness.ActiveLiveness.Reason;
import io.facever.liveness.ActiveLiveness.Session;
import io.facever.liveness.ActiveLiveness.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sessions on frames whose first bytes say how many faces there are, and how the head is turned. */
class ActiveLivenessTest {
    private static final int STRAIGHT = 100;

    private final TickingClock clock = new TickingClock();
    private final AtomicInteger embedded = new AtomicInteger();

    /** Every look at it is 100 ms later. */
    private static final class TickingClock extends Clock {
        private Instant now = Instant.parse("2030-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            now = now.plusMillis(100);
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    /** A frame: yaw and pitch in degrees, size in tenths, who it is. */
    private static Image frame(int faces, int yaw, int pitch, int size, int who) {
        byte[] rgb = new byte[3 * 400 * 400];
        rgb[0] = (byte) faces;
        rgb[1] = (byte) (yaw + STRAIGHT);
        rgb[2] = (byte) (pitch + STRAIGHT);
        rgb[3] = (byte) size;
        rgb[4] = (byte) who;
        return Image.ofRgb(400, 400, rgb);
    }

    /** Five points of a head seen without perspective, by the model that {@link Face.Pose} states. */
    private static Landmarks head(double yaw, double pitch, double eyes) {
        double[][] points = {{-0.5, 0, 0}, {0.5, 0, 0}, {0, 0.59, 0.5}, {-0.44, 1.1, 0}, {0.44, 1.1, 0}};
        double sinYaw = Math.sin(Math.toRadians(yaw));
        double cosYaw = Math.cos(Math.toRadians(yaw));
        double sinPitch = Math.sin(Math.toRadians(pitch));
        double cosPitch = Math.cos(Math.toRadians(pitch));
        return Landmarks.of(Arrays.stream(points)
                .map(p -> new Point(
                        200 + eyes * (p[0] * cosYaw + p[2] * sinYaw),
                        200 + eyes * ((p[1] - 0.55) * cosPitch - p[2] * cosYaw * sinPitch)))
                .toList());
    }

    private static List<Face> find(Image image) {
        byte[] head = new byte[6];
        image.read(0, 0, 2, head, 0);
        Landmarks landmarks = head((head[1] & 255) - STRAIGHT, (head[2] & 255) - STRAIGHT, 4 * head[3]);
        return IntStream.range(0, head[0])
                .mapToObj(i -> new Face(new Box(150 - 40 * i, 140, 250 - 50 * i, 260), 0.9, landmarks))
                .toList();
    }

    private FaceVerifier.Builder builder() {
        ModelDescription model = ModelDescription.builder("who", "who", "digest")
                .embeds(new CropSpec(1, 1, Landmarks.of(Collections.nCopies(Landmarks.COUNT, new Point(0, 0)))), 2)
                .threshold(Threshold.of(0.5, "made up for tests"))
                .build();
        return FaceVerifier.builder()
                .detector(ActiveLivenessTest::find)
                .aligner(new Aligner() {
                    @Override
                    public FaceCrop align(Image image, Face face) {
                        byte[] pixel = new byte[3];
                        image.read(1, 0, 1, pixel, 0);
                        return new FaceCrop(Image.ofRgb(1, 1, pixel), id());
                    }

                    @Override
                    public String id() {
                        return "pixel";
                    }
                })
                .embedder(new Embedder() {
                    @Override
                    public ModelDescription model() {
                        return model;
                    }

                    @Override
                    public List<Embedding> embedAll(List<FaceCrop> crops) {
                        embedded.addAndGet(crops.size());
                        return crops.stream()
                                .map(crop -> Embedding.of(EmbeddingSpace.of(model, crop.alignment()), new float[] {
                                    1 - (crop.image().rgb(0, 0) >> 8 & 255),
                                    crop.image().rgb(0, 0) >> 8 & 255
                                }))
                                .toList();
                    }
                });
    }

    private FaceVerifier verifier() {
        return builder().liveness(Liveness.of((image, face) -> 0.9).onRequest()).build();
    }

    private static Image towards(Move move, double share) {
        int turn = (int) (20 * share);
        int nod = (int) (15 * share);
        return switch (move) {
            case TURN_LEFT -> frame(1, turn, 0, 10, 0);
            case TURN_RIGHT -> frame(1, -turn, 0, 10, 0);
            case LOOK_UP -> frame(1, 0, nod, 10, 0);
            case LOOK_DOWN -> frame(1, 0, -nod, 10, 0);
            case COME_CLOSER -> frame(1, 0, 0, (int) (10 + 4 * share), 0);
        };
    }

    /** Somebody who does what the session asks for; there is always another frame. */
    private static Iterator<Image> obedient(Session session) {
        return new Iterator<>() {
            private double share;
            private Optional<Move> doing = Optional.empty();

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Image next() {
                State state = session.state();
                share = Math.max(0, Math.min(1, share + (state.phase() == Phase.MOVE ? 0.1 : -0.1)));
                doing = state.move().or(() -> doing);
                return doing.map(move -> towards(move, share)).orElseGet(() -> frame(1, 0, 0, 10, 0));
            }
        };
    }

    @Test
    void whoFollowsPassesWithAnySeedAndIsTheFaceOfTheSession() {
        try (FaceVerifier verifier = verifier()) {
            for (int seed = 0; seed < 60; seed++) {
                Session session = ActiveLiveness.standard().start(verifier, clock, new Random(seed));
                assertThat(session.face()).isEmpty();
                assertThat(session.run(obedient(session)).phase())
                        .as("seed %d", seed)
                        .isEqualTo(Phase.PASSED);
                assertThat(session.face())
                        .contains(verifier.embed(frame(1, 0, 0, 10, 0)).orElseThrow());
            }
        }
    }

    @Test
    void aStillPhotoIsTooLate() {
        try (FaceVerifier verifier = verifier()) {
            Session session = ActiveLiveness.standard().start(verifier, clock, new Random(1));
            State state = session.run(
                    Collections.nCopies(10_000, frame(1, 0, 0, 10, 0)).iterator());
            assertThat(state.reason()).contains(Reason.TOO_LATE);
            assertThat(session.face()).isEmpty();
        }
    }

    @Test
    void noFramesAreAnOutcomeToo() {
        try (FaceVerifier verifier = verifier()) {
            Session session = ActiveLiveness.standard().start(verifier);
            assertThat(session.run(Collections.emptyIterator()).reason()).contains(Reason.FRAMES_ENDED);
            assertThat(session.run(Collections.emptyIterator()).reason()).contains(Reason.FRAMES_ENDED);
        }
    }

    @Test
    void noFaceAndSeveralFacesAreToldAndNotLookedAtFurther() {
        try (FaceVerifier verifier = verifier()) {
            Session session = ActiveLiveness.standard().start(verifier, clock, new Random(1));
            assertThat(session.push(frame(0, 0, 0, 10, 0)).hint()).contains(Reason.NO_FACE);
            assertThat(session.push(frame(2, 0, 0, 10, 0)).hint()).contains(Reason.SEVERAL_FACES);
            assertThat(embedded).hasValue(0);
            assertThat(session.push(frame(1, 0, 0, 10, 0)).hint()).isEmpty();
        }
    }

    @Test
    void somebodyElseInTheMiddleOfItIsFound() {
        try (FaceVerifier verifier = verifier()) {
            Session session = ActiveLiveness.standard().start(verifier, clock, new Random(1));
            for (int i = 0; i < 5; i++) {
                session.push(frame(1, 0, 0, 10, 0));
            }
            assertThat(session.push(frame(1, 0, 0, 10, 1)).reason()).contains(Reason.OTHER_FACE);
        }
    }

    @Test
    void thePassiveCheckDecidesInTheEnd() {
        try (FaceVerifier verifier =
                builder().liveness(Liveness.of((image, face) -> 0.1)).build()) {
            Session session = ActiveLiveness.standard().start(verifier, clock, new Random(1));
            assertThat(session.run(obedient(session)).reason()).contains(Reason.SPOOF_SUSPECTED);
        }
    }

    @Test
    void afterItIsOverFramesCostNothing() {
        try (FaceVerifier verifier = verifier()) {
            Session session = ActiveLiveness.standard().start(verifier, clock, new Random(1));
            State over = session.run(obedient(session));
            int before = embedded.get();
            assertThat(session.push(frame(1, 0, 0, 10, 1))).isEqualTo(over);
            assertThat(embedded).hasValue(before);
        }
    }

    @Test
    void aVerifierWithoutACheckOfLivenessIsMisuse() {
        try (FaceVerifier verifier = builder().build()) {
            Session session = ActiveLiveness.standard().start(verifier);
            assertThatIllegalStateException()
                    .isThrownBy(() -> session.push(frame(1, 0, 0, 10, 0)))
                    .withMessageContaining("liveness(Liveness.passive())");
        }
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        ActiveLiveness standard = ActiveLiveness.standard();
        Duration second = Duration.ofSeconds(1);
        assertThatIllegalArgumentException().isThrownBy(() -> standard.moves(6)).withMessageContaining("found 6");
        assertThatIllegalArgumentException().isThrownBy(() -> standard.moves(1));
        assertThatIllegalArgumentException().isThrownBy(() -> standard.angles(0, 10));
        assertThatIllegalArgumentException().isThrownBy(() -> standard.angles(10, Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> standard.approach(1));
        assertThatIllegalArgumentException().isThrownBy(() -> standard.times(Duration.ZERO, second, second));
        assertThatIllegalArgumentException().isThrownBy(() -> standard.times(second, second.negated(), second));
        assertThatIllegalArgumentException().isThrownBy(() -> standard.liveShare(1.1));
        assertThat(standard.moves(2)
                        .angles(1, 2)
                        .approach(2)
                        .times(second, second, second)
                        .liveShare(0))
                .isEqualTo(new ActiveLiveness(2, 1, 2, 2, second, second, second, 0));
    }

    @Test
    void aFlatPictureThatIsTiltedTurnsLittle() {
        // a photo of a face that looks straight ahead, held before a camera at eight distances of the eyes
        double most = 0;
        for (int tilt = -50; tilt <= 50; tilt += 10) {
            for (boolean sideways : new boolean[] {true, false}) {
                Face.Pose pose = Face.Pose.of(tilted(head(0, 0, 40), tilt, sideways));
                most = Math.max(most, Math.max(Math.abs(pose.yaw()), Math.abs(pose.pitch())));
            }
        }
        assertThat(most).as("degrees, a third of the least nod").isLessThan(3.4);
    }

    private static Landmarks tilted(Landmarks flat, double degrees, boolean sideways) {
        double distance = 8 * 40;
        return Landmarks.of(flat.points().stream()
                .map(point -> {
                    double x = point.x() - 200;
                    double y = point.y() - 200;
                    double along = sideways ? x : y;
                    double away = along * Math.sin(Math.toRadians(degrees));
                    double squeezed = along * Math.cos(Math.toRadians(degrees));
                    double near = distance / (distance + away);
                    return sideways
                            ? new Point(200 + squeezed * near, 200 + y * near)
                            : new Point(200 + x * near, 200 + squeezed * near);
                })
                .toList());
    }
}
