package io.facever.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.Face;
import io.facever.Face.Quality.Measure;
import io.facever.Image;
import io.facever.Threshold;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What the quality measures are worth: error-versus-discard curves (P. Grother and E. Tabassi, "Performance of
 * Biometric Quality Measures", IEEE TPAMI 29(4), 2007) over pairs of the same person, of which the second image is
 * changed. When the pairs of worst quality are left out, a measure that is worth something lets fewer of the rest be
 * missed; one that is worth nothing leaves the rate as it was, as leaving out at random does.
 */
final class QualityStudy {
    /** The false match rate that the threshold is taken at. */
    private static final double FMR = 1e-3;

    private static final List<Double> DISCARDS = List.of(0.05, 0.10, 0.20);

    /** How far the area goes, and in how many steps. */
    private static final double AREA_TO = 0.20;

    private static final int AREA_STEPS = 40;

    /** For one figure on those that are left out, and for the table that limits are chosen from. */
    private static final double LIMIT_DISCARD = 0.10;

    private static final List<Double> LIMIT_DISCARDS = List.of(0.01, 0.02, 0.05, LIMIT_DISCARD);

    private QualityStudy() {}

    /** One pair: the worse of both images counts. */
    record Judged(String change, double similarity, Face.Quality first, Face.Quality second) {
        double worst(Measure measure) {
            double a = first.values().getOrDefault(measure, Double.NaN);
            double b = second.values().getOrDefault(measure, Double.NaN);
            return measure.highIsGood() ? Math.min(a, b) : -Math.max(a, b);
        }

        double score() {
            return Math.min(first.score(), second.score());
        }

        boolean passes(Face.Quality.Gate gate) {
            return passes(gate, first) && passes(gate, second);
        }

        static boolean passes(Face.Quality.Gate gate, Face.Quality quality) {
            return gate.limits().entrySet().stream().allMatch(limit -> {
                double value = quality.values().getOrDefault(limit.getKey(), Double.NaN);
                return limit.getKey().highIsGood() ? value >= limit.getValue() : value <= limit.getValue();
            });
        }
    }

    /**
     * Runs all of it.
     *
     * @param perFold how many pairs of the same person of each fold take part; all if 0
     */
    static Section run(Pipeline pipeline, PairData data, Templates store, int perFold) {
        Threshold threshold = pipeline.verifier().resolve(Threshold.atFmr(FMR));
        List<PairsFile.Pair> pairs = genuine(data, perFold);
        List<Path> firsts =
                pairs.stream().map(pair -> data.file(pair.first())).distinct().toList();
        Map<Path, Template> plain = store.embed("images", pipeline, firsts, Optional.empty());
        List<Optional<Degradation>> changes = new ArrayList<>();
        changes.add(Optional.empty());
        Degradation.all().forEach(change -> changes.add(Optional.of(change)));
        List<List<PairsFile.Pair>> turns = turns(pairs, changes.size());
        List<Compared> compared = new ArrayList<>();
        int failed = 0;
        for (int i = 0; i < changes.size(); i++) {
            Optional<Degradation> change = changes.get(i);
            String title = change.map(Degradation::title).orElse("unchanged");
            List<Path> seconds = turns.get(i).stream()
                    .map(pair -> data.file(pair.second()))
                    .distinct()
                    .toList();
            Map<Path, Template> originals = store.embed("images", pipeline, seconds, Optional.empty());
            Map<Path, Template> changed = change.isEmpty() ? originals : store.embed(title, pipeline, seconds, change);
            for (PairsFile.Pair pair : turns.get(i)) {
                Path one = data.file(pair.first());
                Path other = data.file(pair.second());
                Template first = plain.getOrDefault(one, Template.failed());
                Template second = changed.getOrDefault(other, Template.failed());
                if (first.acquired() && second.acquired()) {
                    Template original = originals.getOrDefault(other, Template.failed());
                    compared.add(new Compared(title, change, one, first, other, original, second));
                } else {
                    failed++;
                }
            }
        }
        try (Workers workers = new Workers(store.cores());
                Progress bar = store.progress().start("quality", compared.size())) {
            return section(pipeline, workers.map(compared, bar, pair -> pair.judge(pipeline)), failed, threshold);
        }
    }

    /** A pair with both faces found, and what was done to its second image. */
    private record Compared(
            String title,
            Optional<Degradation> change,
            Path one,
            Template first,
            Path other,
            Template original,
            Template second) {
        Judged judge(Pipeline pipeline) {
            return new Judged(
                    title,
                    first.cosine(second),
                    quality(pipeline, one, Optional.empty(), first, first),
                    quality(pipeline, other, change, original, second));
        }
    }

    private static List<PairsFile.Pair> genuine(PairData data, int perFold) {
        Map<Integer, Integer> taken = new LinkedHashMap<>();
        return data.pairs().stream()
                .filter(PairsFile.Pair::same)
                .filter(pair ->
                        taken.merge(pair.fold(), 1, Integer::sum) <= (perFold == 0 ? Integer.MAX_VALUE : perFold))
                .toList();
    }

    /** Dealt out in turn, in each fold from the start, so that a pair is changed alike whichever folds take part. */
    private static List<List<PairsFile.Pair>> turns(List<PairsFile.Pair> pairs, int count) {
        List<List<PairsFile.Pair>> turns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            turns.add(new ArrayList<>());
        }
        Map<Integer, Integer> dealt = new LinkedHashMap<>();
        for (PairsFile.Pair pair : pairs) {
            turns.get((dealt.merge(pair.fold(), 1, Integer::sum) - 1) % count).add(pair);
        }
        return turns;
    }

    private static Face.Quality quality(
            Pipeline pipeline, Path file, Optional<Degradation> change, Template original, Template template) {
        byte[] bytes = Templates.readFile(file);
        Image image = pipeline.verifier().decode(bytes);
        Image seen = change.map(one -> one.apply(image, original.face().map(Face::box), Hashing.sha256(bytes)))
                .orElse(image);
        return Face.Quality.of(seen, template.face().orElseThrow());
    }

    static Section section(Pipeline pipeline, List<Judged> judged, int failed, Threshold threshold) {
        ObjectNode json = Json.object();
        Section section = new Section("quality", "Quality: error versus discard", json);
        double limit = threshold.value();
        section.note("Model " + pipeline.model() + ", aligner " + pipeline.alignerText() + ". " + judged.size()
                + " pairs of the same person; the second image is changed in one of "
                + Degradation.all().size()
                + " ways or not at all, in turn. Missed is a pair below " + Section.four(limit)
                + ", the threshold for a false match rate of 0.1 % (" + threshold.origin() + "). " + failed
                + " more pairs had an image without a face, and take no part.");
        Proportion all = missed(judged, limit);
        section.note("All pairs: FNMR " + Section.percent(all.rate()) + " "
                + Section.percent(Optional.of(all.interval())) + ". Leaving out at random leaves this rate.");
        json.put("pairs", judged.size());
        json.put("failedPairs", failed);
        Json.put(json, "fnmr", all.rate());
        List<String[]> rows = new ArrayList<>();
        ObjectNode curves = json.putObject("measures");
        rows.add(row(curves, "score, 0 to 100", judged, Judged::score, limit));
        for (Measure measure : Measure.values()) {
            rows.add(row(
                    curves,
                    measure.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    judged,
                    pair -> pair.worst(measure),
                    limit));
        }
        section.add(Section.table(
                "quality-discard",
                "FNMR of what is left after the pairs that a measure finds worst were left out. Area: mean FNMR while"
                        + " 0 to 20 % are left out, as a share of the FNMR of all; 1 is as good as random.",
                List.of(
                        "measure",
                        "5 % left out",
                        "10 % left out",
                        "20 % left out",
                        "missed among the 10 % left out",
                        "area"),
                rows));
        section.add(limits(judged, limit));
        section.add(gates(json, judged, limit));
        section.add(values(judged, limit));
        return section;
    }

    private static String[] row(
            ObjectNode json, String title, List<Judged> judged, ToDoubleFunction<Judged> quality, double limit) {
        List<Judged> sorted =
                judged.stream().sorted(Comparator.comparingDouble(quality)).toList();
        List<String> cells = new ArrayList<>(List.of(title));
        ObjectNode one = json.putObject(title);
        for (double discard : DISCARDS) {
            Proportion rest = missed(kept(sorted, discard), limit);
            Json.put(one, "fnmrWithout" + Math.round(100 * discard), rest.rate());
            cells.add(Section.percent(rest.rate()) + " " + Section.percent(Optional.of(rest.interval())));
        }
        Proportion out = missed(leftOut(sorted, LIMIT_DISCARD), limit);
        Json.put(one, "missedOfTheLeftOut", out.rate());
        cells.add(Section.percent(out.rate()) + " " + Section.percent(Optional.of(out.interval())));
        double area = area(sorted, limit);
        Json.put(one, "area", area);
        cells.add(String.format(Locale.ROOT, "%.3f", area));
        return cells.toArray(new String[0]);
    }

    /** Mean rate over the discards, relative to the rate of all. */
    static double area(List<Judged> sorted, double limit) {
        double sum = 0;
        for (int step = 0; step <= AREA_STEPS; step++) {
            sum += missed(kept(sorted, AREA_TO * step / AREA_STEPS), limit).rate();
        }
        return sum / (AREA_STEPS + 1) / missed(sorted, limit).rate();
    }

    private static List<Judged> kept(List<Judged> sorted, double discard) {
        return sorted.subList((int) Math.round(discard * sorted.size()), sorted.size());
    }

    private static List<Judged> leftOut(List<Judged> sorted, double discard) {
        return sorted.subList(0, (int) Math.round(discard * sorted.size()));
    }

    /** What a limit on one measure would do, for the values at which it leaves out the worst. */
    private static Section.Table limits(List<Judged> judged, double limit) {
        List<Judged> clean = judged.stream()
                .filter(pair -> pair.change().equals("unchanged"))
                .toList();
        List<String[]> rows = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            List<Judged> sorted = judged.stream()
                    .sorted(Comparator.comparingDouble(pair -> pair.worst(measure)))
                    .toList();
            for (double discard : LIMIT_DISCARDS) {
                List<Judged> out = leftOut(sorted, discard);
                if (!out.isEmpty()) {
                    double value = out.get(out.size() - 1).worst(measure);
                    Proportion rate = missed(out, limit);
                    Proportion cleanOut = new Proportion(
                            clean.stream()
                                    .filter(pair -> pair.worst(measure) <= value)
                                    .count(),
                            clean.size());
                    rows.add(new String[] {
                        measure.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        Section.percent(discard),
                        String.format(Locale.ROOT, "%.3g", Math.abs(value)),
                        Section.percent(rate.rate()) + " " + Section.percent(Optional.of(rate.interval())),
                        Section.percent(cleanOut.rate())
                    });
                }
            }
        }
        return Section.table(
                "quality-limits",
                "What limits are chosen from: the value beyond which the worst pairs lie, how many of these are missed,"
                        + " and how many of the unchanged pairs lie there too.",
                List.of("measure", "pairs beyond", "value", "missed of these", "of the unchanged pairs"),
                rows);
    }

    private static Proportion missed(List<Judged> judged, double limit) {
        return new Proportion(
                judged.stream().filter(pair -> pair.similarity() < limit).count(), judged.size());
    }

    /** The gates as a whole, and each of their limits by itself. */
    static Section.Table gates(ObjectNode json, List<Judged> judged, double limit) {
        Map<String, Face.Quality.Gate> gates = new LinkedHashMap<>();
        gates.put("standard", Face.Quality.standard());
        gates.put("strict", Face.Quality.strict());
        List<String[]> rows = new ArrayList<>();
        gates.forEach((name, gate) -> {
            rows.add(gate(json.putObject(name), name, gate, judged, limit));
            for (Measure measure : Measure.values()) {
                Double value = gate.limits().get(measure);
                if (value != null) {
                    String alone = name + ", "
                            + measure.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + value;
                    Face.Quality.Gate one = Face.Quality.off().limit(measure, value);
                    rows.add(gate(json.putObject(alone), alone, one, judged, limit));
                }
            }
        });
        return Section.table(
                "quality-gates",
                "What the gates refuse, and what each of their limits would refuse alone.",
                List.of("gate", "pairs refused", "missed of these", "of the unchanged pairs", "FNMR of the rest"),
                rows);
    }

    private static String[] gate(
            ObjectNode json, String name, Face.Quality.Gate gate, List<Judged> judged, double limit) {
        List<Judged> passed = judged.stream().filter(pair -> pair.passes(gate)).toList();
        List<Judged> refused =
                judged.stream().filter(pair -> !pair.passes(gate)).toList();
        List<Judged> clean = judged.stream()
                .filter(pair -> pair.change().equals("unchanged"))
                .toList();
        Proportion cleanRefused =
                new Proportion(clean.stream().filter(pair -> !pair.passes(gate)).count(), clean.size());
        Proportion share = new Proportion(refused.size(), judged.size());
        Proportion missed = missed(refused, limit);
        Proportion rest = missed(passed, limit);
        Json.put(json, "refused", share.rate());
        Json.put(json, "missedOfTheRefused", missed.rate());
        Json.put(json, "unchangedRefused", cleanRefused.rate());
        Json.put(json, "fnmrOfTheRest", rest.rate());
        return new String[] {
            name,
            refused.size() + ", " + Section.percent(share.rate()),
            Section.percent(missed.rate()) + " " + Section.percent(Optional.of(missed.interval())),
            Section.percent(cleanRefused.rate()) + " " + Section.percent(Optional.of(cleanRefused.interval())),
            Section.percent(rest.rate()) + " " + Section.percent(Optional.of(rest.interval()))
        };
    }

    /** Where the measures of the second images lie, by change: what limits are chosen from. */
    private static Section.Table values(List<Judged> judged, double limit) {
        List<String> changes = judged.stream().map(Judged::change).distinct().toList();
        List<String> columns = new ArrayList<>(List.of("change", "missed"));
        for (Measure measure : Measure.values()) {
            columns.add(measure.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        columns.add("score");
        List<String[]> rows = new ArrayList<>();
        for (String change : changes) {
            List<Judged> pairs =
                    judged.stream().filter(pair -> pair.change().equals(change)).toList();
            List<Face.Quality> here = pairs.stream().map(Judged::second).toList();
            List<String> cells = new ArrayList<>(
                    List.of(change, Section.percent(missed(pairs, limit).rate())));
            for (Measure measure : Measure.values()) {
                cells.add(spread(here, quality -> quality.values().getOrDefault(measure, Double.NaN)));
            }
            cells.add(spread(here, Face.Quality::score));
            rows.add(cells.toArray(new String[0]));
        }
        return Section.table("quality-values", "5 %, 50 % and 95 % of the changed images lie below.", columns, rows);
    }

    private static String spread(List<Face.Quality> qualities, Function<Face.Quality, Double> value) {
        double[] sorted = qualities.stream().mapToDouble(value::apply).sorted().toArray();
        return Arrays.stream(new double[] {0.05, 0.50, 0.95})
                .mapToObj(share -> String.format(Locale.ROOT, "%.3g", sorted[(int) (share * (sorted.length - 1))]))
                .reduce((a, b) -> a + " / " + b)
                .orElse("—");
    }
}
