package io.facever.eval;

/**
 * A 95 % interval.
 *
 * @param low lower end
 * @param high upper end
 * @since 0.1.0
 */
public record Interval(double low, double high) {
    /** Checks the order. */
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("an interval has low <= high, found " + low + " and " + high);
        }
    }
}
