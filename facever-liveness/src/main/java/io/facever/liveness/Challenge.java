package io.facever.liveness;

import io.facever.Embedding;
import io.facever.Point;
import io.facever.liveness.ActiveLiveness.Move;
import io.facever.liveness.ActiveLiveness.Phase;
import io.facever.liveness.ActiveLiveness.Reason;
import io.facever.liveness.ActiveLiveness.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The states of a session, by numbers alone. Before the middle is known nothing is held against the person but the
 * time: whatever breaks a rule then only begins anew. After that the first rule broken ends it.
 */
final class Challenge {
    /** Frames that must agree: one alone may be a landmark astray. */
    private static final int HOLD = 2;

    private static final int SETTLE = 3;

    /** From where on a face is not looked at as straight ahead at all, degrees. */
    private static final double MOST_YAW_OF_MIDDLE = 25;

    /** How far frames of a face at rest differ: poses of photos that were only enlarged differed by up to 6.7°. */
    private static final double REST_DEGREES = 8;

    private static final double REST_SIZE = 1.15;

    /** How much of a move still counts as the middle. */
    private static final double MIDDLE = 0.6;

    /** From how much of a move on a frame shows the way to it. */
    private static final double ON_THE_WAY = 0.4;

    /** How many times as far as the move that was asked for another must be. */
    private static final double STANDS_OUT = 2;

    /** Nobody sees what is asked for and has done it sooner. */
    private static final Duration LEAST_REACTION = Duration.ofMillis(300);

    /** What frame and frame may differ by: twice the error of a landmark, and how fast heads move. */
    private static final double STEP_DEGREES = 12;

    private static final double DEGREES_PER_SECOND = 150;
    private static final double STEP_SIZE = 1.2;
    private static final double SIZE_PER_SECOND = 1;
    /** In distances of the eyes. */
    private static final double STEP_PLACE = 0.5;

    private static final double PLACE_PER_SECOND = 4;

    /**
     * A face in a frame.
     *
     * @param yaw degrees
     * @param pitch degrees
     * @param size distance of the eyes, seen from the front, pixels
     * @param centre of the box, pixels
     * @param face who it is
     * @param live whether it passed the passive check
     */
    record Seen(double yaw, double pitch, double size, Point centre, Embedding face, boolean live) {}

    private record Last(Instant at, Seen seen) {}

    private final ActiveLiveness limits;
    private final double sameFace;
    private final List<Move> asked;
    private final Instant start;
    private final List<Seen> settling = new ArrayList<>(SETTLE);
    private Phase phase = Phase.LOOK_STRAIGHT;
    private int done;
    private double progress;
    private Optional<Reason> reason = Optional.empty();
    private Optional<Reason> hint = Optional.empty();
    private Instant lastFrame;
    private Optional<Last> last = Optional.empty();
    /** The face as it looked straight ahead at first; moves are measured from it. */
    private Optional<Seen> middle = Optional.empty();

    private Instant askedAt;
    private Instant reachedAt;
    private int reached;
    private int wrong;
    private int onTheWay;
    private int frames;
    private int liveFrames;

    /**
     * A challenge.
     *
     * @param sameFace least cosine between frames of one person
     * @param asked the moves, in order
     */
    Challenge(ActiveLiveness limits, double sameFace, List<Move> asked, Instant start) {
        this.limits = limits;
        this.sameFace = sameFace;
        this.asked = List.copyOf(asked);
        this.start = start;
        this.lastFrame = start;
        this.askedAt = start;
        this.reachedAt = start;
    }

    /** Different moves in random order. */
    static List<Move> draw(ActiveLiveness limits, RandomGenerator random) {
        List<Move> left = new ArrayList<>(Arrays.asList(Move.values()));
        List<Move> drawn = new ArrayList<>();
        for (int i = 0; i < limits.moves(); i++) {
            drawn.add(left.remove(random.nextInt(left.size())));
        }
        return drawn;
    }

    State state() {
        return new State(
                phase,
                phase == Phase.MOVE ? Optional.of(asked.get(done)) : Optional.empty(),
                done,
                asked.size(),
                progress,
                reason,
                hint);
    }

    Optional<Embedding> lastFace() {
        return last.map(one -> one.seen().face());
    }

    State fail(Reason why) {
        phase = Phase.FAILED;
        reason = Optional.of(why);
        hint = Optional.empty();
        progress = 0;
        return state();
    }

    /** A frame without a face that can be used. */
    State missing(Instant at, Reason why) {
        if (state().isOver() || !arrive(at)) {
            return state();
        }
        hint = Optional.of(why);
        if (last.isPresent() && isGap(at)) {
            if (middle.isPresent()) {
                return fail(why);
            }
            beginAnew();
        }
        return state();
    }

    /** A frame with a face. */
    State see(Instant at, Seen seen) {
        if (state().isOver() || !arrive(at)) {
            return state();
        }
        hint = Optional.empty();
        Optional<Reason> broken = last.flatMap(before -> broken(before, at, seen));
        if (broken.isPresent()) {
            if (middle.isPresent()) {
                return fail(broken.get());
            }
            beginAnew();
        }
        last = Optional.of(new Last(at, seen));
        if (middle.isEmpty()) {
            settle(at, seen);
            return state();
        }
        frames++;
        liveFrames += seen.live() ? 1 : 0;
        return phase == Phase.MOVE ? follow(at, seen) : straighten(at, seen, middle.get());
    }

    /** Order and time, which hold for every frame. */
    private boolean arrive(Instant at) {
        if (at.isBefore(lastFrame)) {
            fail(Reason.FRAMES_OUT_OF_ORDER);
            return false;
        }
        lastFrame = at;
        boolean late = isLonger(start, at, limits.totalTime())
                || (phase == Phase.MOVE && isLonger(askedAt, at, limits.moveTime()));
        if (late) {
            fail(Reason.TOO_LATE);
        }
        return !late;
    }

    private static boolean isLonger(Instant from, Instant to, Duration limit) {
        return Duration.between(from, to).compareTo(limit) > 0;
    }

    private boolean isGap(Instant at) {
        return last.isPresent() && isLonger(last.get().at(), at, limits.maxGap());
    }

    private void beginAnew() {
        settling.clear();
        last = Optional.empty();
    }

    /** Whether one face can have come from there to here. */
    private Optional<Reason> broken(Last before, Instant at, Seen seen) {
        if (isGap(at)) {
            return Optional.of(Reason.FRAMES_MISSING);
        }
        Seen from = before.seen();
        if (from.face().cosine(seen.face()) < sameFace) {
            return Optional.of(Reason.OTHER_FACE);
        }
        double seconds = Duration.between(before.at(), at).toNanos() / 1e9;
        double degrees = STEP_DEGREES + DEGREES_PER_SECOND * seconds;
        double size = STEP_SIZE + SIZE_PER_SECOND * seconds;
        double place = (STEP_PLACE + PLACE_PER_SECOND * seconds) * Math.max(from.size(), seen.size());
        boolean smooth = Math.abs(seen.yaw() - from.yaw()) <= degrees
                && Math.abs(seen.pitch() - from.pitch()) <= degrees
                && ratio(seen, from) <= size
                && ratio(from, seen) <= size
                && seen.centre().distanceTo(from.centre()) <= place;
        return smooth ? Optional.empty() : Optional.of(Reason.NOT_SMOOTH);
    }

    private static double ratio(Seen a, Seen b) {
        return a.size() / b.size();
    }

    /** Waits for a face at rest; its mean is the middle. */
    private void settle(Instant at, Seen seen) {
        boolean atRest = settling.stream()
                .allMatch(other -> Math.abs(other.yaw() - seen.yaw()) <= REST_DEGREES
                        && Math.abs(other.pitch() - seen.pitch()) <= REST_DEGREES
                        && ratio(other, seen) <= REST_SIZE
                        && ratio(seen, other) <= REST_SIZE);
        if (!atRest) {
            settling.clear();
        }
        if (Math.abs(seen.yaw()) > MOST_YAW_OF_MIDDLE) {
            settling.clear();
            return;
        }
        settling.add(seen);
        if (settling.size() == SETTLE) {
            middle = Optional.of(new Seen(
                    settling.stream().mapToDouble(Seen::yaw).average().orElseThrow(),
                    settling.stream().mapToDouble(Seen::pitch).average().orElseThrow(),
                    settling.stream().mapToDouble(Seen::size).average().orElseThrow(),
                    seen.centre(),
                    seen.face(),
                    seen.live()));
            frames = SETTLE;
            liveFrames = (int) settling.stream().filter(Seen::live).count();
            settling.clear();
            ask(at);
        }
    }

    private void ask(Instant at) {
        phase = Phase.MOVE;
        askedAt = at;
        progress = 0;
        reached = 0;
        wrong = 0;
        onTheWay = 0;
    }

    /** Waits for the head to come back, and to be the same. */
    private State straighten(Instant at, Seen seen, Seen first) {
        boolean straight = Arrays.stream(Move.values()).allMatch(move -> share(move, seen, first) <= MIDDLE)
                && !isFar(seen, first);
        if (!straight) {
            reached = 0;
            return state();
        }
        if (first.face().cosine(seen.face()) < sameFace) {
            return fail(Reason.OTHER_FACE);
        }
        reached++;
        if (reached < HOLD) {
            return state();
        }
        if (done < asked.size()) {
            ask(at);
            return state();
        }
        if (liveFrames < limits.liveShare() * frames) {
            return fail(Reason.SPOOF_SUSPECTED);
        }
        phase = Phase.PASSED;
        return state();
    }

    private boolean isFar(Seen seen, Seen first) {
        return ratio(first, seen) > 1 + MIDDLE * (limits.approach() - 1);
    }

    /** Watches a move. */
    private State follow(Instant at, Seen seen) {
        Seen first = middle.orElseThrow();
        double share = share(asked.get(done), seen, first);
        progress = Math.max(0, Math.min(1, share));
        if (share < 1) {
            reached = 0;
            onTheWay += share >= ON_THE_WAY ? 1 : 0;
            wrong = isAnother(share, seen, first) ? wrong + 1 : 0;
            return wrong < HOLD ? state() : fail(Reason.WRONG_MOVE);
        }
        wrong = 0;
        reached++;
        if (reached == 1) {
            reachedAt = at;
        }
        if (reached < HOLD) {
            return state();
        }
        if (!isLonger(askedAt, reachedAt, LEAST_REACTION)) {
            return fail(Reason.TOO_EARLY);
        }
        if (onTheWay == 0) {
            return fail(Reason.NOT_SMOOTH);
        }
        done++;
        phase = Phase.LOOK_STRAIGHT;
        progress = 0;
        reached = 0;
        return state();
    }

    /** Another move must stand out: a far turn reads as a bit of a nod, too. */
    private boolean isAnother(double share, Seen seen, Seen first) {
        double least = Math.max(1, STANDS_OUT * share);
        return Arrays.stream(Move.values())
                .anyMatch(move -> move != asked.get(done) && share(move, seen, first) >= least);
    }

    /** How much of a move is done: 0 in the middle, 1 where it counts. */
    private double share(Move move, Seen seen, Seen first) {
        return switch (move) {
            case TURN_LEFT -> (seen.yaw() - first.yaw()) / limits.turn();
            case TURN_RIGHT -> (first.yaw() - seen.yaw()) / limits.turn();
            case LOOK_UP -> (seen.pitch() - first.pitch()) / limits.nod();
            case LOOK_DOWN -> (first.pitch() - seen.pitch()) / limits.nod();
            case COME_CLOSER -> (ratio(seen, first) - 1) / (limits.approach() - 1);
        };
    }
}
