package io.facever.mtcnn;

import io.facever.Detector;
import io.facever.spi.DetectorProvider;
import io.facever.spi.StageContext;
import java.util.Locale;

/**
 * MTCNN with its settings: a cascade of three networks that finds faces and five landmarks each. Immutable; each
 * setting gives a new one. Left alone: faces from 20 pixels, thresholds 0.6, 0.7 and 0.7, scale factor 0.709.
 *
 * <pre>{@code
 * FaceVerifier.builder().detector(new Mtcnn().minFaceSize(40)).build();
 * }</pre>
 *
 * <p>Source: K. Zhang, Z. Zhang, Z. Li, Y. Qiao, "Joint Face Detection and Alignment Using Multitask Cascaded
 * Convolutional Networks", IEEE Signal Processing Letters 23(10), 2016. The order of the steps, the overlap limits and
 * the rounding of boxes are those of github.com/timesler/facenet-pytorch (MIT) at commit 787da061, whose weights are in
 * use; what is different here:
 *
 * <ul>
 *   <li>Means over pixels are computed from whole-number sums, so they are exact before the division.
 *   <li>A photo larger than {@link #maxDetectionSize(int)} is searched at that size. That bounds time and memory; on a
 *       photo so large the smallest faces are not looked for.
 *   <li>Candidates of equal score keep the order in which they were found.
 * </ul>
 *
 * <p>Not different: the edges of a box are handed out as that code has them, counted from 1, so they lie up to a pixel
 * to the right of and below what they enclose. Landmarks count from 0, as {@link io.facever.Point} says.
 *
 * @since 0.1.0
 */
public final class Mtcnn implements DetectorProvider {
    /** The face that P-Net sees in one cell of its output, pixels. */
    static final int CELL = 12;

    private static final int RANK = 100;
    private static final int DEFAULT_MIN_FACE_SIZE = 20;
    private static final double DEFAULT_SCALE_FACTOR = 0.709;

    private static final int DEFAULT_MAX_DETECTION_SIZE = 1600;

    private final int minFaceSize;
    private final double scaleFactor;
    private final int maxDetectionSize;
    private final double proposalThreshold;
    private final double refinementThreshold;
    private final double outputThreshold;

    /** The defaults. */
    public Mtcnn() {
        this(DEFAULT_MIN_FACE_SIZE, DEFAULT_SCALE_FACTOR, DEFAULT_MAX_DETECTION_SIZE, 0.6, 0.7, 0.7);
    }

    private Mtcnn(
            int minFaceSize,
            double scaleFactor,
            int maxDetectionSize,
            double proposalThreshold,
            double refinementThreshold,
            double outputThreshold) {
        this.minFaceSize = minFaceSize;
        this.scaleFactor = scaleFactor;
        this.maxDetectionSize = maxDetectionSize;
        this.proposalThreshold = proposalThreshold;
        this.refinementThreshold = refinementThreshold;
        this.outputThreshold = outputThreshold;
    }

    /**
     * The smallest face to look for. Larger is faster.
     *
     * @param pixels side of its box, at least 12: P-Net sees no smaller face
     */
    public Mtcnn minFaceSize(int pixels) {
        if (pixels < CELL) {
            throw new IllegalArgumentException("the smallest face is at least " + CELL + " pixels, found " + pixels);
        }
        return new Mtcnn(
                pixels, scaleFactor, maxDetectionSize, proposalThreshold, refinementThreshold, outputThreshold);
    }

    /**
     * How much smaller each image of the pyramid is than the one before.
     *
     * @param factor between 0 and 1, both excluded; larger finds a little more and is slower
     */
    public Mtcnn scaleFactor(double factor) {
        if (!(factor > 0 && factor < 1)) {
            throw new IllegalArgumentException("the scale factor lies between 0 and 1, found " + factor);
        }
        return new Mtcnn(
                minFaceSize, factor, maxDetectionSize, proposalThreshold, refinementThreshold, outputThreshold);
    }

    /**
     * How sure each of the three networks must be of a face.
     *
     * @param proposal P-Net, in [0, 1]
     * @param refinement R-Net, in [0, 1]
     * @param output O-Net, in [0, 1]
     */
    public Mtcnn thresholds(double proposal, double refinement, double output) {
        for (double threshold : new double[] {proposal, refinement, output}) {
            if (!(threshold >= 0 && threshold <= 1)) {
                throw new IllegalArgumentException("detection thresholds lie in [0, 1], found " + threshold);
            }
        }
        return new Mtcnn(minFaceSize, scaleFactor, maxDetectionSize, proposal, refinement, output);
    }

    /**
     * The same with thresholds for a second look, none higher than before: measured in docs/quality.md on faces of
     * which the lower half is covered.
     */
    Mtcnn lenient() {
        return thresholds(
                Math.min(proposalThreshold, 0.4), Math.min(refinementThreshold, 0.4), Math.min(outputThreshold, 0.3));
    }

    /**
     * The size at which a large photo is searched. P-Net sees it reduced to this, so the smallest face that is looked
     * for grows with the photo: with the defaults and 4000 pixels, to 57. What it finds is refined in full resolution.
     * Smaller is faster and takes less memory.
     *
     * @param pixels the longer side, at least 12; 1600 if not set
     */
    public Mtcnn maxDetectionSize(int pixels) {
        if (pixels < CELL) {
            throw new IllegalArgumentException("photos are searched at " + CELL + " pixels or more, found " + pixels);
        }
        return new Mtcnn(minFaceSize, scaleFactor, pixels, proposalThreshold, refinementThreshold, outputThreshold);
    }

    @Override
    public String name() {
        return "mtcnn";
    }

    @Override
    public int rank() {
        return RANK;
    }

    @Override
    public Detector create(StageContext context) {
        return MtcnnDetector.open(this, context);
    }

    /** See {@link Detector#id()}. The number after the slash goes up when the faces of the same settings change. */
    String id() {
        return String.format(
                Locale.ROOT,
                "mtcnn/2 face=%d scale=%s size=%d thresholds=%s,%s,%s",
                minFaceSize,
                scaleFactor,
                maxDetectionSize,
                proposalThreshold,
                refinementThreshold,
                outputThreshold);
    }

    int maxDetectionSize() {
        return maxDetectionSize;
    }

    double proposalThreshold() {
        return proposalThreshold;
    }

    double refinementThreshold() {
        return refinementThreshold;
    }

    double outputThreshold() {
        return outputThreshold;
    }

    /** Scale of the largest image of the pyramid: the smallest face has the size of a cell there. */
    double firstScale() {
        return (double) CELL / minFaceSize;
    }

    double scaleFactor() {
        return scaleFactor;
    }
}
