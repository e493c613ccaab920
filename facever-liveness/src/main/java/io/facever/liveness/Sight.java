package io.facever.liveness;

import io.facever.Box;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Point;
import io.facever.liveness.ActiveLiveness.Reason;
import io.facever.liveness.ActiveLiveness.State;
import java.time.Instant;
import java.util.List;

/** Turns a frame into the few numbers that a {@link Challenge} goes by. */
record Sight(FaceVerifier verifier) {
    /** The distance of eyes and mouth in distances of the eyes, as {@link Face.Pose} has it. */
    private static final double MOUTH_DOWN = 1.10;

    /** What was made of a frame, to be told to a challenge. */
    interface Finding {
        State apply(Challenge challenge, Instant taken);
    }

    Finding of(Image frame) {
        List<Face> found = verifier.detect(frame);
        if (found.isEmpty()) {
            return (challenge, taken) -> challenge.missing(taken, Reason.NO_FACE);
        }
        Face face = FaceSelection.LARGEST
                .select(found, frame.width(), frame.height())
                .get(0);
        double rival = found.stream()
                .filter(other -> !other.equals(face))
                .mapToDouble(other -> other.box().width())
                .max()
                .orElse(0);
        if (rival >= face.box().width() / 2) {
            return (challenge, taken) -> challenge.missing(taken, Reason.SEVERAL_FACES);
        }
        Embedding embedding = verifier.embed(frame, List.of(face)).get(0);
        boolean live = verifier.liveness(frame, face).isLive();
        Box box = face.box();
        Point centre = new Point((box.x1() + box.x2()) / 2, (box.y1() + box.y2()) / 2);
        Face.Pose pose = face.pose();
        Challenge.Seen seen =
                new Challenge.Seen(pose.yaw(), pose.pitch(), size(face.landmarks()), centre, embedding, live);
        return (challenge, taken) -> challenge.see(taken, seen);
    }

    /** A turn brings the eyes together and a nod eyes and mouth, so the larger of both tells the distance. */
    private static double size(Landmarks landmarks) {
        Point eyes = middle(landmarks.leftEye(), landmarks.rightEye());
        Point mouth = middle(landmarks.mouthLeft(), landmarks.mouthRight());
        return Math.max(landmarks.eyeDistance(), eyes.distanceTo(mouth) / MOUTH_DOWN);
    }

    private static Point middle(Point a, Point b) {
        return new Point((a.x() + b.x()) / 2, (a.y() + b.y()) / 2);
    }
}
