package io.facever.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Every image against every other. Scores are not held: a first pass counts them in a histogram, a second keeps the
 * pairs of different people with the highest scores, as many as the highest false match rate of interest needs. Genuine
 * pairs are few and are held.
 *
 * <p>Memory: 8 bytes for each genuine pair and 16 for each impostor pair kept, at most {@value #MOST_KEPT} of these
 * (rates that would need more have no point here).
 */
final class AllPairs {
    /** More are not kept: 256 MB. */
    static final int MOST_KEPT = 1 << 24;

    /** False match rates of interest: 1, 2 and 5 in each decade. */
    static final List<Double> RATES =
            List.of(0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5, 1e-5);

    private static final int FINE_BINS = 20_000;
    private static final int BLOCK = 64;
    /** Resamples of a tail take long, and their percentiles are wanted to two digits only. */
    private static final int RESAMPLES = 400;

    private final long impostors;
    private final double[] genuine;
    private final int[] genuinePerson;
    private final Histogram impostorHistogram;
    private final double[] tail;
    private final int[] tailFirst;
    private final int[] tailSecond;
    private final int[] imagesOfPerson;

    private AllPairs(
            long impostors,
            double[] genuine,
            int[] genuinePerson,
            Histogram impostorHistogram,
            Tail tail,
            int[] imagesOfPerson) {
        this.impostors = impostors;
        this.genuine = genuine;
        this.genuinePerson = genuinePerson;
        this.impostorHistogram = impostorHistogram;
        int[] order = Roc.descending(tail.scores());
        this.tail = Arrays.stream(order).mapToDouble(i -> tail.scores()[i]).toArray();
        this.tailFirst = Arrays.stream(order).map(i -> tail.first()[i]).toArray();
        this.tailSecond = Arrays.stream(order).map(i -> tail.second()[i]).toArray();
        this.imagesOfPerson = imagesOfPerson;
    }

    /** Rates at the threshold for one false match rate, with 95 % intervals by resampling people. */
    record RatePoint(
            double fmr,
            double threshold,
            double fnmr,
            Optional<Interval> thresholdInterval,
            Optional<Interval> fnmrInterval) {}

    /** Rates at a given threshold, with 95 % intervals by resampling people; none where the scores are not held. */
    record Rates(Roc.Point point, Optional<Interval> fmrInterval, Optional<Interval> fnmrInterval) {}

    /** What one block of rows gives. */
    private static final class Part {
        final Histogram histogram = new Histogram(-1, 1, FINE_BINS);
        final Numbers genuine = new Numbers();
        final Numbers genuinePerson = new Numbers();
        final Numbers tail = new Numbers();
        final Numbers tailFirst = new Numbers();
        final Numbers tailSecond = new Numbers();
    }

    /** A list of numbers without boxes. */
    private static final class Numbers {
        private double[] values = new double[16];
        private int size;

        void add(double value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        static double[] join(List<Numbers> parts) {
            double[] all = new double[parts.stream().mapToInt(part -> part.size).sum()];
            int at = 0;
            for (Numbers part : parts) {
                System.arraycopy(part.values, 0, all, at, part.size);
                at += part.size;
            }
            return all;
        }

        static int[] joinInts(List<Numbers> parts) {
            return Arrays.stream(join(parts)).mapToInt(value -> (int) value).toArray();
        }
    }

    /** Impostor pairs of high score. */
    private static final class Tail {
        private final double[] scores;
        private final int[] first;
        private final int[] second;

        Tail(double[] scores, int[] first, int[] second) {
            this.scores = scores;
            this.first = first;
            this.second = second;
        }

        double[] scores() {
            return scores;
        }

        int[] first() {
            return first;
        }

        int[] second() {
            return second;
        }
    }

    /**
     * Compares all.
     *
     * @param vectors unit vectors
     * @param people person of each, from 0
     */
    static AllPairs compare(List<float[]> vectors, int[] people, Workers workers, Progress.Factory progress) {
        List<Integer> blocks = IntStream.iterate(0, start -> start < vectors.size(), start -> start + BLOCK)
                .boxed()
                .toList();
        List<Part> first;
        try (Progress bar = progress.start("all pairs, counting", blocks.size())) {
            first = workers.map(blocks, bar, start -> rows(vectors, people, start, Double.POSITIVE_INFINITY));
        }
        Histogram histogram = new Histogram(-1, 1, FINE_BINS);
        first.forEach(part -> histogram.addAll(part.histogram));
        long impostors = histogram.total();
        // twice what the highest rate needs: where resamples draw people with similar faces, the tail reaches lower
        long needed = (long) (2 * RATES.get(0) * impostors) + 2;
        double cut = histogram.edgeWithAbove(Math.min(needed, MOST_KEPT));
        List<Part> second;
        try (Progress bar = progress.start("all pairs, highest scores", blocks.size())) {
            second = workers.map(blocks, bar, start -> rows(vectors, people, start, cut));
        }
        return new AllPairs(
                impostors,
                Numbers.join(first.stream().map(part -> part.genuine).toList()),
                Numbers.joinInts(first.stream().map(part -> part.genuinePerson).toList()),
                histogram,
                new Tail(
                        Numbers.join(second.stream().map(part -> part.tail).toList()),
                        Numbers.joinInts(
                                second.stream().map(part -> part.tailFirst).toList()),
                        Numbers.joinInts(
                                second.stream().map(part -> part.tailSecond).toList())),
                counts(people));
    }

    private static int[] counts(int[] people) {
        int[] counts = new int[Arrays.stream(people).max().orElse(-1) + 1];
        for (int person : people) {
            counts[person]++;
        }
        return counts;
    }

    private static Part rows(List<float[]> vectors, int[] people, int start, double cut) {
        Part part = new Part();
        boolean counting = cut == Double.POSITIVE_INFINITY;
        for (int i = start; i < Math.min(start + BLOCK, vectors.size()); i++) {
            for (int j = i + 1; j < vectors.size(); j++) {
                if (people[i] == people[j]) {
                    if (counting) {
                        part.genuine.add(Template.dot(vectors.get(i), vectors.get(j)));
                        part.genuinePerson.add(people[i]);
                    }
                    continue;
                }
                double score = Template.dot(vectors.get(i), vectors.get(j));
                if (counting) {
                    part.histogram.add(score);
                } else if (score >= cut) {
                    part.tail.add(score);
                    part.tailFirst.add(people[i]);
                    part.tailSecond.add(people[j]);
                }
            }
        }
        return part;
    }

    long impostorPairs() {
        return impostors;
    }

    long genuinePairs() {
        return genuine.length;
    }

    Histogram impostorHistogram() {
        return impostorHistogram;
    }

    /** Similarities of all pairs of the same person. */
    double[] genuine() {
        return genuine.clone();
    }

    /** The same pairs, each with person and weight, and the rates at the thresholds for {@link #RATES}. */
    List<RatePoint> points(SubjectBootstrap bootstrap) {
        List<Double> rates = RATES.stream()
                .filter(rate -> Proportion.measurable(rate, impostors))
                .filter(rate -> rate * impostors + 1 < tail.length)
                .toList();
        double[] sortedGenuine = genuine.clone();
        Arrays.sort(sortedGenuine);
        double[][] thresholds = new double[rates.size()][RESAMPLES];
        double[][] fnmrs = new double[rates.size()][RESAMPLES];
        UniformRandomProvider random = bootstrap.random();
        for (int resample = 0; resample < RESAMPLES; resample++) {
            int[] counts = SubjectBootstrap.draw(imagesOfPerson.length, random);
            double total = impostorWeight(counts);
            double genuineTotal = 0;
            for (int person : genuinePerson) {
                genuineTotal += counts[person];
            }
            double above = 0;
            int k = 0;
            // lowest rates first: their thresholds are met first on the way down
            for (int r = rates.size() - 1; r >= 0; r--) {
                while (k < tail.length) {
                    double weight = (double) counts[tailFirst[k]] * counts[tailSecond[k]];
                    if (above + weight > rates.get(r) * total) {
                        break;
                    }
                    above += weight;
                    k++;
                }
                thresholds[r][resample] = k < tail.length ? tail[k] : Double.NaN;
                double missed = 0;
                for (int g = 0; g < genuine.length; g++) {
                    missed += genuine[g] <= thresholds[r][resample] ? counts[genuinePerson[g]] : 0;
                }
                fnmrs[r][resample] = genuineTotal > 0 && k < tail.length ? missed / genuineTotal : Double.NaN;
            }
        }
        List<RatePoint> points = new ArrayList<>();
        for (int r = 0; r < rates.size(); r++) {
            double threshold = thresholdAt(rates.get(r));
            points.add(new RatePoint(
                    rates.get(r),
                    threshold,
                    fnmr(sortedGenuine, threshold),
                    SubjectBootstrap.percentiles(thresholds[r]),
                    SubjectBootstrap.percentiles(fnmrs[r])));
        }
        points.sort(Comparator.comparingDouble(RatePoint::fmr).reversed());
        return List.copyOf(points);
    }

    /** Rates at one threshold. */
    Rates at(double threshold, SubjectBootstrap bootstrap) {
        double[] fmrs = new double[RESAMPLES];
        double[] fnmrs = new double[RESAMPLES];
        boolean held = tail.length > 0 && threshold > tail[tail.length - 1];
        UniformRandomProvider random = bootstrap.random();
        for (int resample = 0; resample < RESAMPLES; resample++) {
            int[] counts = SubjectBootstrap.draw(imagesOfPerson.length, random);
            double matches = 0;
            for (int k = 0; k < tail.length && tail[k] >= threshold; k++) {
                matches += (double) counts[tailFirst[k]] * counts[tailSecond[k]];
            }
            double missed = 0;
            double all = 0;
            for (int g = 0; g < genuine.length; g++) {
                all += counts[genuinePerson[g]];
                missed += genuine[g] < threshold ? counts[genuinePerson[g]] : 0;
            }
            // 0/0 is NaN: such a resample counts for nothing
            fmrs[resample] = held ? matches / impostorWeight(counts) : Double.NaN;
            fnmrs[resample] = missed / all;
        }
        double fmr = fmr(threshold);
        double fnmr = fnmr(threshold);
        return new Rates(
                new Roc.Point(threshold, fmr, 1 - fnmr),
                new Proportion(Math.round(fmr * impostors), impostors).intervalOr(SubjectBootstrap.percentiles(fmrs)),
                new Proportion(Math.round(fnmr * genuine.length), genuine.length)
                        .intervalOr(SubjectBootstrap.percentiles(fnmrs)));
    }

    /** Total weight of all impostor pairs when people count as often as they were drawn. */
    private double impostorWeight(int[] counts) {
        double sum = 0;
        double squares = 0;
        for (int person = 0; person < counts.length; person++) {
            double images = (double) counts[person] * imagesOfPerson[person];
            sum += images;
            squares += images * images;
        }
        return (sum * sum - squares) / 2;
    }

    /** Midway between the last score that is let in at a false match rate and the first that is not. */
    private double thresholdAt(double rate) {
        int allowed = (int) Math.floor(rate * impostors + 1e-6);
        return allowed == 0 ? Math.nextUp(tail[0]) : between(tail[allowed], tail[allowed - 1]);
    }

    private static double between(double low, double high) {
        double middle = (low + high) / 2;
        return middle > low ? middle : Math.nextUp(high);
    }

    /** FMR at any threshold: exact among the scores kept, to the width of a fine bin below them. */
    double fmr(double threshold) {
        long above = 0;
        if (tail.length > 0 && threshold > tail[tail.length - 1]) {
            while (above < tail.length && tail[(int) above] >= threshold) {
                above++;
            }
        } else {
            for (int bin = impostorHistogram.bins() - 1; bin >= 0 && impostorHistogram.edge(bin) >= threshold; bin--) {
                above += impostorHistogram.count(bin);
            }
        }
        return (double) above / impostors;
    }

    /** FNMR at any threshold. */
    double fnmr(double threshold) {
        double[] sorted = genuine.clone();
        Arrays.sort(sorted);
        return fnmr(sorted, threshold);
    }

    private static double fnmr(double[] sorted, double threshold) {
        int below = 0;
        int high = sorted.length;
        while (below < high) {
            int middle = (below + high) >>> 1;
            if (sorted[middle] < threshold) {
                below = middle + 1;
            } else {
                high = middle;
            }
        }
        return (double) below / sorted.length;
    }
}
