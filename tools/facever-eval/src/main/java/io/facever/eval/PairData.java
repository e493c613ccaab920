package io.facever.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Pairs whose images are there, and the people in them. */
final class PairData {
    private final List<PairsFile.Pair> pairs;
    private final Map<PairsFile.Photo, Path> files;
    private final Map<String, Integer> people;
    private final List<String> missing;
    private final int skipped;

    private PairData(
            List<PairsFile.Pair> pairs,
            Map<PairsFile.Photo, Path> files,
            Map<String, Integer> people,
            List<String> missing,
            int skipped) {
        this.missing = missing;
        this.pairs = pairs;
        this.files = files;
        this.people = people;
        this.skipped = skipped;
    }

    /**
     * Looks the images up.
     *
     * @param skipMissing leave out pairs with missing images, instead of failing
     */
    static PairData of(PairsFile file, ImageFolder images, boolean skipMissing) {
        Set<PairsFile.Photo> photos = new LinkedHashSet<>();
        file.pairs().forEach(pair -> {
            photos.add(pair.first());
            photos.add(pair.second());
        });
        Map<PairsFile.Photo, Path> files = images.find(photos, skipMissing);
        List<PairsFile.Pair> pairs = file.pairs().stream()
                .filter(pair -> files.containsKey(pair.first()) && files.containsKey(pair.second()))
                .toList();
        if (pairs.stream().map(PairsFile.Pair::fold).distinct().count() < 2) {
            throw new EvaluationException(
                    "evaluation-images",
                    "after leaving out missing images, pairs of fewer than two folds remain (" + pairs.size() + " of "
                            + file.pairs().size() + " pairs); add images");
        }
        Map<String, Integer> people = new LinkedHashMap<>();
        files.keySet().forEach(photo -> people.putIfAbsent(photo.person(), people.size()));
        List<String> missing = photos.stream()
                .filter(photo -> !files.containsKey(photo))
                .map(PairsFile.Photo::path)
                .toList();
        return new PairData(pairs, files, people, missing, file.pairs().size() - pairs.size());
    }

    List<PairsFile.Pair> pairs() {
        return pairs;
    }

    Map<PairsFile.Photo, Path> files() {
        return files;
    }

    Map<String, Integer> people() {
        return people;
    }

    /** Images that the pairs name and that are not there; empty unless they may be left out. */
    List<String> missing() {
        return missing;
    }

    /** How many pairs of the file are left out because an image is missing. */
    int skipped() {
        return skipped;
    }

    Path file(PairsFile.Photo photo) {
        Path file = files.get(photo);
        if (file == null) {
            throw new IllegalArgumentException(photo + " is not part of this data");
        }
        return file;
    }

    private int person(PairsFile.Photo photo) {
        return people.getOrDefault(photo.person(), -1);
    }

    /** What became of the pairs. */
    static final class Scored {
        private final List<PairsFile.Pair> compared = new ArrayList<>();
        private final List<Double> scores = new ArrayList<>();
        private final List<PairsFile.Pair> failed = new ArrayList<>();
        private final PairData data;

        Scored(PairData data) {
            this.data = data;
        }

        /** Pairs in which both faces were found, in the order of {@link #pairs}. */
        List<PairsFile.Pair> compared() {
            return compared;
        }

        /** Pairs in which a face was not found. */
        List<PairsFile.Pair> failed() {
            return failed;
        }

        double score(int pair) {
            return scores.get(pair);
        }

        /** Scores without the failures. */
        ScoredPairs pairs() {
            return data.scored(compared, scores);
        }

        /** Scores where each failure is an error at every threshold: −∞ for the same person, +∞ for others. */
        ScoredPairs withFailuresAsErrors() {
            List<PairsFile.Pair> all = new ArrayList<>(compared);
            List<Double> allScores = new ArrayList<>(scores);
            for (PairsFile.Pair pair : failed) {
                all.add(pair);
                allScores.add(pair.same() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
            }
            return data.scored(all, allScores);
        }
    }

    private ScoredPairs scored(List<PairsFile.Pair> list, List<Double> scores) {
        return ScoredPairs.of(
                scores.stream().mapToDouble(Double::doubleValue).toArray(),
                list.stream().mapToInt(PairsFile.Pair::fold).toArray(),
                list.stream().mapToInt(pair -> person(pair.first())).toArray(),
                list.stream().mapToInt(pair -> person(pair.second())).toArray());
    }

    /**
     * Compares the pairs.
     *
     * @param firsts templates of the files, for the first image of each pair
     * @param seconds templates for the second image: the same, or of changed images
     */
    Scored score(Map<Path, Template> firsts, Map<Path, Template> seconds) {
        return scoreOf(pairs, firsts, seconds);
    }

    /** Compares some of the pairs. */
    Scored scoreOf(List<PairsFile.Pair> some, Map<Path, Template> firsts, Map<Path, Template> seconds) {
        return scoredOf(some, (one, other) -> {
            Template first = firsts.getOrDefault(one, Template.failed());
            Template second = seconds.getOrDefault(other, Template.failed());
            return first.acquired() && second.acquired() ? Optional.of(first.cosine(second)) : Optional.empty();
        });
    }

    /**
     * Compares some of the pairs in a way of its own.
     *
     * @param score of the two images of a pair; empty where a face was not found
     */
    Scored scoredOf(List<PairsFile.Pair> some, BiFunction<Path, Path, Optional<Double>> score) {
        Scored scored = new Scored(this);
        for (PairsFile.Pair pair : some) {
            Optional<Double> one = score.apply(file(pair.first()), file(pair.second()));
            if (one.isPresent()) {
                scored.compared.add(pair);
                scored.scores.add(one.get());
            } else {
                scored.failed.add(pair);
            }
        }
        return scored;
    }
}
