package io.facever.eval;

import java.util.Arrays;

/**
 * Counts of values in bins of equal width. Not safe for threads; histograms of parts can be added up.
 *
 * @since 0.1.0
 */
public final class Histogram {
    private final double low;
    private final double high;
    private final long[] counts;

    /**
     * An empty histogram. Values below {@code low} go to the first bin, values from {@code high} on to the last.
     *
     * @param low lower edge of the first bin
     * @param high upper edge of the last bin, above {@code low}
     * @param bins at least 1
     */
    public Histogram(double low, double high, int bins) {
        if (!(low < high) || bins < 1) {
            throw new IllegalArgumentException(
                    "a histogram has low < high and at least 1 bin, found " + low + ", " + high + ", " + bins);
        }
        this.low = low;
        this.high = high;
        this.counts = new long[bins];
    }

    /** Counts one value; not NaN. */
    public void add(double value) {
        int bin = (int) Math.floor((value - low) / (high - low) * counts.length);
        counts[Math.max(0, Math.min(counts.length - 1, bin))]++;
    }

    /** Adds the counts of a histogram of the same bins. */
    public void addAll(Histogram other) {
        if (other.low != low || other.high != high || other.counts.length != counts.length) {
            throw new IllegalArgumentException("histograms of other bins can't be added");
        }
        for (int bin = 0; bin < counts.length; bin++) {
            counts[bin] += other.counts[bin];
        }
    }

    /** How many bins. */
    public int bins() {
        return counts.length;
    }

    /** Count of one bin. */
    public long count(int bin) {
        return counts[bin];
    }

    /** Count of all bins. */
    public long total() {
        return Arrays.stream(counts).sum();
    }

    /** Lower edge of a bin; of {@code bins()}, the upper edge of the last. */
    public double edge(int bin) {
        return low + (high - low) * bin / counts.length;
    }

    /** The highest bin edge with at least {@code wanted} values at or above it; the lowest edge if there are fewer. */
    double edgeWithAbove(long wanted) {
        long above = 0;
        for (int bin = counts.length - 1; bin >= 0; bin--) {
            above += counts[bin];
            if (above >= wanted) {
                return edge(bin);
            }
        }
        return low;
    }
}
