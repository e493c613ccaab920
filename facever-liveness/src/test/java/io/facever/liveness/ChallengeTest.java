package io.facever.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.CropSpec;
import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.Landmarks;
import io.facever.ModelDescription;
import io.facever.Point;
import io.facever.Threshold;
import io.facever.liveness.ActiveLiveness.Move;
import io.facever.liveness.ActiveLiveness.Phase;
import io.facever.liveness.ActiveLiveness.Reason;
import io.facever.liveness.ActiveLiveness.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ChallengeTest {
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    private static final Duration BEAT = Duration.ofMillis(200);
    private static final ActiveLiveness LIMITS = ActiveLiveness.standard();
    private static final List<Move> ASKED = List.of(Move.TURN_LEFT, Move.LOOK_DOWN, Move.COME_CLOSER);
    private static final double SAME_FACE = 0.4;
    private static final EmbeddingSpace SPACE = EmbeddingSpace.of(
            ModelDescription.builder("two", "two", "digest")
                    .embeds(new CropSpec(1, 1, Landmarks.of(Collections.nCopies(Landmarks.COUNT, new Point(0, 0)))), 2)
                    .threshold(Threshold.of(SAME_FACE, "made up for tests"))
                    .build(),
            "none");

    /** A person before a challenge, who does what the test says, one frame each 200 ms. */
    private static final class Person {
        final Challenge challenge;
        Instant now = START;
        double yaw;
        double pitch = 5;
        double size = 60;
        Point centre = new Point(200, 200);
        double angle;
        boolean live = true;

        Person(ActiveLiveness limits, Move... asked) {
            challenge = new Challenge(limits, SAME_FACE, List.of(asked), START);
        }

        Person() {
            this(LIMITS, ASKED.toArray(Move[]::new));
        }

        State frame() {
            now = now.plus(BEAT);
            return here();
        }

        State here() {
            Embedding face = Embedding.of(SPACE, new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
            return challenge.see(now, new Challenge.Seen(yaw, pitch, size, centre, face, live));
        }

        State noFace() {
            now = now.plus(BEAT);
            return challenge.missing(now, Reason.NO_FACE);
        }

        State straight(int frames) {
            pose(Optional.empty(), 0);
            for (int i = 1; i < frames; i++) {
                frame();
            }
            return frame();
        }

        /** There in four frames, and stays for two. */
        State move(Move move) {
            for (int i = 1; i <= 4; i++) {
                pose(Optional.of(move), 0.3 * i);
                frame();
            }
            return frame();
        }

        void pose(Optional<Move> move, double share) {
            yaw = 0;
            pitch = 5;
            size = 60;
            move.ifPresent(which -> {
                switch (which) {
                    case TURN_LEFT -> yaw = 15 * share;
                    case TURN_RIGHT -> yaw = -15 * share;
                    case LOOK_UP -> pitch = 5 + 10 * share;
                    case LOOK_DOWN -> pitch = 5 - 10 * share;
                    case COME_CLOSER -> size = 60 * (1 + 0.3 * share);
                    default -> throw new AssertionError(which);
                }
            });
        }
    }

    @Test
    void whoDoesWhatIsAskedForPasses() {
        Person person = new Person();
        assertThat(person.challenge.state().instruction()).isEqualTo("Look straight into the camera.");
        assertThat(person.straight(3)).isEqualTo(asking(0));
        for (int i = 0; i < ASKED.size(); i++) {
            assertThat(person.move(ASKED.get(i)))
                    .isEqualTo(new State(
                            Phase.LOOK_STRAIGHT, Optional.empty(), i + 1, 3, 0, Optional.empty(), Optional.empty()));
            State next = person.straight(2);
            assertThat(next)
                    .isEqualTo(
                            i < 2
                                    ? asking(i + 1)
                                    : new State(
                                            Phase.PASSED,
                                            Optional.empty(),
                                            3,
                                            3,
                                            0,
                                            Optional.empty(),
                                            Optional.empty()));
        }
        assertThat(person.challenge.state().instruction()).isEqualTo("Thank you, that was all.");
    }

    private static State asking(int index) {
        return new State(Phase.MOVE, Optional.of(ASKED.get(index)), index, 3, 0, Optional.empty(), Optional.empty());
    }

    @ParameterizedTest
    @EnumSource
    void eachMoveIsKnownAsItselfAndAsNoOther(Move move) {
        for (Move asked : Move.values()) {
            Person person = new Person(LIMITS, asked, asked == Move.LOOK_UP ? Move.LOOK_DOWN : Move.LOOK_UP);
            person.straight(3);
            State state = person.move(move);
            if (asked == move) {
                assertThat(state.done()).isEqualTo(1);
            } else {
                assertThat(state.reason()).contains(Reason.WRONG_MOVE);
            }
        }
    }

    /** Where a session can stand, by the frames that lead there. */
    private enum Standing {
        BEFORE,
        SETTLING,
        ASKED_FIRST,
        ON_THE_WAY,
        REACHED_ONCE,
        BACK,
        BACK_ONCE,
        PASSED,
        FAILED;

        Person person() {
            Person person = new Person();
            if (this == BEFORE) {
                return person;
            }
            person.straight(this == SETTLING ? 2 : 3);
            if (this == FAILED) {
                person.angle = 2;
                person.frame();
            }
            if (this == ON_THE_WAY || this == REACHED_ONCE) {
                person.pose(Optional.of(Move.TURN_LEFT), 0.6);
                person.frame();
            }
            if (this == REACHED_ONCE) {
                person.pose(Optional.of(Move.TURN_LEFT), 1.2);
                person.frame();
            }
            if (this == BACK || this == BACK_ONCE) {
                person.move(Move.TURN_LEFT);
            }
            if (this == BACK_ONCE) {
                person.straight(1);
            }
            if (this == PASSED) {
                ASKED.forEach(move -> {
                    person.move(move);
                    person.straight(2);
                });
            }
            return person;
        }

        boolean isOver() {
            return this == PASSED || this == FAILED;
        }

        /** Nothing is held against the person yet. */
        boolean isEarly() {
            return this == BEFORE || this == SETTLING;
        }
    }

    /** What can happen next. */
    private enum Event {
        /** The same pose again. */
        STAYS(Optional.empty()),
        NO_FACE(Optional.empty()),
        NO_FACE_FOR_LONG(Optional.of(Reason.NO_FACE)),
        SEVERAL_FACES_FOR_LONG(Optional.of(Reason.SEVERAL_FACES)),
        NO_FRAME_FOR_LONG(Optional.of(Reason.FRAMES_MISSING)),
        FRAME_FROM_BEFORE(Optional.of(Reason.FRAMES_OUT_OF_ORDER)),
        OTHER_FACE(Optional.of(Reason.OTHER_FACE)),
        JUMPS_ASIDE(Optional.of(Reason.NOT_SMOOTH)),
        JUMPS_IN_YAW(Optional.of(Reason.NOT_SMOOTH)),
        JUMPS_IN_PITCH(Optional.of(Reason.NOT_SMOOTH)),
        GROWS_AT_ONCE(Optional.of(Reason.NOT_SMOOTH)),
        SHRINKS_AT_ONCE(Optional.of(Reason.NOT_SMOOTH)),
        LONG_AFTER(Optional.of(Reason.TOO_LATE));

        private final Optional<Reason> breaks;

        Event(Optional<Reason> breaks) {
            this.breaks = breaks;
        }

        /** Whether it ends a session before the middle is known, too. */
        boolean isAlwaysFatal() {
            return this == FRAME_FROM_BEFORE || this == LONG_AFTER;
        }

        State happenTo(Person person) {
            switch (this) {
                case NO_FACE -> {
                    return person.noFace();
                }
                case NO_FACE_FOR_LONG -> {
                    person.now = person.now.plusMillis(1001);
                    return person.challenge.missing(person.now, Reason.NO_FACE);
                }
                case SEVERAL_FACES_FOR_LONG -> {
                    person.now = person.now.plusMillis(1001);
                    return person.challenge.missing(person.now, Reason.SEVERAL_FACES);
                }
                case NO_FRAME_FOR_LONG -> person.now = person.now.plusMillis(1001);
                case FRAME_FROM_BEFORE -> person.now = person.now.minusMillis(201);
                case LONG_AFTER -> person.now = person.now.plusSeconds(61);
                case OTHER_FACE -> person.angle = 2;
                case JUMPS_ASIDE -> person.centre = new Point(300, 200);
                case JUMPS_IN_YAW -> person.yaw += 43;
                case JUMPS_IN_PITCH -> person.pitch -= 43;
                case GROWS_AT_ONCE -> person.size *= 1.45;
                case SHRINKS_AT_ONCE -> person.size /= 1.45;
                case STAYS -> {}
                default -> throw new AssertionError(this);
            }
            return person.frame();
        }
    }

    private static Stream<Arguments> everythingThatCanHappen() {
        return Arrays.stream(Standing.values())
                .flatMap(standing -> Arrays.stream(Event.values()).map(event -> Arguments.of(standing, event)));
    }

    @ParameterizedTest
    @MethodSource("everythingThatCanHappen")
    void everyEventInEveryStateEndsItOrNot(Standing standing, Event event) {
        Person person = standing.person();
        State before = person.challenge.state();
        State after = event.happenTo(person);

        assertThat(after).isEqualTo(person.challenge.state());
        if (standing.isOver()) {
            assertThat(after).isEqualTo(before);
        } else if (event.breaks.isEmpty()
                || (standing.isEarly() && !event.isAlwaysFatal())
                || (standing == Standing.BEFORE && event == Event.FRAME_FROM_BEFORE && !person.now.isBefore(START))) {
            assertThat(after.phase()).isNotEqualTo(Phase.FAILED);
            assertThat(after.reason()).isEmpty();
        } else {
            assertThat(after.phase()).isEqualTo(Phase.FAILED);
            assertThat(after.reason()).isEqualTo(event.breaks);
            assertThat(after.instruction()).isEqualTo(event.breaks.orElseThrow().message());
        }
    }

    @Test
    void whatStaysLeadsOnWhereItIsEnough() {
        Map<Standing, Phase> next = Map.of(
                Standing.BEFORE, Phase.LOOK_STRAIGHT,
                Standing.SETTLING, Phase.MOVE,
                Standing.ASKED_FIRST, Phase.MOVE,
                Standing.ON_THE_WAY, Phase.MOVE,
                Standing.REACHED_ONCE, Phase.LOOK_STRAIGHT,
                Standing.BACK, Phase.LOOK_STRAIGHT,
                Standing.BACK_ONCE, Phase.MOVE,
                Standing.PASSED, Phase.PASSED,
                Standing.FAILED, Phase.FAILED);
        next.forEach((standing, phase) ->
                assertThat(standing.person().frame().phase()).as("%s", standing).isEqualTo(phase));
    }

    @Test
    void aFrameWithoutAFaceIsForgivenAndSaidSo() {
        Person person = Standing.ASKED_FIRST.person();
        assertThat(person.noFace().hint()).contains(Reason.NO_FACE);
        assertThat(person.frame().hint()).isEmpty();
    }

    @Test
    void aStillFaceIsTooLateAfterTheTimeForAMove() {
        Person person = Standing.ASKED_FIRST.person();
        Instant asked = person.now;
        State state = person.frame();
        while (!state.isOver()) {
            state = person.frame();
        }
        assertThat(state.reason()).contains(Reason.TOO_LATE);
        assertThat(Duration.between(asked, person.now)).isEqualTo(Duration.ofMillis(10_200));
    }

    @Test
    void nobodyInSightIsTooLateAfterTheTimeForAll() {
        Person person = new Person();
        State state = person.noFace();
        while (!state.isOver()) {
            state = person.noFace();
        }
        assertThat(state.reason()).contains(Reason.TOO_LATE);
        assertThat(Duration.between(START, person.now)).isEqualTo(Duration.ofMillis(60_200));
    }

    @Test
    void aMoveBeforeAnybodyCouldHaveAnsweredIsTooEarly() {
        Person person = Standing.ASKED_FIRST.person();
        person.now = person.now.minusMillis(120);
        person.pose(Optional.of(Move.TURN_LEFT), 0.6);
        person.frame();
        person.now = person.now.minusMillis(120);
        person.pose(Optional.of(Move.TURN_LEFT), 1.2);
        person.frame();
        assertThat(person.frame().reason()).contains(Reason.TOO_EARLY);
    }

    @Test
    void aMoveThatNoFrameShowsTheWayToIsNotSmooth() {
        Person person = Standing.ASKED_FIRST.person();
        person.frame();
        person.pose(Optional.of(Move.TURN_LEFT), 1.2);
        person.frame();
        assertThat(person.frame().reason()).contains(Reason.NOT_SMOOTH);
    }

    @Test
    void aMoveOrTheMiddleForOneFrameIsNotEnough() {
        Person person = Standing.REACHED_ONCE.person();
        person.pose(Optional.of(Move.TURN_LEFT), 0.9);
        assertThat(person.frame().done()).isZero();
        Person back = Standing.BACK_ONCE.person();
        back.pose(Optional.of(Move.TURN_LEFT), 0.7);
        back.frame();
        assertThat(back.straight(1).phase()).isEqualTo(Phase.LOOK_STRAIGHT);
    }

    @Test
    void anotherMoveForOneFrameIsForgiven() {
        Person person = Standing.ASKED_FIRST.person();
        person.pose(Optional.of(Move.LOOK_UP), 1.2);
        assertThat(person.frame().phase()).isEqualTo(Phase.MOVE);
        person.pose(Optional.empty(), 0);
        person.frame();
        person.pose(Optional.of(Move.LOOK_UP), 1.2);
        assertThat(person.frame().phase()).isEqualTo(Phase.MOVE);
        assertThat(person.frame().reason()).contains(Reason.WRONG_MOVE);
    }

    @Test
    void aTurnThatReadsAsABitOfANodIsNoOtherMove() {
        Person person = Standing.ASKED_FIRST.person();
        person.pose(Optional.of(Move.TURN_LEFT), 0.9);
        person.pitch = 5 + 11;
        person.frame();
        assertThat(person.frame().phase()).isEqualTo(Phase.MOVE);
    }

    @Test
    void theMiddleIsAFaceAtRestThatLooksAhead() {
        Person turned = new Person();
        turned.yaw = 26;
        for (int i = 0; i < 10; i++) {
            assertThat(turned.frame().phase()).isEqualTo(Phase.LOOK_STRAIGHT);
        }
        Person restless = new Person();
        for (int i = 0; i < 10; i++) {
            restless.pitch = i % 2 == 0 ? 0 : 9;
            assertThat(restless.frame().phase()).isEqualTo(Phase.LOOK_STRAIGHT);
        }
    }

    @Test
    void aFaceThatChangesLittleByLittleIsNotTheFirstAnyMoreInTheMiddle() {
        Person person = Standing.ASKED_FIRST.person();
        // each frame is near the one before
        for (int i = 1; i <= 4; i++) {
            person.pose(Optional.of(Move.TURN_LEFT), 0.3 * i);
            person.angle = 0.4 * i;
            assertThat(person.frame().isOver()).isFalse();
        }
        assertThat(person.frame().done()).isEqualTo(1);
        assertThat(person.straight(1).reason()).contains(Reason.OTHER_FACE);
    }

    @Test
    void whoLooksLikeAPictureInMostFramesIsSuspectedInTheEnd() {
        Person person = new Person();
        person.live = false;
        person.straight(3);
        for (Move move : ASKED) {
            person.move(move);
            person.straight(2);
        }
        assertThat(person.challenge.state().reason()).contains(Reason.SPOOF_SUSPECTED);

        Person mostly = new Person();
        mostly.straight(3);
        for (Move move : ASKED) {
            mostly.live = true;
            mostly.move(move);
            mostly.live = false;
            mostly.straight(2);
        }
        assertThat(mostly.challenge.state().phase()).isEqualTo(Phase.PASSED);
    }

    @Test
    void theDrawIsTheSameForASeedAndAllMovesComeInAllPlaces() {
        Set<List<Move>> seen = new HashSet<>();
        for (int seed = 0; seed < 2000; seed++) {
            List<Move> drawn = Challenge.draw(LIMITS, new Random(seed));
            assertThat(drawn)
                    .isEqualTo(Challenge.draw(LIMITS, new Random(seed)))
                    .doesNotHaveDuplicates()
                    .hasSize(3);
            seen.add(drawn);
        }
        assertThat(seen).as("all ordered choices of 3 of 5").hasSize(60);
    }

    /** One thing a test may do to a person. */
    private enum Act {
        STRAIGHT,
        LEFT,
        RIGHT,
        UP,
        DOWN,
        CLOSER,
        STAY,
        LOSE,
        SWAP
    }

    @Property
    void whateverHappensTheRulesOfTheStatesHold(@ForAll @Size(max = 60) List<Act> acts) {
        Person person = new Person();
        List<State> states = new ArrayList<>(List.of(person.challenge.state()));
        Set<Act> done = EnumSet.noneOf(Act.class);
        for (Act act : acts) {
            done.add(act);
            states.add(
                    switch (act) {
                        case STRAIGHT -> person.straight(3);
                        case LEFT -> person.move(Move.TURN_LEFT);
                        case RIGHT -> person.move(Move.TURN_RIGHT);
                        case UP -> person.move(Move.LOOK_UP);
                        case DOWN -> person.move(Move.LOOK_DOWN);
                        case CLOSER -> person.move(Move.COME_CLOSER);
                        case STAY -> person.frame();
                        case LOSE -> person.noFace();
                        case SWAP -> {
                            person.angle = person.angle == 0 ? 2 : 0;
                            yield person.frame();
                        }
                    });
        }
        for (int i = 1; i < states.size(); i++) {
            State before = states.get(i - 1);
            State after = states.get(i);
            assertThat(after.done()).isBetween(before.done(), before.done() + 1);
            assertThat(after.progress()).isBetween(0.0, 1.0);
            assertThat(after.reason().isPresent()).isEqualTo(after.phase() == Phase.FAILED);
            assertThat(after.move().isPresent()).isEqualTo(after.phase() == Phase.MOVE);
            if (before.isOver()) {
                assertThat(after).isEqualTo(before);
            }
            if (after.phase() == Phase.PASSED) {
                assertThat(after.done()).isEqualTo(3);
                assertThat(done).contains(Act.LEFT, Act.DOWN, Act.CLOSER);
            }
        }
    }
}
