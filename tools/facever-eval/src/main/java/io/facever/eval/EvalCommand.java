package io.facever.eval;

import io.facever.FaceVerifier;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The group of commands {@code facever eval …}, to be added to a picocli command line. Not safe for threads: one
 * instance is one run.
 *
 * @since 0.1.0
 */
@Command(
        name = "eval",
        description = "Measures the pipeline on your images: error rates with intervals, thresholds, reports.",
        subcommands = {
            EvalCommand.Verification.class,
            EvalCommand.IdentificationTask.class,
            EvalCommand.Robustness.class,
            EvalCommand.QualityTask.class,
            EvalCommand.Covered.class,
            EvalCommand.LivenessTask.class,
            EvalCommand.Ablation.class,
            EvalCommand.Latency.class,
            EvalCommand.Calibrate.class,
            EvalCommand.Report.class
        })
public final class EvalCommand implements Runnable {
    private static final int WRONG_INPUT = 2;
    private static final int OUTPUT_NOT_WRITABLE = 6;

    @Spec
    private CommandSpec spec;

    /** For picocli. */
    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    public EvalCommand() {}

    /** Without a subcommand there is nothing to do. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "say what to measure: " + String.join(", ", spec.subcommands().keySet()));
    }

    /** What all of them do around their own work. */
    abstract static class Task implements Callable<Integer> {
        @Mixin
        private EvalOptions options;

        @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
        Task() {}

        EvalOptions options() {
            return options;
        }

        abstract void measure(Optional<ReportWriter> report);

        @Override
        public final Integer call() {
            try {
                options.check();
                measure(options.report());
                return 0;
            } catch (EvaluationException e) {
                options.err().println("facever: " + e.getMessage());
                options.err().flush();
                return e.anchor().equals("evaluation-output") ? OUTPUT_NOT_WRITABLE : WRONG_INPUT;
            }
        }

        /** Prints the tables of sections as text, and writes the report if one is wanted. */
        void finish(Optional<ReportWriter> report, String title, List<Section> sections) {
            PrintWriter out = options.out();
            for (Section section : sections) {
                out.println(section.title());
                for (Section.Element element : section.elements()) {
                    if (element instanceof Section.Table table) {
                        out.println("  " + table.caption());
                        out.println("    " + String.join(" | ", table.columns()));
                        table.rows().forEach(row -> out.println("    " + String.join(" | ", row)));
                    } else if (element instanceof Section.Note note) {
                        out.println("  " + (note.warning() ? "Warning: " : "") + note.text());
                    }
                }
            }
            write(report, title, sections);
            out.flush();
        }

        void write(Optional<ReportWriter> report, String title, List<Section> sections) {
            report.ifPresent(writer -> {
                List<Path> files = writer.write(title, sections);
                options.err().println("wrote " + files.get(files.size() - 1));
                options.err().flush();
            });
        }
    }

    /** Tasks that need a pairs file. */
    abstract static class PairsTask extends Task {
        @Option(
                names = "--pairs",
                paramLabel = "FILE",
                required = true,
                description = "Pairs in the format of LFW's pairs.txt, any number of folds.")
        private Path pairs;

        @Option(
                names = "--groups",
                paramLabel = "FILE",
                description = "Lines person,group: error rates by group of people.")
        private Optional<Path> groups = Optional.empty();

        @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
        PairsTask() {}

        PairData data() {
            return PairData.of(
                    PairsFile.read(pairs), options().images(), options().skipMissing());
        }

        Optional<GroupsFile> groups(PairData data) {
            Optional<GroupsFile> read = groups.map(GroupsFile::read);
            if (!options().skipMissing()) {
                read.ifPresent(file -> file.requireKnown(data.people().keySet()));
            }
            return read;
        }
    }

    /** {@code facever eval verification}. */
    @Command(
            name = "verification",
            description =
                    "Verification on pairs: ROC, EER, TAR at FAR, accuracy by cross-validation (Tables I and III).")
    static final class Verification extends PairsTask {
        @Option(names = "--all-pairs", description = "Also compare every image with every other.")
        private boolean allPairs;

        @Option(names = "--json", description = "Write one JSON document.")
        private boolean json;

        Verification() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            PairData data = data();
            Optional<GroupsFile> groups = groups(data);
            try (Templates store = options().templates();
                    Pipeline pipeline = Pipeline.open(options().settings())) {
                VerificationStudy study =
                        new VerificationStudy(pipeline, data, store, options().bootstrap());
                List<Section> sections = new ArrayList<>(List.of(study.table1(), study.table3()));
                if (allPairs) {
                    sections.add(study.allPairsSection(study.allPairs(store)));
                }
                groups.ifPresent(
                        file -> sections.add(study.fairness(file, allPairs ? Optional.of(store) : Optional.empty())));
                if (report.isPresent()) {
                    sections.add(study.errors());
                }
                String title = "facever: verification with " + pipeline.model();
                if (json) {
                    options().out().println(study.document(sections));
                    options().out().flush();
                    write(report, title, sections);
                } else {
                    finish(report, title, sections);
                }
            }
        }
    }

    /** {@code facever eval identification}. */
    @Command(
            name = "identification",
            description = "Searching a gallery: rank 1, 5, 10, CMC, and strangers in the open set (Table II).")
    static final class IdentificationTask extends Task {
        @Option(names = "--gallery", paramLabel = "FILE", description = "Lines name, number: the images enrolled.")
        private Optional<Path> gallery = Optional.empty();

        @Option(names = "--probes", paramLabel = "FILE", description = "Lines name, number: the images searched for.")
        private Optional<Path> probes = Optional.empty();

        IdentificationTask() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            if (gallery.isPresent() != probes.isPresent()) {
                throw options().usage("found one of --gallery and --probes, expected both or none of them");
            }
            IdentificationStudy study = gallery.isPresent()
                    ? IdentificationStudy.of(
                            options().images(),
                            gallery.get(),
                            probes.orElseThrow(),
                            options().skipMissing())
                    : IdentificationStudy.of(options().images());
            try (Templates store = options().templates();
                    Pipeline pipeline = Pipeline.open(options().settings())) {
                finish(report, "facever: identification with " + pipeline.model(), List.of(study.run(pipeline, store)));
            }
        }
    }

    /** {@code facever eval robustness}. */
    @Command(name = "robustness", description = "Poses, and changed images: dark, covered, small, blurred (Table V).")
    static final class Robustness extends PairsTask {
        @Option(
                names = "--per-fold",
                paramLabel = "N",
                defaultValue = "0",
                description = "How many pairs of each kind of each fold take part; all if 0, the default.")
        private int perFold;

        @Option(
                names = "--changes",
                paramLabel = "NAME",
                split = ",",
                description = "Only these changes: dark, cover, reduce, jpeg, motion, rotate; all of them if not set.")
        private List<String> changes = List.of();

        Robustness() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            options().atLeast(0, "--per-fold", perFold);
            List<Degradation> chosen = changes.isEmpty() ? Degradation.all() : chosen();
            PairData data = data();
            try (Templates store = options().templates();
                    Pipeline pipeline = Pipeline.open(options().settings())) {
                finish(
                        report,
                        "facever: robustness of " + pipeline.model(),
                        List.of(RobustnessStudy.run(
                                pipeline, data, store, options().bootstrap(), perFold, chosen)));
            }
        }

        private List<Degradation> chosen() {
            Set<String> known = new LinkedHashSet<>();
            Degradation.all().forEach(change -> known.add(change.kind()));
            for (String name : changes) {
                if (!known.contains(name)) {
                    throw options().usage("--changes knows " + String.join(", ", known) + ", found '" + name + "'");
                }
            }
            return Degradation.all().stream()
                    .filter(change -> changes.contains(change.kind()))
                    .toList();
        }
    }

    /** {@code facever eval quality}. */
    @Command(
            name = "quality",
            description = "What the quality measures are worth: error-versus-discard curves on changed images.")
    static final class QualityTask extends PairsTask {
        @Option(
                names = "--per-fold",
                paramLabel = "N",
                defaultValue = "0",
                description = "How many pairs of the same person of each fold take part; all if 0, the default.")
        private int perFold;

        QualityTask() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            PairData data = data();
            try (Templates store = options().templates();
                    Pipeline pipeline = Pipeline.open(options().settings())) {
                finish(report, "facever: quality", List.of(QualityStudy.run(pipeline, data, store, perFold)));
            }
        }
    }

    /** {@code facever eval covered}. */
    @Command(
            name = "covered",
            description = "What could help with half-covered faces: predicted landmarks, the other face masked alike.")
    static final class Covered extends PairsTask {
        @Option(
                names = "--per-fold",
                paramLabel = "N",
                defaultValue = "60",
                description = "How many pairs of each kind of each fold take part; default ${DEFAULT-VALUE}.")
        private int perFold;

        Covered() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            options().atLeast(1, "--per-fold", perFold);
            PairData data = data();
            try (Templates store = options().templates()) {
                finish(
                        report,
                        "facever: covered faces",
                        List.of(CoverStudy.run(
                                options().settings(), data, store, options().bootstrap(), perFold)));
            }
        }
    }

    /** {@code facever eval liveness}. */
    @Command(
            name = "liveness",
            description = "Passive liveness on labelled images, by the terms of ISO/IEC 30107-3: APCER, BPCER, ACER.")
    static final class LivenessTask extends Task {
        @Option(
                names = "--labels",
                paramLabel = "FILE",
                required = true,
                description = "Lines path,bona-fide or path,attack-type; paths are relative to --images.")
        private Path labels;

        @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
        LivenessTask() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            List<LivenessStudy.Labelled> labelled =
                    LivenessStudy.read(labels, options().imageFolder());
            try (FaceVerifier verifier = Pipeline.liveness(options().settings())) {
                finish(
                        report,
                        "facever: attack detection",
                        List.of(LivenessStudy.run(
                                verifier, labelled, options().cores(), options().progress())));
            }
        }
    }

    /** {@code facever eval ablation}. */
    @Command(name = "ablation", description = "What alignment brings, as the images are and perturbed (Table IV).")
    static final class Ablation extends PairsTask {
        Ablation() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            PairData data = data();
            try (Templates store = options().templates()) {
                finish(
                        report,
                        "facever: ablation",
                        List.of(AblationStudy.run(
                                options().settings(),
                                AblationStudy.choices(),
                                data,
                                store,
                                options().bootstrap())));
            }
        }
    }

    /** {@code facever eval latency}. */
    @Command(name = "latency", description = "How long each part takes: median, p95, p99 (Table VI).")
    static final class Latency extends Task {
        /** Images that are timed; more change nothing but memory. */
        private static final int IMAGES = 100;

        @Option(
                names = "--calls",
                paramLabel = "N",
                defaultValue = "500",
                description = "Calls of each part, at least 500; default ${DEFAULT-VALUE}.")
        private int calls;

        Latency() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            finish(
                    report,
                    "facever: latency",
                    List.of(LatencyStudy.run(
                            options().settings(),
                            some(options()),
                            options().atLeast(LatencyStudy.LEAST_CALLS, "--calls", calls),
                            options().progress())));
        }

        static List<Path> some(EvalOptions options) {
            List<Path> all = List.copyOf(options.images().all().values());
            int step = Math.max(1, all.size() / IMAGES);
            List<Path> some = new ArrayList<>();
            for (int i = 0; i < all.size() && some.size() < IMAGES; i += step) {
                some.add(all.get(i));
            }
            return some;
        }
    }

    private static String dataSet(Optional<String> name, PairData data) {
        return name.orElseGet(() -> String.format(
                Locale.ROOT,
                "%d images of %d people",
                data.files().size(),
                data.people().size()));
    }

    /** {@code facever eval calibrate}. */
    @Command(
            name = "calibrate",
            description = "Thresholds for false match rates, and similarity to probability: calibration.json.")
    static final class Calibrate extends PairsTask {
        @Option(
                names = "--data-set",
                paramLabel = "TEXT",
                description = "What to call the data in messages and files; the number of images if not set.")
        private Optional<String> dataSet = Optional.empty();

        Calibrate() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            PairData data = data();
            try (Templates store = options().templates();
                    Pipeline pipeline = Pipeline.open(options().settings())) {
                VerificationStudy study =
                        new VerificationStudy(pipeline, data, store, options().bootstrap());
                CalibrationStudy calibration = new CalibrationStudy(
                        pipeline,
                        dataSet(dataSet, data),
                        study.scored().pairs(),
                        study.allPairs(store),
                        options().bootstrap());
                finish(report, "facever: calibration of " + pipeline.model(), List.of(calibration.section()));
                report.ifPresent(writer -> writer.write(calibration.files()));
            }
        }
    }

    /** {@code facever eval report}. */
    @Command(name = "report", description = "All of it, in one report; --out is needed.")
    static final class Report extends PairsTask {
        @Option(
                names = "--data-set",
                paramLabel = "TEXT",
                description = "What to call the data in messages and files; the number of images if not set.")
        private Optional<String> dataSet = Optional.empty();

        @Option(
                names = "--per-fold",
                paramLabel = "N",
                defaultValue = "0",
                description =
                        "How many pairs of each kind of each fold are changed for Table V; all if 0, the default.")
        private int perFold;

        Report() {}

        @Override
        void measure(Optional<ReportWriter> report) {
            if (report.isEmpty()) {
                throw options().usage("found no --out, expected a folder for the report");
            }
            options().atLeast(0, "--per-fold", perFold);
            PairData data = data();
            Optional<GroupsFile> groups = groups(data);
            SubjectBootstrap bootstrap = options().bootstrap();
            List<Section> sections = new ArrayList<>();
            try (Templates store = options().templates()) {
                try (Pipeline pipeline = Pipeline.open(options().settings())) {
                    VerificationStudy study = new VerificationStudy(pipeline, data, store, bootstrap);
                    AllPairs all = study.allPairs(store);
                    CalibrationStudy calibration = new CalibrationStudy(
                            pipeline, dataSet(dataSet, data), study.scored().pairs(), all, bootstrap);
                    sections.add(study.table1());
                    sections.add(study.allPairsSection(all));
                    sections.add(IdentificationStudy.of(options().images()).run(pipeline, store));
                    sections.add(study.table3());
                    sections.add(RobustnessStudy.run(pipeline, data, store, bootstrap, perFold, Degradation.all()));
                    groups.ifPresent(file -> sections.add(study.fairness(file, Optional.of(store))));
                    sections.add(calibration.section());
                    sections.add(study.errors());
                    report.get().write(calibration.files());
                }
                sections.add(AblationStudy.run(options().settings(), AblationStudy.choices(), data, store, bootstrap));
            }
            sections.add(LatencyStudy.run(
                    options().settings(),
                    Latency.some(options()),
                    LatencyStudy.LEAST_CALLS,
                    options().progress()));
            finish(report, "facever: evaluation", sections);
        }
    }
}
