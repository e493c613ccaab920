package io.facever.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Threshold;
import io.facever.gallery.Candidate;
import io.facever.gallery.Gallery;
import io.facever.gallery.Identification;
import io.facever.gallery.PhotoGallery;
import io.facever.gallery.Query;
import io.facever.gallery.lucene.LuceneGallery;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code facever gallery}. */
@Command(name = "gallery", description = "Enrols people in a folder, and tells who is in a photo.")
final class GalleryCommand implements Runnable {
    private static final String FOLDER = "Folder of the gallery.";
    private static final String META = "Metadata, stored with each photo; can be given several times.";
    private static final String WHERE = "Look at photos with this metadata only; can be given several times.";
    private static final double DEFAULT_FPIR = 0.01;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    GalleryCommand() {}

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "say what to do: " + String.join(", ", spec.subcommands().keySet()));
    }

    private PrintWriter out() {
        return FaceverCommand.out(spec);
    }

    private int say(String line) {
        out().println(line);
        out().flush();
        return ExitStatus.OK;
    }

    @Command(name = "create", description = "Makes an empty gallery for one model. Templates are biometric data.")
    int create(
            @Parameters(paramLabel = "GALLERY", description = "Folder to make.") Path folder,
            @Mixin EmbeddingOptions embedding,
            @Mixin EngineOptions engine) {
        try (FaceVerifier verifier = engine.build(embedding.apply(FaceVerifier.builder()));
                Gallery gallery = LuceneGallery.create(folder, verifier.space())) {
            return say(folder + " is ready for embeddings of " + gallery.space().model() + ", "
                    + gallery.space().dimension() + " dimensions");
        }
    }

    @Command(
            name = "add",
            description = "Enrols all photos below a folder. A photo belongs to the person that the folder directly"
                    + " below DIR is named after; one directly in DIR, to the one it is itself named after. Run again, it"
                    + " goes on where it stopped.",
            exitCodeListHeading = "Exit status:%n",
            exitCodeList = {
                "0:done; photos without a usable face were told and left out",
                "2:wrong usage",
                "4:an image can't be read; the others are enrolled",
                "5:models or engine not available",
                "6:the gallery can't be read or written"
            })
    int add(
            @Parameters(paramLabel = "GALLERY", description = FOLDER) Path folder,
            @Parameters(paramLabel = "DIR", description = "Folder of photos.") Path photos,
            @Option(names = "--meta", paramLabel = "KEY=VALUE", description = META) Map<String, String> metadata,
            @Option(
                            names = "--duplicate-threshold",
                            paramLabel = "T",
                            description =
                                    "Two ids whose photos are at least so similar are told: they may be one person."
                                            + " Default: the one of the lowest false match rate that was measured for the model.")
                    Optional<Double> duplicateThreshold,
            @Mixin FaceOption faces,
            @Mixin EngineOptions engine) {
        try (LuceneGallery gallery = LuceneGallery.open(folder);
                FaceVerifier verifier = verifier(gallery, faces, engine)) {
            Threshold duplicates = checked(
                    () -> duplicateThreshold.map(Threshold::of).orElseGet(() -> BulkEnrolment.strictest(verifier)));
            return new BulkEnrolment(
                            gallery,
                            verifier,
                            duplicates,
                            orEmpty(metadata),
                            out(),
                            spec.commandLine().getErr())
                    .add(photos);
        }
    }

    @Command(
            name = "add-one",
            description = "Enrols photos of one person.",
            exitCodeListHeading = "Exit status:%n",
            exitCodeList = {"0:done", "3:no usable face in one of the photos", "4:an image can't be read"})
    int addOne(
            @Parameters(paramLabel = "GALLERY", description = FOLDER) Path folder,
            @Parameters(paramLabel = "SUBJECT", description = "Id of the person.") String subject,
            @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "Photos.") List<Path> files,
            @Option(names = "--meta", paramLabel = "KEY=VALUE", description = META) Map<String, String> metadata,
            @Mixin FaceOption faces,
            @Mixin EngineOptions engine) {
        try (LuceneGallery gallery = LuceneGallery.open(folder);
                FaceVerifier verifier = verifier(gallery, faces, engine)) {
            Photos photos = new Photos(verifier, spec.commandLine().getErr());
            List<Image> images =
                    files.stream().map(photos::read).flatMap(Optional::stream).toList();
            int enrolled = new PhotoGallery(gallery, verifier).enrol(subject, images, orEmpty(metadata));
            say(subject + ": " + enrolled + " of " + files.size() + " photos enrolled");
            return photos.failed()
                    ? ExitStatus.IMAGE
                    : enrolled < images.size() ? ExitStatus.INCONCLUSIVE : ExitStatus.OK;
        }
    }

    @Command(
            name = "search",
            description = "Shows the people most similar to the one in a photo.",
            exitCodeListHeading = "Exit status:%n",
            exitCodeList = {"0:done", "3:no usable face in the photo", "4:the image can't be read"})
    int search(
            @Parameters(paramLabel = "GALLERY", description = FOLDER) Path folder,
            @Parameters(paramLabel = "IMAGE", description = "A photo.") Path file,
            @Option(
                            names = "--top",
                            paramLabel = "K",
                            defaultValue = "10",
                            description = "How many; default ${DEFAULT-VALUE}.")
                    int top,
            @Option(names = "--where", paramLabel = "KEY=VALUE", description = WHERE) Map<String, String> filter,
            @Option(names = "--json", description = "Write one JSON document.") boolean json,
            @Mixin FaceOption faces,
            @Mixin EngineOptions engine) {
        Query query = checked(() -> new Query(top, -1, orEmpty(filter)));
        try (LuceneGallery gallery = LuceneGallery.read(folder);
                FaceVerifier verifier = verifier(gallery, faces, engine)) {
            Optional<List<Candidate>> found = new PhotoGallery(gallery, verifier).search(verifier.decode(file), query);
            if (found.isEmpty()) {
                PrintWriter err = spec.commandLine().getErr();
                err.println("facever: no usable face in " + file + "; give a clearer image of one person's face"
                        + " [docs/errors.md#no-usable-face]");
                err.flush();
                return ExitStatus.INCONCLUSIVE;
            }
            if (json) {
                Json.print(out(), document -> write(document, found.get()));
            } else {
                tell(found.get());
            }
            return ExitStatus.OK;
        }
    }

    @Command(
            name = "identify",
            description = "Tells who is in a photo.",
            exitCodeListHeading = "Exit status:%n",
            exitCodeList = {
                "0:known",
                "1:unknown: nobody in the gallery is similar enough",
                "2:wrong usage",
                "3:inconclusive: no usable face, or several people are similar enough",
                "4:the image can't be read"
            })
    int identify(
            @Parameters(paramLabel = "GALLERY", description = FOLDER) Path folder,
            @Parameters(paramLabel = "IMAGE", description = "A photo.") Path file,
            @ArgGroup Limit limit,
            @Option(names = "--json", description = "Write one JSON document.") boolean json,
            @Mixin FaceOption faces,
            @Mixin EngineOptions engine) {
        try (LuceneGallery gallery = LuceneGallery.read(folder);
                FaceVerifier verifier = verifier(gallery, faces, engine)) {
            long size = Math.max(1, gallery.templates());
            Threshold threshold = checked(
                    () -> verifier.resolve(limit == null ? Threshold.atFpir(DEFAULT_FPIR, size) : limit.wish(size)));
            Identification result = new PhotoGallery(gallery, verifier).identify(verifier.decode(file), threshold);
            if (json) {
                Json.print(out(), document -> {
                    document.writeStartObject();
                    document.writeStringField("outcome", result.outcome().name());
                    document.writeStringField("subject", result.subject().orElse(null));
                    document.writeNumberField("threshold", threshold.value());
                    document.writeStringField("origin", threshold.origin());
                    document.writeArrayFieldStart("reasons");
                    for (Identification.Reason reason : result.reasons()) {
                        document.writeString(reason.name());
                    }
                    document.writeEndArray();
                    document.writeFieldName("candidates");
                    write(document, result.candidates());
                    document.writeEndObject();
                });
            } else {
                say(result.outcome() + result.subject().map(one -> ": " + one).orElse(""));
                result.reasons().forEach(reason -> say("  " + reason.message()));
                say(String.format(Locale.ROOT, "  threshold %.3f: %s", threshold.value(), threshold.origin()));
                tell(result.candidates());
            }
            return switch (result.outcome()) {
                case KNOWN -> ExitStatus.MATCH;
                case UNKNOWN -> ExitStatus.NO_MATCH;
                case INCONCLUSIVE -> ExitStatus.INCONCLUSIVE;
            };
        }
    }

    /** From which similarity on somebody is known. */
    static final class Limit {
        @Option(
                names = "--threshold",
                paramLabel = "T",
                required = true,
                description = "Least similarity, a cosine in [-1, 1].")
        private Optional<Double> threshold = Optional.empty();

        @Option(
                names = "--fpir",
                paramLabel = "RATE",
                required = true,
                description = "The threshold at which a stranger is taken for somebody with at most this probability,"
                        + " for as many photos as the gallery holds; 0.01 if not set.")
        private Optional<Double> fpir = Optional.empty();

        Threshold wish(long size) {
            return threshold.map(Threshold::of).orElseGet(() -> Threshold.atFpir(fpir.orElse(DEFAULT_FPIR), size));
        }
    }

    @Command(name = "remove", description = "Removes people. Their data leave the disk with the next 'compact'.")
    int remove(
            @Parameters(paramLabel = "GALLERY", description = FOLDER) Path folder,
            @Parameters(paramLabel = "SUBJECT", arity = "1..*", description = "Ids.") List<String> subjects) {
        try (LuceneGallery gallery = LuceneGallery.open(folder)) {
            for (String subject : subjects) {
                say(subject + ": " + gallery.remove(subject) + " photos removed");
            }
            return ExitStatus.OK;
        }
    }

    @Command(name = "list", description = "Shows who is enrolled, with how many photos.")
    int list(@Parameters(paramLabel = "GALLERY", description = FOLDER) Path folder) {
        try (LuceneGallery gallery = LuceneGallery.read(folder)) {
            Map<String, Integer> subjects = new TreeMap<>();
            gallery.forEach(one -> subjects.merge(one.subject(), 1, Integer::sum));
            subjects.forEach((subject, photos) -> out().println(photos + "\t" + subject));
            return say(gallery.templates() + " photos of " + subjects.size() + " people, "
                    + gallery.space().model());
        }
    }

    @Command(name = "compact", description = "Rewrites the files so that removed people are in none of them.")
    int compact(@Parameters(paramLabel = "GALLERY", description = FOLDER) Path folder) {
        try (LuceneGallery gallery = LuceneGallery.open(folder)) {
            gallery.compact();
            return say(folder + " holds " + gallery.templates() + " photos, and nothing of removed people");
        }
    }

    @Command(
            name = "verify",
            description = "Checks every file of a gallery that nobody writes to.",
            exitCodeListHeading = "Exit status:%n",
            exitCodeList = {"0:whole", "6:damaged, or being written to"})
    int verify(@Parameters(paramLabel = "GALLERY", description = FOLDER) Path folder) {
        return say(folder + " is whole: " + LuceneGallery.verify(folder) + " photos");
    }

    /** A verifier that makes embeddings of the gallery's space, if the model is still the same. */
    private FaceVerifier verifier(Gallery gallery, FaceOption faces, EngineOptions engine) {
        String alignment = gallery.space().alignment();
        // an aligner's id begins with its name
        String aligner = alignment.substring(0, Math.max(0, alignment.indexOf('/')));
        if (faces.selection() == FaceSelection.ALL_PAIRS) {
            throw new ParameterException(spec.commandLine(), "a gallery takes one face of each photo: not --faces all");
        }
        return engine.build(FaceVerifier.builder()
                .model(gallery.space().model())
                .aligner(aligner)
                .faceSelection(faces.selection()));
    }

    /** Which face of a photo; the model is the gallery's. */
    static final class FaceOption {
        @Option(
                names = "--faces",
                paramLabel = "WHICH",
                description = "Which face is meant when there are several; default ${DEFAULT-VALUE}.",
                defaultValue = "largest")
        private EmbeddingOptions.Faces faces = EmbeddingOptions.Faces.LARGEST;

        /** Filled by picocli: use it as a mixin. */
        FaceOption() {}

        FaceSelection selection() {
            return faces.selection();
        }
    }

    private static Map<String, String> orEmpty(Map<String, String> given) {
        return given == null ? Map.of() : given;
    }

    /** What the values of options can't be is wrong usage. */
    private <T> T checked(java.util.function.Supplier<T> values) {
        try {
            return values.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void tell(List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            out().printf(
                            Locale.ROOT,
                            "  %7.4f  %s%s%n",
                            candidate.similarity(),
                            candidate.subject(),
                            candidate.metadata().isEmpty() ? "" : "  " + new TreeMap<>(candidate.metadata()));
        }
        out().flush();
    }

    private static void write(JsonGenerator json, List<Candidate> candidates) throws IOException {
        json.writeStartArray();
        for (Candidate candidate : candidates) {
            json.writeStartObject();
            json.writeStringField("subject", candidate.subject());
            json.writeNumberField("similarity", candidate.similarity());
            json.writeObjectFieldStart("metadata");
            for (Map.Entry<String, String> entry : new TreeMap<>(candidate.metadata()).entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
