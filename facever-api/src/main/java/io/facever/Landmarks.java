package io.facever;

import java.util.List;

/**
 * The five landmarks of a face. Left and right are those of the <em>image</em>, as the viewer sees it: the left eye
 * here is the person's right eye. This is the order of MTCNN and of the alignment templates in use with it.
 *
 * @param leftEye centre of the eye on the left of the image
 * @param rightEye centre of the eye on the right of the image
 * @param nose tip of the nose
 * @param mouthLeft corner of the mouth on the left of the image
 * @param mouthRight corner of the mouth on the right of the image
 * @since 0.1.0
 */
public record Landmarks(Point leftEye, Point rightEye, Point nose, Point mouthLeft, Point mouthRight) {
    /** How many landmarks a face has. */
    public static final int COUNT = 5;

    /** The points in the order of the components. */
    public List<Point> points() {
        return List.of(leftEye, rightEye, nose, mouthLeft, mouthRight);
    }

    /**
     * Landmarks from five points in the order of the components.
     *
     * @param points five points
     * @throws IllegalArgumentException when there are not five
     */
    public static Landmarks of(List<Point> points) {
        if (points.size() != COUNT) {
            throw new IllegalArgumentException("a face has " + COUNT + " landmarks, found " + points.size());
        }
        return new Landmarks(points.get(0), points.get(1), points.get(2), points.get(3), points.get(4));
    }

    /** Distance between the centres of the eyes, pixels. */
    public double eyeDistance() {
        return leftEye.distanceTo(rightEye);
    }
}
