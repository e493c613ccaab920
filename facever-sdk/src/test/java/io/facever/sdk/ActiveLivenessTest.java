package io.facever.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Liveness;
import io.facever.conformance.Shared;
import io.facever.liveness.ActiveLiveness;
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
import java.util.Iterator;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Challenges to photos that are made to turn, with the published weights. */
@Tag("weights")
class ActiveLivenessTest {
    @SuppressWarnings("NullAway.Init")
    private static FaceVerifier verifier;

    @BeforeAll
    static void build() {
        verifier = FaceVerifier.builder()
                .models(Shared.models())
                .liveness(Liveness.passive().onRequest())
                .build();
    }

    @AfterAll
    static void close() {
        if (verifier != null) {
            verifier.close();
        }
    }

    private static Image photo(String name) {
        return verifier.decode(Shared.image("photos/" + name + ".jpg"));
    }

    /** Frames of a photo that does what the session asks for: there in ten frames, and back in ten. */
    private static final class Puppet implements Iterator<Image> {
        private static final double STEP = 0.1;

        private final Session session;
        private final HeadTurn head;
        private Optional<Move> doing = Optional.empty();
        private double share;

        Puppet(Session session, Image photo) {
            Face face = FaceSelection.LARGEST
                    .select(verifier.detect(photo), photo.width(), photo.height())
                    .get(0);
            this.session = session;
            this.head = new HeadTurn(photo, face.landmarks());
        }

        @Override
        public boolean hasNext() {
            return true;
        }

        @Override
        public Image next() {
            // first back to the middle, then what is asked for
            if (share == 0 && session.state().move().isPresent()) {
                doing = session.state().move();
            }
            boolean forth = doing.isPresent() && doing.equals(session.state().move());
            share = Math.max(0, Math.min(1, share + (forth ? STEP : -STEP)));
            return doing.map(this::frame).orElseGet(() -> head.frame(0, 0, 1));
        }

        private Image frame(Move move) {
            return switch (move) {
                case TURN_LEFT -> head.frame(40 * share, 0, 1);
                case TURN_RIGHT -> head.frame(-40 * share, 0, 1);
                case LOOK_UP -> head.frame(0, 35 * share, 1);
                case LOOK_DOWN -> head.frame(0, -35 * share, 1);
                case COME_CLOSER -> head.frame(0, 0, 1 + 0.5 * share);
            };
        }
    }

    /** Each look at it is a quarter of a second later. */
    private static Clock clock() {
        Instant[] now = {Instant.parse("2030-01-01T00:00:00Z")};
        return new Clock() {
            @Override
            public Instant instant() {
                now[0] = now[0].plus(Duration.ofMillis(250));
                return now[0];
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private static Session session(int moves, int seed) {
        return ActiveLiveness.standard().moves(moves).start(verifier, clock(), new Random(seed));
    }

    private static void passes(String name, int moves) {
        Image photo = photo(name);
        Session session = session(moves, 1);
        State state = session.run(new Puppet(session, photo));
        assertThat(state.reason()).as(name).isEmpty();
        assertThat(state.phase()).isEqualTo(Phase.PASSED);
        assertThat(session.face().orElseThrow().cosine(verifier.embed(photo).orElseThrow()))
                .as("the face at the end and that of the photo")
                .isGreaterThan(0.9);
    }

    @Test
    void aPhotoThatIsMadeToDoAllMovesPasses() {
        passes("Bill_Gates_0001", 5);
    }

    @Test
    void anotherPhotoThatIsMadeToMovePasses() {
        passes("Larry_Page_0000", 3);
    }

    @Test
    void aStillPhotoFails() {
        Session session = session(3, 1);
        Image photo = photo("Bill_Gates_0001");
        State state = session.push(photo);
        while (!state.isOver()) {
            state = session.push(photo);
        }
        assertThat(state.reason()).contains(Reason.TOO_LATE);
        assertThat(state.done()).isZero();
    }

    @Test
    void anotherPersonsPhotoIsNotTheSameFace() {
        Session session = session(3, 1);
        Image photo = photo("Larry_Page_0000");
        while (session.state().phase() != Phase.MOVE) {
            session.push(photo);
        }
        assertThat(session.push(photo("Bill_Gates_0001")).reason()).contains(Reason.OTHER_FACE);
    }

    @Test
    void aPictureOfAPictureThatMovesIsSuspected() {
        // what little this flat photo can be made to turn is enough here
        Session session = ActiveLiveness.standard().angles(8, 6).start(verifier, clock(), new Random(1));
        State state = session.run(new Puppet(session, photo("antispoof_F2")));
        assertThat(state.reason()).contains(Reason.SPOOF_SUSPECTED);
        assertThat(state.done()).isEqualTo(3);
    }
}
