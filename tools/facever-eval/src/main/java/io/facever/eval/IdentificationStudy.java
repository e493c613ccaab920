package io.facever.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Table II: searching a gallery. Without lists of one's own, the gallery holds the first image of each person with
 * several images, their other images are the known probes, and people with one image are the unknown ones.
 */
final class IdentificationStudy {
    private static final int CMC_RANKS = 20;
    private static final int CURVE_POINTS = 200;

    private final Map<PairsFile.Photo, Path> gallery;
    private final Map<PairsFile.Photo, Path> probes;

    private IdentificationStudy(Map<PairsFile.Photo, Path> gallery, Map<PairsFile.Photo, Path> probes) {
        this.gallery = gallery;
        this.probes = probes;
    }

    /** All images of a folder, split as said above. */
    static IdentificationStudy of(ImageFolder images) {
        Map<String, List<PairsFile.Photo>> byPerson = new TreeMap<>();
        Map<PairsFile.Photo, Path> files = images.all();
        files.keySet().forEach(photo -> byPerson.computeIfAbsent(photo.person(), person -> new ArrayList<>())
                .add(photo));
        Map<PairsFile.Photo, Path> gallery = new LinkedHashMap<>();
        Map<PairsFile.Photo, Path> probes = new LinkedHashMap<>();
        for (List<PairsFile.Photo> photos : byPerson.values()) {
            for (int i = 0; i < photos.size(); i++) {
                boolean enrolled = i == 0 && photos.size() > 1;
                (enrolled ? gallery : probes).put(photos.get(i), file(files, photos.get(i)));
            }
        }
        if (gallery.isEmpty()) {
            throw new EvaluationException(
                    "evaluation-images",
                    "nobody in " + images.root() + " has two images, so there is nothing to search;"
                            + " add images, or give --gallery and --probes");
        }
        return new IdentificationStudy(gallery, probes);
    }

    /** Images by lists with a line {@code Name<tab>number} for each. */
    static IdentificationStudy of(ImageFolder images, Path galleryList, Path probeList, boolean skipMissing) {
        return new IdentificationStudy(
                images.find(list(galleryList), skipMissing), images.find(list(probeList), skipMissing));
    }

    private static Path file(Map<PairsFile.Photo, Path> files, PairsFile.Photo photo) {
        return Optional.ofNullable(files.get(photo)).orElseThrow();
    }

    private static List<PairsFile.Photo> list(Path file) {
        try {
            return parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new EvaluationException(
                    "pairs-file", "the list " + file + " can't be read: " + e + "; give a text file in UTF-8", e);
        }
    }

    static List<PairsFile.Photo> parse(String name, List<String> lines) {
        List<PairsFile.Photo> photos = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            String[] fields = lines.get(i).strip().split(lines.get(i).contains("\t") ? "\t" : "\\s+");
            if (fields.length != 2 || !fields[1].matches("[1-9]\\d{0,8}")) {
                throw new EvaluationException(
                        "pairs-file",
                        name + " line " + (i + 1) + ": found '" + lines.get(i) + "', expected name, number");
            }
            photos.add(new PairsFile.Photo(fields[0], Integer.parseInt(fields[1])));
        }
        return photos;
    }

    Section run(Pipeline pipeline, Templates store) {
        List<Path> files = new ArrayList<>(gallery.values());
        files.addAll(probes.values());
        Map<Path, Template> templates = store.embed("images", pipeline, files, Optional.empty());
        List<PairsFile.Photo> enrolled = acquired(gallery, templates);
        List<PairsFile.Photo> asked = acquired(probes, templates);
        Search search = search(enrolled, asked, templates);
        if (search.ranks.isEmpty()) {
            throw new EvaluationException(
                    "evaluation-images",
                    "none of the " + asked.size() + " probes with a face shows anybody of the gallery ("
                            + enrolled.size() + " images with a face); give probes of people who are enrolled");
        }
        Identification result = Identification.of(
                search.ranks.stream().mapToInt(Integer::intValue).toArray(),
                doubles(search.mateScores),
                doubles(search.unknownTops));
        long people = enrolled.stream().map(PairsFile.Photo::person).distinct().count();
        return section(
                pipeline,
                result,
                people,
                enrolled.size(),
                gallery.size() + probes.size() - enrolled.size() - asked.size());
    }

    private static double[] doubles(Collection<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static List<PairsFile.Photo> acquired(Map<PairsFile.Photo, Path> photos, Map<Path, Template> templates) {
        return photos.entrySet().stream()
                .filter(entry -> template(templates, entry.getValue()).acquired())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static Template template(Map<Path, Template> templates, Path file) {
        return templates.getOrDefault(file, Template.failed());
    }

    /** What the probes found. */
    private static final class Search {
        final List<Integer> ranks = new ArrayList<>();
        final List<Double> mateScores = new ArrayList<>();
        final List<Double> unknownTops = new ArrayList<>();
    }

    private Search search(List<PairsFile.Photo> enrolled, List<PairsFile.Photo> asked, Map<Path, Template> templates) {
        Map<String, Integer> position = new LinkedHashMap<>();
        int[] numbers = enrolled.stream()
                .mapToInt(photo -> position.computeIfAbsent(photo.person(), person -> position.size()))
                .toArray();
        List<Template> entries = enrolled.stream()
                .map(photo -> template(templates, file(gallery, photo)))
                .toList();
        Search search = new Search();
        for (PairsFile.Photo photo : asked) {
            Template probe = template(templates, file(probes, photo));
            // a person is as similar as the most similar of their images
            double[] scores = new double[position.size()];
            Arrays.fill(scores, -1);
            for (int i = 0; i < entries.size(); i++) {
                int person = numbers[i];
                scores[person] = Math.max(scores[person], probe.cosine(entries.get(i)));
            }
            Integer mate = position.get(photo.person());
            if (mate == null) {
                double top = -1;
                for (double score : scores) {
                    top = Math.max(top, score);
                }
                search.unknownTops.add(top);
            } else {
                search.ranks.add(Identification.rank(scores, mate));
                search.mateScores.add(scores[mate]);
            }
        }
        return search;
    }

    private Section section(Pipeline pipeline, Identification result, long people, int enrolled, int failed) {
        double threshold = pipeline.verifier().threshold().value();
        ObjectNode json = Json.object();
        json.put("gallery", enrolled);
        json.put("galleryPeople", people);
        json.put("knownProbes", result.knownProbes());
        json.put("unknownProbes", result.unknownProbes());
        json.put("failedToAcquire", failed);
        json.put("threshold", threshold);
        Section section = new Section("identification", "Identification (Table II)", json);
        section.note("Gallery of " + people + " people with " + enrolled
                + " images, of which the most similar one counts; " + result.knownProbes()
                + " probes of these people, " + result.unknownProbes() + " of others. In " + failed
                + " images no face was found; they are left out. A stranger with the same score as the right person"
                + " ranks before. Model " + pipeline.model() + ", aligner " + pipeline.alignerText() + ".");
        List<String[]> rows = new ArrayList<>();
        for (int rank : List.of(1, 5, 10)) {
            long hits = Math.round(result.identificationRate(rank) * result.knownProbes());
            Optional<Interval> interval = Optional.of(new Proportion(hits, result.knownProbes()).interval());
            rows.add(new String[] {
                "rank " + rank, Section.percent(result.identificationRate(rank)), Section.percent(interval)
            });
            Json.put(json, "rank" + rank, result.identificationRate(rank));
        }
        if (result.unknownProbes() > 0) {
            Identification.OpenSetPoint atDefault = result.openSet(threshold);
            Json.put(json, "unknownRefused", atDefault.unknownRefused());
            Json.put(json, "fnir", atDefault.fnir());
            rows.add(new String[] {
                "unknown probes refused at the threshold of 1:1 verification (" + Section.four(threshold) + ")",
                Section.percent(atDefault.unknownRefused()),
                Section.percent(refusedInterval(result, atDefault))
            });
            rows.add(new String[] {"FNIR there", Section.percent(atDefault.fnir()), ""});
            for (double fpir : List.of(0.1, 0.032, 0.01)) {
                if (!Proportion.measurable(fpir, result.unknownProbes())) {
                    rows.add(new String[] {
                        "FNIR at FPIR " + Section.percent(fpir), Section.notMeasurable(result.unknownProbes()), ""
                    });
                    continue;
                }
                Identification.OpenSetPoint point = result.atFpir(fpir);
                rows.add(new String[] {
                    "FNIR at FPIR " + Section.percent(fpir) + " (threshold " + Section.four(point.threshold()) + ")",
                    Section.percent(point.fnir()),
                    ""
                });
                Json.put(json, "fnirAtFpir" + Json.key(fpir), point.fnir());
                Json.put(json, "thresholdAtFpir" + Json.key(fpir), point.threshold());
            }
        }
        section.add(Section.table(
                "identification",
                "Table II. Closed set, and open set. Intervals take probes for independent (Clopper–Pearson).",
                List.of("figure", "value", "95 % interval"),
                rows));
        List<Double> cmc = result.cmc(CMC_RANKS);
        List<Charts.XY> curve = new ArrayList<>();
        for (int k = 0; k < cmc.size(); k++) {
            curve.add(new Charts.XY(k + 1.0, cmc.get(k)));
        }
        section.add(new Section.Figure(
                "CMC: share of known probes whose person is among the best candidates.",
                Charts.lines(
                        "cmc",
                        new Charts.Axis("rank", 1, CMC_RANKS, false),
                        new Charts.Axis("identification rate", Math.min(0.9, cmc.get(0)), 1.001, false),
                        List.of(new Charts.Line(pipeline.model(), curve)))));
        if (result.unknownProbes() > 0) {
            List<Charts.XY> open = new ArrayList<>();
            for (int k = 0; k <= CURVE_POINTS; k++) {
                Identification.OpenSetPoint point = result.openSet(1 - k / (double) CURVE_POINTS);
                open.add(new Charts.XY(point.fpir(), point.fnir()));
            }
            section.add(new Section.Figure(
                    "Open set: known people missed or misnamed (FNIR) over strangers with an alarm (FPIR).",
                    Charts.lines(
                            "openset",
                            new Charts.Axis("FPIR", 1e-3, 1, true),
                            new Charts.Axis("FNIR", 0, 1, false),
                            List.of(new Charts.Line(pipeline.model(), open)))));
        }
        return section;
    }

    private static Optional<Interval> refusedInterval(Identification result, Identification.OpenSetPoint point) {
        long refused = Math.round(point.unknownRefused() * result.unknownProbes());
        return Optional.of(new Proportion(refused, result.unknownProbes()).interval());
    }
}
