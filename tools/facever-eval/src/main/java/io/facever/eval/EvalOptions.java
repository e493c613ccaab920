package io.facever.eval;

import io.facever.Device;
import io.facever.models.ModelStore;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What every evaluation has: images, pipeline, cache, output. */
final class EvalOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            required = true,
            description = "Folder with a folder for each person: Name/Name_0001.jpg (or .jpeg, .png).")
    private Path images;

    @Option(names = "--model", paramLabel = "ID", description = "Embedding model; the default one if not set.")
    private Optional<String> model = Optional.empty();

    @Option(
            names = "--aligner",
            paramLabel = "NAME",
            description =
                    "similarity[:scale=S,antialias=true], crop[:margin=M], center[:fraction=F]; the default one if"
                            + " not set.")
    private Optional<String> aligner = Optional.empty();

    @Option(names = "--flip", description = "Embed the crop and its mirror image and take the mean.")
    private boolean flip;

    @Option(
            names = "--recovery",
            description = "Look again where no face is found, and brighten dark faces, as Builder.recovery does.")
    private boolean recovery;

    @Option(names = "--engine", paramLabel = "NAME", description = "Inference engine; the best-ranked one if not set.")
    private Optional<String> engine = Optional.empty();

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            converter = DeviceConverter.class,
            description = "cpu, gpu, gpu:N or auto; default ${DEFAULT-VALUE}.")
    private Device device = Device.cpu();

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where detections and embeddings are remembered: biometric data, so mind who can read it."
                    + " Default: 'evaluation' in facever's cache folder.")
    private Optional<Path> cache = Optional.empty();

    @Option(
            names = "--cores",
            paramLabel = "N",
            description = "How many images are worked on at once; as many as there are cores if not set.")
    private int cores = Runtime.getRuntime().availableProcessors();

    @Option(names = "--skip-missing", description = "Leave out pairs whose images are not there, instead of failing.")
    private boolean skipMissing;

    @Option(names = "--out", paramLabel = "DIR", description = "Write report.html, report.json and CSV tables here.")
    private Optional<Path> out = Optional.empty();

    @Option(
            names = "--resamples",
            paramLabel = "N",
            defaultValue = "2000",
            description = "How many resamples the intervals come from; default ${DEFAULT-VALUE}.")
    private int resamples = SubjectBootstrap.DEFAULT.resamples();

    /** Filled by picocli: use it as a mixin. */
    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    EvalOptions() {}

    /** Finds what is wrong with the settings before the long work. */
    void check() {
        atLeast(SubjectBootstrap.LEAST_RESAMPLES, "--resamples", resamples);
        atLeast(1, "--cores", cores);
        settings();
    }

    Path imageFolder() {
        return images;
    }

    int cores() {
        return cores;
    }

    ImageFolder images() {
        return new ImageFolder(images);
    }

    boolean skipMissing() {
        return skipMissing;
    }

    SubjectBootstrap bootstrap() {
        return new SubjectBootstrap(resamples, SubjectBootstrap.DEFAULT.seed());
    }

    /** The writer for {@code --out}; fails before the long work when the folder can't be written to. */
    Optional<ReportWriter> report() {
        return out.map(ReportWriter::to);
    }

    Pipeline.Settings settings() {
        return new Pipeline.Settings(
                model,
                aligner.map(AlignerChoice::parse),
                flip,
                recovery,
                device,
                1,
                engine,
                Optional.of(new ModelStore()));
    }

    Templates templates() {
        Path folder = cache.orElseGet(() -> new ModelStore().cache().resolve("evaluation"));
        return new Templates(folder, cores, Progress.console(System.err));
    }

    Progress.Factory progress() {
        return Progress.console(System.err);
    }

    /** Wrong usage, which picocli was not able to see. */
    ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    int atLeast(int least, String option, int found) {
        if (found < least) {
            throw usage(option + " is at least " + least + ", found " + found);
        }
        return found;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** {@code cpu}, {@code gpu}, {@code gpu:N}, {@code auto}. */
    static final class DeviceConverter implements ITypeConverter<Device> {
        @Override
        public Device convert(String value) {
            try {
                return Device.parse(value);
            } catch (IllegalArgumentException e) {
                // of this type, picocli shows the message alone
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
