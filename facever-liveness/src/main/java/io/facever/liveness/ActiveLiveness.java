package io.facever.liveness;

import io.facever.Embedding;
import io.facever.FaceVerifier;
import io.facever.Image;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Challenge and response: asks the person in front of a camera for some moves of the head, drawn at random, and follows
 * them from frame to frame. These are its limits; each setting gives a new one:
 *
 * <pre>{@code
 * FaceVerifier verifier = FaceVerifier.builder().liveness(Liveness.passive().onRequest()).build();
 * ActiveLiveness.Session session = ActiveLiveness.standard().start(verifier);
 * while (!session.state().isOver()) {
 *     ActiveLiveness.State state = session.push(camera.nextFrame());
 *     show(state.instruction());
 * }
 * }</pre>
 *
 * <p>Passed is who looks straight ahead, does each move when it is asked for and not before, comes back to the middle
 * after each, moves from frame to frame as a head can, is one person in all frames, and looks alive to the passive
 * check in most of them. At least half of the moves are turns and nods, which a flat picture can't do: {@link
 * io.facever.Face.Pose} reads no turn from a picture that is only tilted. Who can feed made frames into the system past
 * the camera is <em>not</em> stopped: docs/liveness.md.
 *
 * <p>The limits are own choices. Six photos that were only enlarged, by up to 15 %, gave a yaw and a pitch that varied
 * by 1.1° to 2.9° root mean square and 6.7° at most; the least turn and nod lie above that. Photos that were warped as
 * if the head had turned by 25° read as 9° to 15°. No real heads of known pose were at hand.
 *
 * @param moves how many different moves are asked for, 2 to 5
 * @param turn least change of {@link io.facever.Face.Pose#yaw} that is a turn, degrees
 * @param nod least change of {@link io.facever.Face.Pose#pitch} that is a look up or down, degrees
 * @param approach how many times larger the face must become to be closer, more than 1
 * @param moveTime how long a move may take, from being asked for
 * @param totalTime how long all may take, from the start
 * @param maxGap how long the face may be out of sight, or no frame come
 * @param liveShare which share of the frames must look alive to the passive check, in [0, 1]
 * @since 0.1.0
 */
public record ActiveLiveness(
        int moves,
        double turn,
        double nod,
        double approach,
        Duration moveTime,
        Duration totalTime,
        Duration maxGap,
        double liveShare) {
    /** Checks each limit. */
    public ActiveLiveness {
        require(moves >= 2 && moves <= Move.values().length, "the number of moves lies in 2 to 5", moves);
        require(turn > 0 && turn < 90, "a turn lies between 0 and 90 degrees", turn);
        require(nod > 0 && nod < 90, "a nod lies between 0 and 90 degrees", nod);
        require(approach > 1 && approach < 10, "an approach lies between 1 and 10 times", approach);
        require(isPositive(moveTime), "the time for a move is positive", moveTime);
        require(isPositive(totalTime), "the time for all is positive", totalTime);
        require(isPositive(maxGap), "the longest gap is positive", maxGap);
        require(liveShare >= 0 && liveShare <= 1, "a share lies in [0, 1]", liveShare);
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void require(boolean holds, String rule, Object found) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", found " + found);
        }
    }

    /**
     * Three moves; a turn of 15°, a nod of 10°, a face 1.3 times as large; 10 s for a move and 60 s for all; a gap of 1
     * s; alive in 60 % of the frames.
     */
    public static ActiveLiveness standard() {
        return new ActiveLiveness(
                3, 15, 10, 1.3, Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(1), 0.6);
    }

    /** The same with another number of moves. */
    public ActiveLiveness moves(int count) {
        return new ActiveLiveness(count, turn, nod, approach, moveTime, totalTime, maxGap, liveShare);
    }

    /** The same with another least turn and nod, degrees. */
    public ActiveLiveness angles(double leastTurn, double leastNod) {
        return new ActiveLiveness(moves, leastTurn, leastNod, approach, moveTime, totalTime, maxGap, liveShare);
    }

    /** The same with another approach. */
    public ActiveLiveness approach(double times) {
        return new ActiveLiveness(moves, turn, nod, times, moveTime, totalTime, maxGap, liveShare);
    }

    /** The same with other times. */
    public ActiveLiveness times(Duration forMove, Duration forAll, Duration longestGap) {
        return new ActiveLiveness(moves, turn, nod, approach, forMove, forAll, longestGap, liveShare);
    }

    /** The same with another share of frames that must look alive. */
    public ActiveLiveness liveShare(double share) {
        return new ActiveLiveness(moves, turn, nod, approach, moveTime, totalTime, maxGap, share);
    }

    /**
     * Starts now, with moves that nobody can foretell.
     *
     * @param verifier finds, embeds and judges the faces; built with a check of liveness, and left open
     */
    public Session start(FaceVerifier verifier) {
        return start(verifier, Clock.systemUTC(), new SecureRandom());
    }

    /**
     * Starts at the time of a clock, with moves drawn from a source. Same frames, times and draws give the same states.
     *
     * @param verifier finds, embeds and judges the faces; built with a check of liveness, and left open
     * @param clock tells the time of the start, and of frames that are pushed without one
     * @param random draws the moves, all at once
     */
    public Session start(FaceVerifier verifier, Clock clock, RandomGenerator random) {
        return new Session(this, verifier, clock, random);
    }

    /** What can be asked for. Left and right are the person's own. */
    public enum Move {
        /** To the person's left, the right of an image that is not mirrored. */
        TURN_LEFT("Turn your head slowly to the left."),
        /** To the person's right, the left of an image that is not mirrored. */
        TURN_RIGHT("Turn your head slowly to the right."),
        /** The head tilts back. */
        LOOK_UP("Look up slowly."),
        /** The head tilts forward. */
        LOOK_DOWN("Look down slowly."),
        /** The face becomes larger. */
        COME_CLOSER("Come closer to the camera.");

        private final String instruction;

        Move(String instruction) {
            this.instruction = instruction;
        }

        /** A sentence for the person in front of the camera. */
        public String instruction() {
            return instruction;
        }
    }

    /** Where a session stands. */
    public enum Phase {
        /** The person is to look straight ahead: at first, and after each move. */
        LOOK_STRAIGHT,
        /** The person is to do a move. */
        MOVE,
        /** All moves were done. */
        PASSED,
        /** It was ended; the reason says why. */
        FAILED
    }

    /** Why a session failed, or what is wrong with the last frame. */
    public enum Reason {
        /** No face was found. */
        NO_FACE("No face can be seen. Please look into the camera, in good light."),
        /** There is a second face, at least half as wide as the first. */
        SEVERAL_FACES("Several faces can be seen. Please be alone in front of the camera."),
        /** No frame came for longer than the gap allows. */
        FRAMES_MISSING("The camera stood still for too long. Please try again."),
        /** A frame is older than the one before it. */
        FRAMES_OUT_OF_ORDER("The camera's frames came in the wrong order. Please try again."),
        /** There were no more frames. */
        FRAMES_ENDED("The camera stopped before all was done. Please try again."),
        /** The face moved faster than it can be followed, or than a head can move. */
        NOT_SMOOTH("The movement was too fast to follow. Please try again, and move slowly."),
        /** Another face took the place of the first. */
        OTHER_FACE("The face changed. Please try again, and stay in front of the camera."),
        /** Another move was done than the one that was asked for. */
        WRONG_MOVE("Another movement was asked for. Please try again."),
        /** The move was there sooner than anybody could have answered. */
        TOO_EARLY("The movement came before it was asked for. Please try again."),
        /** The time for a move, or for all, was over. */
        TOO_LATE("It took too long. Please try again."),
        /** Too few frames look alive to the passive check. */
        SPOOF_SUSPECTED("The camera may have seen a picture of a face. Please look into it directly.");

        private final String message;

        Reason(String message) {
            this.message = message;
        }

        /** A sentence for the person in front of the camera. */
        public String message() {
            return message;
        }
    }

    /**
     * What a session knows after a frame. Moves to come are not told.
     *
     * @param phase where it stands
     * @param move what is asked for now; empty in other phases than {@link Phase#MOVE}
     * @param done how many moves were done
     * @param moves how many there are
     * @param progress how much of the move is done, in [0, 1]; 0 in other phases
     * @param reason why it failed; empty otherwise
     * @param hint what is wrong with the last frame, though it may go on; empty when it was used
     */
    public record State(
            Phase phase,
            Optional<Move> move,
            int done,
            int moves,
            double progress,
            Optional<Reason> reason,
            Optional<Reason> hint) {
        /** Whether no more frames are needed. */
        public boolean isOver() {
            return phase == Phase.PASSED || phase == Phase.FAILED;
        }

        /** A sentence for the person in front of the camera: what to do now, or how it ended. */
        public String instruction() {
            return switch (phase) {
                case LOOK_STRAIGHT -> "Look straight into the camera.";
                case MOVE -> move.orElseThrow().instruction();
                case PASSED -> "Thank you, that was all.";
                case FAILED -> reason.orElseThrow().message();
            };
        }
    }

    /**
     * One challenge to one person. It keeps two embeddings and some numbers, no frame, whatever the number of frames.
     * Safe for threads: frames are judged one after the other.
     */
    public static final class Session {
        private final Clock clock;
        private final Sight sight;
        private final Challenge challenge;

        private Session(ActiveLiveness limits, FaceVerifier verifier, Clock clock, RandomGenerator random) {
            this.clock = clock;
            this.sight = new Sight(verifier);
            this.challenge = new Challenge(
                    limits, verifier.threshold().value(), Challenge.draw(limits, random), clock.instant());
        }

        /** Where it stands. */
        public synchronized State state() {
            return challenge.state();
        }

        /**
         * Judges a frame that was taken now.
         *
         * @param frame an upright image, not mirrored; ignored when the session is over
         * @throws IllegalStateException when the verifier was built without a check of liveness, or is closed
         */
        public State push(Image frame) {
            return push(frame, clock.instant());
        }

        /**
         * Judges a frame.
         *
         * @param frame an upright image, not mirrored; ignored when the session is over
         * @param taken when; take the time at which it came to you, not one that the other side tells
         * @throws IllegalStateException when the verifier was built without a check of liveness, or is closed
         */
        public synchronized State push(Image frame, Instant taken) {
            if (challenge.state().isOver()) {
                return challenge.state();
            }
            return sight.of(frame).apply(challenge, taken);
        }

        /**
         * Judges frames as they come, until it is over; with none left it fails as {@link Reason#FRAMES_ENDED}.
         *
         * @param frames upright images, not mirrored; each counts as taken when it is asked for
         */
        public State run(Iterator<Image> frames) {
            while (!state().isOver() && frames.hasNext()) {
                push(frames.next());
            }
            synchronized (this) {
                return challenge.state().isOver() ? challenge.state() : challenge.fail(Reason.FRAMES_ENDED);
            }
        }

        /**
         * Who did the moves: the face as it looked straight ahead in the end. Compare it with the one you know, else
         * somebody else may have moved.
         *
         * @return empty unless the session was passed
         */
        public synchronized Optional<Embedding> face() {
            return challenge.state().phase() == Phase.PASSED ? challenge.lastFace() : Optional.empty();
        }
    }
}
