package io.facever;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Which face of an image is meant when there are several.
 *
 * @since 0.1.0
 */
public enum FaceSelection {
    /** The face with the largest box. */
    LARGEST,
    /** The face whose box has its centre nearest to the centre of the image. */
    MOST_CENTRAL,
    /** The face that the detector is most sure of. */
    HIGHEST_SCORE,
    /** The only face; several make the outcome {@link Outcome#INCONCLUSIVE}. */
    SINGLE,
    /**
     * Every face of one image against every face of the other; the best pair decides. A chance match grows with the
     * number of pairs: the error rate of a threshold holds for one pair.
     */
    ALL_PAIRS;

    /**
     * The faces meant.
     *
     * @param faces the faces of the image, best first
     * @param width width of the image, pixels
     * @param height height of the image, pixels
     * @return none, one, or with {@link #ALL_PAIRS} all of them; none with {@link #SINGLE} when there are several
     */
    public List<Face> select(List<Face> faces, int width, int height) {
        Point center = new Point((width - 1) / 2.0, (height - 1) / 2.0);
        return switch (this) {
            case LARGEST -> best(
                    faces, Comparator.comparingDouble(face -> -face.box().area()));
            case MOST_CENTRAL -> best(
                    faces,
                    Comparator.comparingDouble(face -> face.box().center().distanceTo(center)));
            case HIGHEST_SCORE -> best(faces, Comparator.comparingDouble(face -> -face.score()));
            case SINGLE -> faces.size() == 1 ? List.copyOf(faces) : List.of();
            case ALL_PAIRS -> List.copyOf(faces);
        };
    }

    // the earlier face wins a tie
    private static List<Face> best(List<Face> faces, Comparator<Face> order) {
        return faces.isEmpty() ? List.of() : List.of(Collections.min(faces, order));
    }
}
