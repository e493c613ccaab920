package io.facever.mtcnn;

import io.facever.Box;
import java.util.Arrays;

/**
 * Boxes on their way through the cascade, as plain arrays that are reused. Edges are counted from 1 to the last pixel,
 * as in the original code, which explains each "+ 1" below. Not safe for threads.
 */
final class Candidates {
    /** Numbers of a box: left, top, right, bottom. */
    static final int EDGES = 4;

    private static final int POINT_NUMBERS = 10;

    private int size;
    private double[] edges = new double[0];
    private double[] regression = new double[0];
    private double[] points = new double[0];
    private float[] scores = new float[0];

    // where the boxes are put in order; swapped with the arrays above
    private double[] spareEdges = new double[0];
    private double[] spareRegression = new double[0];
    private double[] sparePoints = new double[0];
    private float[] spareScores = new float[0];
    private long[] order = new long[0];
    private long[] byLeft = new long[0];
    private double[] areas = new double[0];
    private boolean[] dropped = new boolean[0];

    /** What the area shared by two boxes is divided by. */
    enum Overlap {
        /** Area of both together; edges without a "+ 1", as in torchvision. */
        UNION,
        /** Area of the smaller; edges with a "+ 1", as in the original code. */
        MINIMUM
    }

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** Adds a box without regression and points; they are zero until set. */
    int add(double left, double top, double right, double bottom, float score) {
        if (size == scores.length) {
            int capacity = Math.max(64, 2 * size);
            edges = Arrays.copyOf(edges, EDGES * capacity);
            regression = Arrays.copyOf(regression, EDGES * capacity);
            points = Arrays.copyOf(points, POINT_NUMBERS * capacity);
            scores = Arrays.copyOf(scores, capacity);
            spareEdges = new double[EDGES * capacity];
            spareRegression = new double[EDGES * capacity];
            sparePoints = new double[POINT_NUMBERS * capacity];
            spareScores = new float[capacity];
            order = new long[capacity];
            byLeft = new long[capacity];
            areas = new double[capacity];
            dropped = new boolean[capacity];
        }
        int at = EDGES * size;
        edges[at] = left;
        edges[at + 1] = top;
        edges[at + 2] = right;
        edges[at + 3] = bottom;
        scores[size] = score;
        return size++;
    }

    /** Adds all boxes of another collection, with all they have. */
    void addAllFrom(Candidates other) {
        for (int i = 0; i < other.size; i++) {
            addFrom(other, i);
        }
    }

    private void addFrom(Candidates other, int index) {
        int at = EDGES * index;
        int added = add(
                other.edges[at], other.edges[at + 1], other.edges[at + 2], other.edges[at + 3], other.scores[index]);
        System.arraycopy(other.regression, at, regression, EDGES * added, EDGES);
        System.arraycopy(other.points, POINT_NUMBERS * index, points, POINT_NUMBERS * added, POINT_NUMBERS);
    }

    double edge(int index, int edge) {
        return edges[EDGES * index + edge];
    }

    float score(int index) {
        return scores[index];
    }

    void setScore(int index, float score) {
        scores[index] = score;
    }

    void setRegression(int index, int edge, double value) {
        regression[EDGES * index + edge] = value;
    }

    /** A landmark coordinate: 0 to 4 are x, 5 to 9 are y; counted from 0. */
    double point(int index, int number) {
        return points[POINT_NUMBERS * index + number];
    }

    void setPoint(int index, int number, double value) {
        points[POINT_NUMBERS * index + number] = value;
    }

    private double width(int index) {
        return edge(index, 2) - edge(index, 0);
    }

    private double height(int index) {
        return edge(index, 3) - edge(index, 1);
    }

    /**
     * Non-maximum suppression: keeps the box of highest score, drops all that overlap it by more than the limit, and so
     * on. What stays is in order of score, highest first; of equal scores the earlier.
     */
    void suppress(double limit, Overlap overlap) {
        sortByScore();
        Arrays.fill(dropped, 0, size, false);
        double more = overlap == Overlap.MINIMUM ? 1 : 0;
        for (int i = 0; i < size; i++) {
            areas[i] = (width(i) + more) * (height(i) + more);
        }
        sortByLeft();
        int kept = 0;
        for (int i = 0; i < size; i++) {
            int best = (int) order[i];
            if (dropped[best]) {
                continue;
            }
            order[kept++] = best;
            // boxes that share more than the limit of their union share more than that part of either's width, so their
            // left edges are closer than the rest of it; a pixel for rounding
            double free = overlap == Overlap.UNION ? (1 - limit) * width(best) : Double.POSITIVE_INFINITY;
            int last = (int) Math.floor(edges[EDGES * best] + free + 1);
            for (int at = firstFrom(edges[EDGES * best] - free / limit - 1);
                    at < size && byLeft[at] >> 32 <= last;
                    at++) {
                int other = (int) byLeft[at];
                if (other != best && !dropped[other] && overlap(best, other, overlap, limit)) {
                    dropped[other] = true;
                }
            }
        }
        permute(kept);
    }

    /** Writes left edges, rounded down, and indices to {@link #byLeft}. */
    private void sortByLeft() {
        for (int i = 0; i < size; i++) {
            byLeft[i] = (long) (int) Math.floor(edges[EDGES * i]) << 32 | i;
        }
        Arrays.sort(byLeft, 0, size);
    }

    /** Where in {@link #byLeft} boxes begin that have their left edge here or further to the right. */
    private int firstFrom(double left) {
        int found = Arrays.binarySearch(byLeft, 0, size, (long) (int) Math.floor(left) << 32);
        return found < 0 ? -found - 1 : found;
    }

    /** Highest score first; of equal scores the earlier. Writes indices to {@link #order}. */
    private void sortByScore() {
        for (int i = 0; i < size; i++) {
            // bits of floats that are not negative are in the order of their values
            order[i] = (long) (Integer.MAX_VALUE - Float.floatToIntBits(Math.max(0f, scores[i]))) << 32 | i;
        }
        Arrays.sort(order, 0, size);
    }

    /** Whether two boxes overlap by more than the limit, as {@link Overlap} counts it. */
    private boolean overlap(int first, int second, Overlap kind, double limit) {
        double firstArea = areas[first];
        double secondArea = areas[second];
        boolean ofUnion = kind == Overlap.UNION;
        int a = EDGES * first;
        int b = EDGES * second;
        double more = ofUnion ? 0 : 1;
        double shared = Box.overlap(edges[a], edges[a + 2] + more, edges[b], edges[b + 2] + more)
                * Box.overlap(edges[a + 1], edges[a + 3] + more, edges[b + 1], edges[b + 3] + more);
        double whole = ofUnion ? firstArea + secondArea - shared : Math.min(firstArea, secondArea);
        return whole > 0 && shared / whole > limit;
    }

    /** Puts the boxes that {@link #order} names first in that order and forgets the rest. */
    private void permute(int kept) {
        for (int i = 0; i < kept; i++) {
            int from = (int) order[i];
            System.arraycopy(edges, EDGES * from, spareEdges, EDGES * i, EDGES);
            System.arraycopy(regression, EDGES * from, spareRegression, EDGES * i, EDGES);
            System.arraycopy(points, POINT_NUMBERS * from, sparePoints, POINT_NUMBERS * i, POINT_NUMBERS);
            spareScores[i] = scores[from];
        }
        double[] oldEdges = edges;
        double[] oldRegression = regression;
        double[] oldPoints = points;
        float[] oldScores = scores;
        edges = spareEdges;
        regression = spareRegression;
        points = sparePoints;
        scores = spareScores;
        spareEdges = oldEdges;
        spareRegression = oldRegression;
        sparePoints = oldPoints;
        spareScores = oldScores;
        size = kept;
    }

    /** Drops what is not above the threshold; the rest keeps its order. */
    void keepAbove(double threshold) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (scores[i] > threshold) {
                if (kept != i) {
                    System.arraycopy(edges, EDGES * i, edges, EDGES * kept, EDGES);
                    System.arraycopy(regression, EDGES * i, regression, EDGES * kept, EDGES);
                    System.arraycopy(points, POINT_NUMBERS * i, points, POINT_NUMBERS * kept, POINT_NUMBERS);
                    scores[kept] = scores[i];
                }
                kept++;
            }
        }
        size = kept;
    }

    /**
     * Moves each edge by its regression times width or height.
     *
     * @param more what is added to width and height: 0 after P-Net, 1 after the others
     */
    void regress(double more) {
        for (int i = 0; i < size; i++) {
            double width = width(i) + more;
            double height = height(i) + more;
            for (int edge = 0; edge < EDGES; edge++) {
                edges[EDGES * i + edge] += regression[EDGES * i + edge] * (edge % 2 == 0 ? width : height);
            }
        }
    }

    /** Makes each box a square of its longer side about its middle. */
    void square() {
        for (int i = 0; i < size; i++) {
            double width = width(i);
            double height = height(i);
            double side = Math.max(width, height);
            int at = EDGES * i;
            edges[at] += (width - side) / 2;
            edges[at + 1] += (height - side) / 2;
            edges[at + 2] = edges[at] + side;
            edges[at + 3] = edges[at + 1] + side;
        }
    }
}
