package io.facever.eval;

import io.facever.Landmarks;
import io.facever.Point;

/**
 * How far a head is turned to the side, guessed from five landmarks: along the line between the eyes, the tip of the
 * nose lies in the middle of a face seen from the front and moves towards one eye as the head turns.
 */
enum Pose {
    FRONTAL("frontal"),
    SEMI_PROFILE("semi-profile"),
    PROFILE("profile");

    /** Limits of the nose's offset, in distances of the eyes; own choice, see docs/evaluation.md. */
    private static final double SEMI_FROM = 0.15;

    private static final double PROFILE_FROM = 0.40;

    private final String title;

    Pose(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** The stratum of one face. */
    static Pose of(Landmarks landmarks) {
        double offset = noseOffset(landmarks);
        return offset < SEMI_FROM ? FRONTAL : offset < PROFILE_FROM ? SEMI_PROFILE : PROFILE;
    }

    /** The stratum of a pair: that of the face that is turned more. */
    static Pose of(Landmarks first, Landmarks second) {
        Pose a = of(first);
        Pose b = of(second);
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** Offset of the nose from the middle between the eyes, along their line, in distances of the eyes; 0 or more. */
    static double noseOffset(Landmarks landmarks) {
        Point left = landmarks.leftEye();
        Point right = landmarks.rightEye();
        double dx = right.x() - left.x();
        double dy = right.y() - left.y();
        double length = Math.hypot(dx, dy);
        if (length == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double along = ((landmarks.nose().x() - (left.x() + right.x()) / 2) * dx
                        + (landmarks.nose().y() - (left.y() + right.y()) / 2) * dy)
                / length;
        return Math.abs(along) / length;
    }
}
