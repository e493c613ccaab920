package io.facever;

import io.facever.spi.AlignerProvider;
import io.facever.spi.DetectorProvider;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.ImageDecoder;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.ModelProvider;
import io.facever.spi.SessionOptions;
import io.facever.spi.StageContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The whole pipeline: decodes two photos, finds a face in each, aligns and embeds them, and decides.
 *
 * <pre>{@code
 * try (FaceVerifier verifier = FaceVerifier.builder().build()) {
 *     Verification result = verifier.verify(Path.of("a.jpg"), Path.of("b.jpg"));
 *     System.out.println(result.outcome() + " " + result.similarity());
 * }
 * }</pre>
 *
 * <p>One verifier serves any number of threads and gives each the same bits. {@link #close} waits for running calls and
 * closes what the builder created; what was given to the builder as a finished object stays open. After it every method
 * throws {@code IllegalStateException}. A call that compares two photos works on both at once where processors are
 * idle, and a detector may share out its work on one; the threads for that belong to the verifier, and end after ten
 * idle seconds and with {@link #close}. Those of {@link #detectEach} and {@link #embedEach} end with the call.
 *
 * <p>A face that is missing, too small, or not the only one where one is required is an outcome with reasons; an
 * unreadable file, a missing model or a missing engine is a {@link FaceverException}.
 *
 * @since 0.1.0
 */
public final class FaceVerifier implements AutoCloseable {
    /** More than this is refused before it is read: no photo that a camera makes comes near it. */
    private static final long MAX_ENCODED_BYTES = 256L << 20;

    private static final String DECODER_ARTIFACT = "io.facever:facever-image";

    private final ImageDecoder decoder;
    private final long maxPixels;
    private final Detector detector;
    private final Aligner aligner;
    private final Embedder embedder;
    private final Verifier verifier;
    private final FaceSelection faceSelection;
    private final int minFaceSize;
    private final EmbeddingSpace space;
    private final Threshold threshold;
    private final StageObserver observer;
    private final Optional<LivenessStage> liveness;
    private final Optional<Face.Quality.Gate> quality;
    private final boolean recovery;
    private final List<AutoCloseable> owned;
    private final Map<String, String> providers;
    private final Helpers helpers;

    /**
     * Whether the faces of two photos that are worked on at the same time are embedded at the same time too, and not in
     * one call afterwards. A batch is faster on one thread, and on a device that shares it out.
     */
    private final boolean embedsApart;

    private final ReentrantReadWriteLock life;
    private boolean closed;

    private FaceVerifier(
            Builder builder,
            Detector detector,
            Aligner aligner,
            Embedder embedder,
            StageObserver observer,
            Optional<LivenessStage> liveness,
            List<AutoCloseable> owned,
            Parts context) {
        this.observer = observer;
        this.life = context.life;
        this.helpers = context.helpers;
        this.decoder = observer.decoder(builder.decoder.orElseGet(FaceVerifier::findDecoder));
        this.maxPixels = builder.maxPixels;
        this.verifier = builder.verifier;
        this.faceSelection = builder.faceSelection;
        this.minFaceSize = builder.minFaceSize;
        this.detector = observer.detector(builder.recovery ? Recovery.detector(detector) : detector);
        this.aligner = observer.aligner(builder.recovery ? Recovery.aligner(aligner) : aligner);
        this.embedder =
                observer.embedder(builder.microBatch > 1 ? new SharedRuns(embedder, builder.microBatch) : embedder);
        this.embedsApart = builder.session.threads() == 1 && this.embedder.isBatchInvariant();
        this.liveness = liveness;
        this.quality = builder.quality;
        this.recovery = builder.recovery;
        this.owned = owned;
        this.providers = Collections.unmodifiableMap(new LinkedHashMap<>(context.providers));
        this.space = EmbeddingSpace.of(embedder.model(), aligner.id());
        this.threshold = resolve(embedder.model(), space, builder.threshold);
    }

    /**
     * Starts a verifier. Left alone, it takes the best-ranked detector, aligner, embedder, engine and model source that
     * ServiceLoader finds, the processor, the largest face, and the threshold of the model.
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sees what each stage took and how it ended, for logs and metrics of your own. It is called in the thread that ran
     * the stage, right after it, from any number of threads at once: be quick. What it throws is logged and changes
     * nothing else. The same can be had without code from the flight recorder: events {@code io.facever.Load},
     * {@code Decode}, {@code Detect}, {@code Liveness}, {@code Align}, {@code Embed} and {@code Decide}.
     */
    @FunctionalInterface
    public interface Listener {
        /** A stage has ended. */
        void onStage(Event event);

        /** The steps on the road from two photos to a decision. */
        enum Stage {
            /** Getting one network ready: fetch, check, convert, give it to the engine. */
            LOAD,
            /** Turning the bytes of a photo into pixels. */
            DECODE,
            /** Finding faces. */
            DETECT,
            /** Judging whether a face is that of a living person, where the builder was told to. */
            LIVENESS,
            /** Placing a crop; an aligner may leave it to EMBED to make its pixels, and those of facever do. */
            ALIGN,
            /** Running the embedder. */
            EMBED,
            /** Holding similarities against the threshold, or telling why there are none. */
            DECIDE
        }

        /**
         * One run of a stage. It holds no pixel, no embedding and no similarity, so that it may be logged.
         *
         * @param stage which stage
         * @param duration how long it took
         * @param inputs how many networks, images, faces, crops or pairs of faces went in
         * @param outputs how many networks, images, faces, judgements, crops, embeddings or decisions came out; 0 when
         *     it failed
         * @param outcome what was decided; empty for all other stages
         * @param failure what it threw; empty when it succeeded
         */
        record Event(
                Stage stage,
                Duration duration,
                int inputs,
                int outputs,
                Optional<Outcome> outcome,
                Optional<Throwable> failure) {}
    }

    /** Puts a verifier together. Not safe for threads. */
    public static final class Builder {
        /** Default of {@link #maxPixels}: 50 megapixels. */
        public static final long DEFAULT_MAX_PIXELS = 50_000_000;

        /** Default of {@link #minFaceSize}: the least face that MTCNN looks for. */
        public static final int DEFAULT_MIN_FACE_SIZE = 20;

        private Optional<ImageDecoder> decoder = Optional.empty();
        private Optional<ModelProvider> models = Optional.empty();
        private Optional<InferenceEngine> engine = Optional.empty();
        private Optional<String> engineName = Optional.ofNullable(System.getProperty("facever.engine"));
        private Optional<Detector> detector = Optional.empty();
        private Optional<DetectorProvider> detectorProvider = Optional.empty();
        private Optional<Aligner> aligner = Optional.empty();
        private Optional<AlignerProvider> alignerProvider = Optional.empty();
        private Optional<String> alignerName = Optional.empty();
        private Optional<Embedder> embedder = Optional.empty();
        private Optional<EmbedderProvider> embedderProvider = Optional.empty();
        private Optional<String> model = Optional.empty();
        private Optional<Threshold> threshold = Optional.empty();
        private Optional<Liveness.Gate> liveness = Optional.empty();
        private Optional<Face.Quality.Gate> quality = Optional.empty();
        private boolean recovery;
        private Verifier verifier = Verifier.cosine();
        private SessionOptions session = new SessionOptions(Device.cpu(), 0);
        private FaceSelection faceSelection = FaceSelection.LARGEST;
        private int minFaceSize = DEFAULT_MIN_FACE_SIZE;
        private int microBatch = 1;
        private long maxPixels = DEFAULT_MAX_PIXELS;
        private final List<Listener> listeners = new ArrayList<>();

        private Builder() {}

        /** A decoder of your own in place of the one that ServiceLoader finds. */
        public Builder decoder(ImageDecoder decoder) {
            this.decoder = Optional.of(decoder);
            return this;
        }

        /** A model source with settings of your own (mirror, cache, offline). You close it, if it needs closing. */
        public Builder models(ModelProvider models) {
            this.models = Optional.of(models);
            return this;
        }

        /** The engine to use by name, as in {@code onnx}; else {@code -Dfacever.engine}, else the best-ranked. */
        public Builder engine(String name) {
            this.engineName = Optional.of(name);
            return this;
        }

        /** An engine of your own. */
        public Builder engine(InferenceEngine engine) {
            this.engine = Optional.of(engine);
            return this;
        }

        /** Where networks run; the processor if not set. */
        public Builder device(Device device) {
            this.session = session.withDevice(device);
            return this;
        }

        /**
         * How many threads one run of a network may use, and one call of a stage that shares out its work; 0, the
         * default, leaves it to the engine, and to stages to use what is idle.
         */
        public Builder threads(int threads) {
            this.session = session.withThreads(threads);
            return this;
        }

        /**
         * Device, threads and the engine's finer settings at once: accelerator, memory. Replaces what {@link #device}
         * and {@link #threads} were given before.
         */
        public Builder session(SessionOptions options) {
            this.session = Objects.requireNonNull(options, "options");
            return this;
        }

        /** A finished detector. You close it. */
        public Builder detector(Detector detector) {
            this.detector = Optional.of(detector);
            return this;
        }

        /** A recipe for the detector, with its settings. The verifier closes what it makes. */
        public Builder detector(DetectorProvider provider) {
            this.detectorProvider = Optional.of(provider);
            return this;
        }

        /** A finished aligner. */
        public Builder aligner(Aligner aligner) {
            this.aligner = Optional.of(aligner);
            return this;
        }

        /** A recipe for the aligner, with its settings. */
        public Builder aligner(AlignerProvider provider) {
            this.alignerProvider = Optional.of(provider);
            return this;
        }

        /**
         * The aligner to use by name: {@code similarity}, {@code crop} or {@code center}; the model's own if not set.
         */
        public Builder aligner(String name) {
            this.alignerName = Optional.of(name);
            return this;
        }

        /** A finished embedder. You close it. */
        public Builder embedder(Embedder embedder) {
            this.embedder = Optional.of(embedder);
            return this;
        }

        /** A recipe for the embedder. The verifier closes what it makes. */
        public Builder embedder(EmbedderProvider provider) {
            this.embedderProvider = Optional.of(provider);
            return this;
        }

        /** The embedding model by id, as in {@code facenet-vggface2}. */
        public Builder model(String id) {
            this.model = Optional.of(id);
            return this;
        }

        /** The threshold, by value or by error rate; the model's own if not set. */
        public Builder threshold(Threshold threshold) {
            this.threshold = Optional.of(threshold);
            return this;
        }

        /** Another way to decide about two embeddings than the cosine. */
        public Builder verifier(Verifier verifier) {
            this.verifier = Objects.requireNonNull(verifier, "verifier");
            return this;
        }

        /**
         * Judges whether living people stand before the camera, as in {@code Liveness.passive()}; not done if not set.
         * {@link #verify} tells the result in {@link Verification.Subject#liveness}, unless it is only done on request.
         */
        public Builder liveness(Liveness.Gate gate) {
            this.liveness = Optional.of(gate);
            return this;
        }

        /**
         * Measures the faces that are compared, as in {@code Face.Quality.standard()}, and makes the outcome
         * inconclusive when one is beyond a limit. {@link Verification.Subject#quality} tells the measures. With
         * {@link #recovery} a dark face is measured after it was brightened. Not done if not set, nor with {@code
         * Face.Quality.off()}.
         */
        public Builder quality(Face.Quality.Gate gate) {
            this.quality = gate.limits().isEmpty() ? Optional.empty() : Optional.of(gate);
            return this;
        }

        /**
         * Tries harder on difficult images: where no face is found, the detector looks again less strictly and in a
         * brightened copy, and dark faces are brightened before they are embedded. {@link Face#remedies} tells what was
         * done. More that is no face may be found. Photos with light and clear faces give the same bits as without.
         *
         * @param on off if not set
         */
        public Builder recovery(boolean on) {
            this.recovery = on;
            return this;
        }

        /** Which face is meant when there are several; the largest if not set. */
        public Builder faceSelection(FaceSelection faceSelection) {
            this.faceSelection = Objects.requireNonNull(faceSelection, "faceSelection");
            return this;
        }

        /**
         * Faces whose box has a shorter side make the outcome inconclusive.
         *
         * @param pixels at least 1; {@value #DEFAULT_MIN_FACE_SIZE} if not set
         */
        public Builder minFaceSize(int pixels) {
            if (pixels < 1) {
                throw new IllegalArgumentException("the least face size is at least 1 pixel, found " + pixels);
            }
            this.minFaceSize = pixels;
            return this;
        }

        /**
         * Lets calls that come at the same time share a run of the embedding network. No call waits for others to come:
         * those that come while the network is busy go into its next run together.
         *
         * @param crops how many go into one run at most, at least 1; 1 if not set, so that each call has runs of its
         *     own
         */
        public Builder microBatch(int crops) {
            if (crops < 1) {
                throw new IllegalArgumentException("a run takes at least 1 crop, found " + crops);
            }
            this.microBatch = crops;
            return this;
        }

        /**
         * Larger photos are refused before any pixel is allocated.
         *
         * @param maxPixels width × height, at least 1; {@value #DEFAULT_MAX_PIXELS} if not set
         */
        public Builder maxPixels(long maxPixels) {
            if (maxPixels < 1) {
                throw new IllegalArgumentException("the limit on pixels is at least 1, found " + maxPixels);
            }
            this.maxPixels = maxPixels;
            return this;
        }

        /** Sees timings and outcomes of each stage; several can be added. */
        public Builder listener(Listener listener) {
            this.listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Finds what was not given and loads the networks.
         *
         * @return a verifier to share, and to close in the end
         * @throws EngineException when a part is missing, several have the same rank, or the device can't be used
         * @throws ModelException when a model can't be had
         * @throws IllegalArgumentException when the threshold asks for an error rate that the model's data can't
         *     support
         * @throws IllegalStateException when a setting contradicts another
         */
        public FaceVerifier build() {
            requireOne("detector", detector.isPresent(), detectorProvider.isPresent());
            requireOne("aligner", aligner.isPresent(), alignerProvider.isPresent(), alignerName.isPresent());
            requireOne("embedder", embedder.isPresent(), embedderProvider.isPresent());
            requireOne("model and a finished embedder", model.isPresent(), embedder.isPresent());
            List<AutoCloseable> owned = new ArrayList<>();
            try {
                StageObserver observer = new StageObserver(listeners);
                Parts context = new Parts(this, observer);
                Embedder chosenEmbedder = embedder.orElseGet(() -> own(owned, createEmbedder(context)));
                Aligner chosenAligner = aligner.orElseGet(() -> chooseAlignerProvider(chosenEmbedder.model())
                        .create(chosenEmbedder.model().crop()));
                Detector chosenDetector = detector.orElseGet(
                        () -> own(owned, chooseDetectorProvider().create(context)));
                Optional<LivenessStage> chosenLiveness = liveness.map(gate -> new LivenessStage(
                        gate,
                        observer.liveness(gate.check()
                                .orElseGet(() ->
                                        own(owned, findLiveness(gate.name()).create(context))))));
                return new FaceVerifier(
                        this,
                        chosenDetector,
                        chosenAligner,
                        chosenEmbedder,
                        observer,
                        chosenLiveness,
                        List.copyOf(owned),
                        context);
            } catch (RuntimeException | Error e) {
                closeAll(owned, e);
                throw e;
            }
        }

        private static void requireOne(String what, boolean... given) {
            int count = 0;
            for (boolean one : given) {
                count += one ? 1 : 0;
            }
            if (count > 1) {
                throw new IllegalStateException("the " + what + " was given to the builder in " + count
                        + " ways that contradict each other; leave one of them");
            }
        }

        private static <T extends AutoCloseable> T own(List<AutoCloseable> owned, T created) {
            owned.add(created);
            return created;
        }

        private Embedder createEmbedder(StageContext context) {
            Services<EmbedderProvider> services = Services.find(
                    "embedder",
                    ServiceLoader.load(EmbedderProvider.class),
                    EmbedderProvider::name,
                    EmbedderProvider::rank);
            if (model.isEmpty()) {
                EmbedderProvider provider = embedderProvider.orElseGet(
                        () -> services.choose(Optional.empty(), "io.facever:facever-facenet"));
                ModelDescription description =
                        provider.ownModel().orElseGet(() -> context.describe(provider.defaultModel()));
                return provider.create(description, context);
            }
            ModelDescription description = Stream.concat(embedderProvider.stream(), services.all().stream())
                    .flatMap(provider -> provider.ownModel().stream())
                    .filter(own -> own.id().equals(model.get()))
                    .findFirst()
                    .orElseGet(() -> context.describe(model.get()));
            EmbedderProvider provider = embedderProvider.orElseGet(
                    () -> services.choose(Optional.of(description.architecture()), "io.facever:facever-facenet"));
            return provider.create(description, context);
        }

        /** Given, else named, else the one that suits the model, else the best-ranked. */
        private AlignerProvider chooseAlignerProvider(ModelDescription described) {
            if (alignerProvider.isPresent()) {
                return alignerProvider.get();
            }
            Services<AlignerProvider> services = Services.find(
                    "aligner", ServiceLoader.load(AlignerProvider.class), AlignerProvider::name, AlignerProvider::rank);
            Optional<String> suited = described.aligner().filter(name -> services.all().stream()
                    .anyMatch(provider -> provider.name().equals(name)));
            return services.choose(alignerName.or(() -> suited), "io.facever:facever-facenet");
        }

        private static Liveness.Provider findLiveness(String name) {
            return Services.find(
                            "check of liveness",
                            ServiceLoader.load(Liveness.Provider.class),
                            Liveness.Provider::name,
                            provider -> 0)
                    .choose(Optional.of(name), "io.facever:facever-liveness");
        }

        private DetectorProvider chooseDetectorProvider() {
            return detectorProvider.orElseGet(() -> Services.find(
                            "detector",
                            ServiceLoader.load(DetectorProvider.class),
                            DetectorProvider::name,
                            DetectorProvider::rank)
                    .choose(Optional.empty(), "io.facever:facever-mtcnn"));
        }
    }

    /**
     * Models and engine for the providers, looked for when the first stage asks, as a stage of one's own may not; and
     * threads for stages that share out a call.
     */
    private static final class Parts implements StageContext {
        private final Supplier<ModelProvider> models;
        private final Supplier<InferenceEngine> engine;
        private final SessionOptions options;
        private final StageObserver observer;
        private final Map<String, String> providers = new LinkedHashMap<>();
        private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
        private final Helpers helpers = new Helpers(life::getReadLockCount);

        Parts(Builder builder, StageObserver observer) {
            this.observer = observer;
            this.models = once(() -> builder.models.orElseGet(() -> Services.find(
                            "model source",
                            ServiceLoader.load(ModelProvider.class),
                            ModelProvider::name,
                            ModelProvider::rank)
                    .choose(Optional.empty(), "io.facever:facever-models")));
            this.engine = once(() -> builder.engine.orElseGet(() -> Services.find(
                            "inference engine",
                            ServiceLoader.load(InferenceEngine.class),
                            InferenceEngine::name,
                            InferenceEngine::rank)
                    .choose(builder.engineName, "io.facever:facever-onnx (or io.facever:facever-djl)")));
            this.options = builder.session;
        }

        // used by one thread only: build() makes the stages one after the other
        private static <T> Supplier<T> once(Supplier<T> source) {
            List<T> made = new ArrayList<>(1);
            return () -> {
                if (made.isEmpty()) {
                    made.add(source.get());
                }
                return made.get(0);
            };
        }

        @Override
        public ModelDescription describe(String id) {
            return models.get().describe(id);
        }

        @Override
        public InferenceSession open(String id, String network) {
            return open(id, network, options);
        }

        @Override
        public InferenceSession openForParts(String id, String network) {
            return open(id, network, options.withThreads(1));
        }

        @Override
        public void forEachPart(int count, IntConsumer part) {
            helpers.forEach(count, options.threads() == 0 ? count : options.threads(), part);
        }

        private InferenceSession open(String id, String network, SessionOptions options) {
            // the engine first: without one there is no point in fetching models
            InferenceEngine chosen = engine.get();
            InferenceSession session = observer.load(
                    id + "/" + network, () -> chosen.open(models.get().resolve(id, network), options));
            providers.put(id + "/" + network, session.provider());
            return session;
        }
    }

    private static Threshold resolve(ModelDescription model, EmbeddingSpace space, Optional<Threshold> wish) {
        // first, as this is all that most comparisons need
        if (wish.isPresent() && wish.get().hasValue()) {
            return wish.get();
        }
        Optional<Calibration> calibration = model.calibration(space);
        if (wish.isEmpty()) {
            return calibration
                    .map(Calibration::balancedThreshold)
                    .or(model::threshold)
                    .orElseThrow(() -> new IllegalArgumentException("model " + model.id()
                            + " has no threshold of its own; set one in the builder: threshold(Threshold.of(...))"));
        }
        return calibration
                .orElseThrow(() -> new IllegalArgumentException("model " + model.id() + " with aligner "
                        + space.alignment() + " has no calibration, so "
                        + wish.get().wish()
                        + " can't be turned into a threshold; set a value, or calibrate"
                        + "; see docs/errors.md#fmr-not-supported"))
                .resolve(wish.get());
    }

    /**
     * What each network that this verifier loaded really runs on, as its engine tells it: {@code mtcnn/pnet} on
     * {@code cpu}, or {@code facenet-vggface2/embedding} on {@code cuda:0}. Nothing for stages given as finished
     * objects.
     */
    public Map<String, String> providers() {
        return providers;
    }

    /** The embedding model in use. */
    public ModelDescription model() {
        return embedder.model();
    }

    /** The space of all embeddings that this verifier makes. */
    public EmbeddingSpace space() {
        return space;
    }

    /** The threshold used where a call sets none. */
    public Threshold threshold() {
        return threshold;
    }

    /**
     * Gives a threshold that was asked for by error rate its value, from the calibration of the model in use.
     *
     * @param wish any threshold; one that has a value comes back as it is
     * @throws IllegalArgumentException when the model's data can't support that error rate
     */
    public Threshold resolve(Threshold wish) {
        return resolve(embedder.model(), space, Optional.of(wish));
    }

    /**
     * Decodes a photo to upright RGB.
     *
     * @param file a photo
     * @throws ImageException when it can't be read
     */
    public Image decode(Path file) {
        Objects.requireNonNull(file, "file");
        return running(() -> decodeFile(file));
    }

    /**
     * Decodes a photo to upright RGB.
     *
     * @param encoded the bytes of a file
     * @throws ImageException when it can't be read
     */
    public Image decode(byte[] encoded) {
        Objects.requireNonNull(encoded, "encoded");
        return running(() -> decodeBytes(encoded, "the given bytes"));
    }

    /**
     * Decodes a photo to upright RGB.
     *
     * @param stream read to its end; you close it
     * @throws ImageException when it can't be read
     */
    public Image decode(InputStream stream) {
        Objects.requireNonNull(stream, "stream");
        return running(() -> {
            try {
                byte[] encoded = stream.readNBytes((int) MAX_ENCODED_BYTES + 1);
                return decodeBytes(encoded, "the given stream");
            } catch (IOException e) {
                throw new ImageException("image-unreadable", "the given stream can't be read: " + e, e);
            }
        });
    }

    private Image decodeFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new ImageException("image-unreadable", file + " is a folder; give the path of a photo");
        }
        try {
            // asked for first, so that a file too large is not read, and the bytes get an array of their size at once
            requireAcceptable(Files.size(file), file.toString());
            return decodeBytes(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new ImageException("image-unreadable", file + " does not exist; give the path of a photo", e);
        } catch (IOException e) {
            throw new ImageException("image-unreadable", file + " can't be read: " + e, e);
        }
    }

    private Image decodeBytes(byte[] encoded, String name) {
        requireAcceptable(encoded.length, name);
        return decoder.decode(encoded, name, maxPixels);
    }

    private static void requireAcceptable(long bytes, String name) {
        if (bytes > MAX_ENCODED_BYTES) {
            throw new ImageException(
                    "image-too-large",
                    name + " is larger than " + (MAX_ENCODED_BYTES >> 20) + " MiB; give a smaller one");
        }
    }

    /**
     * Without a decoder a verifier still serves callers who bring decoded images; so its lack is told when it is used.
     */
    private static ImageDecoder findDecoder() {
        Services<ImageDecoder> decoders = Services.find(
                "image decoder", ServiceLoader.load(ImageDecoder.class), ImageDecoder::name, ImageDecoder::rank);
        return decoders.all().isEmpty()
                ? new MissingDecoder(decoders)
                : decoders.choose(Optional.empty(), DECODER_ARTIFACT);
    }

    /** Stands in for the decoder that is not there. */
    private record MissingDecoder(Services<ImageDecoder> none) implements ImageDecoder {
        @Override
        public String name() {
            return "missing";
        }

        @Override
        public int rank() {
            return Integer.MIN_VALUE;
        }

        @Override
        public Image decode(byte[] encoded, String name, long maxPixels) {
            return none.choose(Optional.empty(), DECODER_ARTIFACT).decode(encoded, name, maxPixels);
        }
    }

    /**
     * Compares the faces of two photos.
     *
     * @param first a photo
     * @param second another
     * @throws ImageException when one can't be read
     */
    public Verification verify(Path first, Path second) {
        return verify(first, second, faceSelection, threshold);
    }

    /**
     * Compares the faces of two photos, with settings for this call.
     *
     * @param first a photo
     * @param second another
     * @param selection which face is meant when there are several
     * @param threshold by value or by error rate
     * @throws ImageException when one can't be read
     * @throws IllegalArgumentException when the model's data can't support the error rate
     */
    public Verification verify(Path first, Path second, FaceSelection selection, Threshold threshold) {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(second, "second");
        return running(() -> verify(() -> decodeFile(first), () -> decodeFile(second), selection, threshold));
    }

    /**
     * Compares the faces of two images.
     *
     * @param first an upright image
     * @param second another
     */
    public Verification verify(Image first, Image second) {
        return verify(first, second, faceSelection, threshold);
    }

    /**
     * Compares the faces of two images, with settings for this call.
     *
     * @param first an upright image
     * @param second another
     * @param selection which face is meant when there are several
     * @param threshold by value or by error rate
     * @throws IllegalArgumentException when the model's data can't support the error rate
     */
    public Verification verify(Image first, Image second, FaceSelection selection, Threshold threshold) {
        Objects.requireNonNull(first, "first");
        Objects.requireNonNull(second, "second");
        return running(() -> verify(() -> first, () -> second, selection, threshold));
    }

    /**
     * Compares the face of one image with the faces of many. The one is detected and embedded once.
     *
     * @param probe an upright image
     * @param others the images to compare it with
     * @return one result for each of {@code others}, in the same order, as {@link #verify(Image, Image)} gives it, up
     *     to the last bits of an embedder that is not {@linkplain Embedder#isBatchInvariant() batch invariant}; the time
     *     spent on the probe stands in the first
     */
    public List<Verification> verifyOneToMany(Image probe, List<Image> others) {
        Objects.requireNonNull(probe, "probe");
        List<Image> images = List.copyOf(others);
        return running(() -> {
            List<Verification> results = new ArrayList<>(images.size());
            Stopwatch watch = new Stopwatch();
            Side first = null;
            for (Image image : images) {
                if (first == null) {
                    Choice choice = chooseToCompare(probe, faceSelection, watch);
                    first = choice.reason() == Problem.NONE ? embed(choice, watch) : new Side(choice, List.of());
                }
                Side second = new Side(chooseToCompare(image, faceSelection, watch), List.of());
                results.add(decide(first, second, threshold, watch));
                watch = new Stopwatch();
            }
            return List.copyOf(results);
        });
    }

    /**
     * Faces of an image.
     *
     * @param image an upright image
     * @return highest score first; empty when there is none
     */
    public List<Face> detect(Image image) {
        Objects.requireNonNull(image, "image");
        return running(() -> detector.detect(image));
    }

    /**
     * Faces of many images of any sizes.
     *
     * @param images upright images
     * @return one list for each image, in the same order
     */
    public List<List<Face>> detectAll(List<Image> images) {
        List<Image> copy = List.copyOf(images);
        return running(() -> detector.detectAll(copy));
    }

    /**
     * Embeds the face of an image that the {@link FaceSelection} of the builder means.
     *
     * @param image an upright image
     * @return empty when there is no such face; with {@link FaceSelection#ALL_PAIRS}, the largest
     */
    public Optional<Embedding> embed(Image image) {
        Objects.requireNonNull(image, "image");
        FaceSelection one = faceSelection == FaceSelection.ALL_PAIRS ? FaceSelection.LARGEST : faceSelection;
        return running(() -> {
            Choice choice = choose(image, one, new Stopwatch());
            return choice.reason() == Problem.NONE
                    ? Optional.of(
                            embedder.embed(aligner.align(image, choice.faces().get(0))))
                    : Optional.empty();
        });
    }

    /**
     * What became of one photo among many.
     *
     * @param source what was given
     * @param result what it gave; empty when it failed, and where there is no usable face
     * @param failure what was thrown for this photo
     */
    public record Processed<S, R>(S source, Optional<R> result, Optional<RuntimeException> failure) {}

    /**
     * Finds faces in many photos of any sizes, as many at once as there are processors. Only those that are worked on
     * are in memory, so there may be any number. A photo that fails does not keep the others from being worked on.
     *
     * <pre>{@code
     * verifier.detectEach(paths.stream(), verifier::decode, photo -> print(photo.source(), photo.result()));
     * }</pre>
     *
     * @param sources read one after the other, on the calling thread, as there is room for more
     * @param reader makes an upright image of a source; called on other threads, which end with this call
     * @param results gets one result for each source, in the same order, on the calling thread; what it throws ends the
     *     call
     * @throws java.util.concurrent.CancellationException when interrupted
     */
    public <S> void detectEach(
            Stream<S> sources, Function<? super S, Image> reader, Consumer<? super Processed<S, List<Face>>> results) {
        Objects.requireNonNull(reader, "reader");
        ManyImages.run(sources, source -> Optional.of(detect(reader.apply(source))), results);
    }

    /**
     * Embeds the face of each of many photos, as {@link #embed(Image)} does, and otherwise like {@link #detectEach}.
     *
     * @param sources read one after the other, on the calling thread, as there is room for more
     * @param reader makes an upright image of a source; called on other threads, which end with this call
     * @param results gets one result for each source, in the same order, on the calling thread; what it throws ends the
     *     call
     * @throws java.util.concurrent.CancellationException when interrupted
     */
    public <S> void embedEach(
            Stream<S> sources, Function<? super S, Image> reader, Consumer<? super Processed<S, Embedding>> results) {
        Objects.requireNonNull(reader, "reader");
        ManyImages.run(sources, source -> embed(reader.apply(source)), results);
    }

    /**
     * Embeds given faces of an image, as one batch.
     *
     * @param image an upright image
     * @param faces faces of that image
     * @return one for each face, in the same order
     */
    public List<Embedding> embed(Image image, List<Face> faces) {
        Objects.requireNonNull(image, "image");
        List<Face> copy = List.copyOf(faces);
        return running(() -> embedder.embedAll(
                copy.stream().map(face -> aligner.align(image, face)).toList()));
    }

    /**
     * Embeds many crops, as one batch.
     *
     * @param crops of the size that {@link #model()} asks for
     * @return one for each crop, in the same order
     */
    public List<Embedding> embedAll(List<FaceCrop> crops) {
        List<FaceCrop> copy = List.copyOf(crops);
        return running(() -> embedder.embedAll(copy));
    }

    /**
     * Cuts a face out of its image as the embedder wants it. The crop does not keep the image.
     *
     * @param image an upright image
     * @param face a face of that image
     */
    public FaceCrop align(Image image, Face face) {
        return running(() -> {
            FaceCrop crop = aligner.align(image, face);
            return new FaceCrop(crop.image().inMemory(), crop.alignment());
        });
    }

    /**
     * Judges whether a face is that of a living person, as the builder was told to by {@link Builder#liveness}.
     *
     * @param image an upright image
     * @param face a face of that image
     * @throws IllegalStateException when the builder was told nothing
     */
    public Liveness.Result liveness(Image image, Face face) {
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(face, "face");
        return running(() -> liveness.orElseThrow(() -> new IllegalStateException(
                        "this FaceVerifier checks no liveness; build it with liveness(Liveness.passive())"))
                .judge(image, face));
    }

    /**
     * Decides about two embeddings.
     *
     * @param first an embedding of this verifier's {@link #space()}
     * @param second another
     * @throws EmbeddingMismatchException when one is of another space
     */
    public Comparison compare(Embedding first, Embedding second) {
        return running(() -> {
            if (!first.space().equals(space)) {
                throw new EmbeddingMismatchException(first.space(), space);
            }
            return observer.decide(1, () -> verifier.compare(first, second, threshold), Comparison::outcome);
        });
    }

    private enum Problem {
        NONE,
        NO_FACE,
        SEVERAL_FACES,
        TOO_SMALL,
        LOW_QUALITY,
        SPOOF
    }

    /** The faces of one image that are meant, or why there is none; and what came out of judging them. */
    private record Choice(
            Image image,
            List<Face> found,
            List<Face> faces,
            Problem reason,
            Map<Face, Face.Quality> quality,
            Map<Face, Liveness.Result> liveness) {
        Choice(Image image, List<Face> found, List<Face> faces, Problem reason) {
            this(image, found, faces, reason, Map.of(), Map.of());
        }

        Verification.Subject subject(Optional<Face> used) {
            Optional<Liveness.Result> result = result(liveness, used, Liveness.Result::score);
            Optional<Face.Quality> measured = result(quality, used, Face.Quality::score);
            return new Verification.Subject(image.width(), image.height(), found, used, measured, result);
        }

        /** That of the face that was used; where all were refused, the best of them says why. */
        private static <T> Optional<T> result(Map<Face, T> results, Optional<Face> used, ToDoubleFunction<T> score) {
            // mostly nothing was judged
            return results.isEmpty()
                    ? Optional.empty()
                    : used.map(results::get).or(() -> results.values().stream().max(Comparator.comparingDouble(score)));
        }
    }

    private record LivenessStage(Liveness.Gate gate, Liveness check) {
        Liveness.Result judge(Image image, Face face) {
            return new Liveness.Result(check.score(image, face), gate.threshold());
        }

        Choice judge(Choice choice) {
            Map<Face, Liveness.Result> results = new LinkedHashMap<>();
            List<Face> passed = new ArrayList<>();
            for (Face face : choice.faces()) {
                Liveness.Result result = judge(choice.image(), face);
                results.put(face, result);
                if (result.isLive() || gate.policy() == Liveness.Policy.INFORM) {
                    passed.add(face);
                }
            }
            Problem problem = passed.isEmpty() && choice.reason() == Problem.NONE ? Problem.SPOOF : choice.reason();
            return new Choice(choice.image(), choice.found(), passed, problem, choice.quality(), results);
        }
    }

    /** With recovery, what is judged is what will be embedded: a dark face after it was brightened. */
    private Choice judge(Face.Quality.Gate gate, Choice choice) {
        Map<Face, Face.Quality> results = new LinkedHashMap<>();
        List<Face> passed = new ArrayList<>();
        for (Face face : choice.faces()) {
            Image seen = recovery ? Recovery.seen(choice.image(), face) : choice.image();
            Face.Quality result = gate.judge(seen, face);
            results.put(face, result);
            if (result.failed().isEmpty()) {
                passed.add(face);
            }
        }
        Problem problem = passed.isEmpty() && choice.reason() == Problem.NONE ? Problem.LOW_QUALITY : choice.reason();
        return new Choice(choice.image(), choice.found(), passed, problem, results, Map.of());
    }

    /** The faces to compare. */
    private Choice chooseToCompare(Image image, FaceSelection selection, Stopwatch watch) {
        Choice choice = choose(image, selection, watch);
        Choice good = quality.map(gate -> judge(gate, choice)).orElse(choice);
        return liveness.filter(stage -> stage.gate().policy() != Liveness.Policy.ON_REQUEST)
                .map(stage -> stage.judge(good))
                .orElse(good);
    }

    private Verification verify(
            Supplier<Image> first, Supplier<Image> second, FaceSelection selection, Threshold wish) {
        Objects.requireNonNull(selection, "selection");
        Threshold resolved = resolve(wish);
        Stopwatch watch = new Stopwatch();
        Stopwatch secondWatch = new Stopwatch();
        Thread caller = Thread.currentThread();
        Progress progress = new Progress();
        FutureTask<Side> secondTask = helpers.start(() -> {
            progress.onTwoThreads = !Thread.currentThread().equals(caller);
            return load(second, selection, secondWatch, progress);
        });
        Side firstSide;
        try {
            firstSide = load(first, selection, watch, progress);
        } catch (RuntimeException | Error e) {
            try {
                Helpers.finish(secondTask);
            } catch (RuntimeException | Error later) {
                e.addSuppressed(later);
            }
            throw e;
        }
        Side secondSide = Helpers.finish(secondTask);
        watch.add(secondWatch);
        return decide(firstSide, secondSide, resolved, watch);
    }

    /** What two threads that work on a photo each tell each other. */
    private static final class Progress {
        private volatile boolean onTwoThreads;

        /** Nothing will be compared, so nothing need be embedded. */
        private volatile boolean hopeless;
    }

    /**
     * The faces of one photo to compare.
     *
     * @param embeddings theirs, in the same order; empty as long as they are not made
     */
    private record Side(Choice choice, List<Embedding> embeddings) {}

    private Side load(Supplier<Image> source, FaceSelection selection, Stopwatch watch, Progress progress) {
        boolean usable = false;
        try {
            watch.lap();
            Image image = source.get();
            watch.decode += watch.lap();
            Choice choice = chooseToCompare(image, selection, watch);
            usable = choice.reason() == Problem.NONE;
            return embedsApart && progress.onTwoThreads && usable && !progress.hopeless
                    ? embed(choice, watch)
                    : new Side(choice, List.of());
        } finally {
            if (!usable) {
                progress.hopeless = true;
            }
        }
    }

    private Side embed(Choice choice, Stopwatch watch) {
        watch.lap();
        List<FaceCrop> crops = new ArrayList<>();
        align(choice, crops);
        watch.align += watch.lap();
        List<Embedding> embeddings = embedder.embedAll(crops);
        watch.embed += watch.lap();
        return new Side(choice, embeddings);
    }

    private void align(Choice choice, List<FaceCrop> crops) {
        choice.faces().forEach(face -> crops.add(aligner.align(choice.image(), face)));
    }

    private Choice choose(Image image, FaceSelection selection, Stopwatch watch) {
        watch.lap();
        List<Face> found = detector.detect(image);
        watch.detect += watch.lap();
        List<Face> meant = selection.select(found, image.width(), image.height());
        if (meant.isEmpty()) {
            return new Choice(image, found, meant, found.isEmpty() ? Problem.NO_FACE : Problem.SEVERAL_FACES);
        }
        List<Face> largeEnough = new ArrayList<>(meant.size());
        for (Face face : meant) {
            if (Math.min(face.box().width(), face.box().height()) >= minFaceSize) {
                largeEnough.add(face);
            }
        }
        return new Choice(image, found, largeEnough, largeEnough.isEmpty() ? Problem.TOO_SMALL : Problem.NONE);
    }

    private Verification decide(Side firstSide, Side secondSide, Threshold resolved, Stopwatch watch) {
        Choice first = firstSide.choice();
        Choice second = secondSide.choice();
        List<Reason> reasons = new ArrayList<>(2);
        reason(first, true).ifPresent(reasons::add);
        // the one reason that does not say which image may come from both
        reason(second, false).filter(other -> !reasons.contains(other)).ifPresent(reasons::add);
        if (!reasons.isEmpty()) {
            return new Verification(
                    observer.decide(0, () -> Outcome.INCONCLUSIVE, outcome -> outcome),
                    Double.NaN,
                    resolved,
                    reasons,
                    first.subject(Optional.empty()),
                    second.subject(Optional.empty()),
                    space,
                    watch.timings());
        }
        List<Embedding> embeddings = embeddings(firstSide, secondSide, watch);
        int pairs = first.faces().size() * second.faces().size();
        Pair best = observer.decide(
                pairs, () -> mostSimilar(first.faces(), second.faces(), embeddings, resolved), pair -> pair.comparison()
                        .outcome());
        return new Verification(
                best.comparison().outcome(),
                best.comparison().similarity(),
                resolved,
                List.of(),
                first.subject(Optional.of(best.first())),
                second.subject(Optional.of(best.second())),
                space,
                watch.timings());
    }

    /** Those of both sides, the first's first; what is not made yet is made in one call. */
    private List<Embedding> embeddings(Side first, Side second, Stopwatch watch) {
        watch.lap();
        List<FaceCrop> crops = new ArrayList<>();
        for (Side side : List.of(first, second)) {
            if (side.embeddings().isEmpty()) {
                align(side.choice(), crops);
            }
        }
        watch.align += watch.lap();
        List<Embedding> embeddings = new ArrayList<>(first.embeddings());
        embeddings.addAll(second.embeddings());
        if (!crops.isEmpty()) {
            embeddings.addAll(first.embeddings().isEmpty() ? 0 : embeddings.size(), embedder.embedAll(crops));
        }
        watch.embed += watch.lap();
        return embeddings;
    }

    private record Pair(Face first, Face second, Comparison comparison) {}

    /** Of all pairs of a face of the first image and one of the second; the embeddings stand in that order. */
    private Pair mostSimilar(List<Face> first, List<Face> second, List<Embedding> embeddings, Threshold resolved) {
        Pair best = null;
        for (int i = 0; i < first.size(); i++) {
            for (int j = 0; j < second.size(); j++) {
                Comparison one = verifier.compare(embeddings.get(i), embeddings.get(first.size() + j), resolved);
                if (best == null || one.similarity() > best.comparison().similarity()) {
                    best = new Pair(first.get(i), second.get(j), one);
                }
            }
        }
        return Objects.requireNonNull(best, "both sides have a face here");
    }

    private static Optional<Reason> reason(Choice choice, boolean isFirst) {
        return switch (choice.reason()) {
            case NONE -> Optional.empty();
            case NO_FACE -> Optional.of(isFirst ? Reason.NO_FACE_IN_FIRST_IMAGE : Reason.NO_FACE_IN_SECOND_IMAGE);
            case SEVERAL_FACES -> Optional.of(
                    isFirst ? Reason.SEVERAL_FACES_IN_FIRST_IMAGE : Reason.SEVERAL_FACES_IN_SECOND_IMAGE);
            case TOO_SMALL -> Optional.of(
                    isFirst ? Reason.FACE_TOO_SMALL_IN_FIRST_IMAGE : Reason.FACE_TOO_SMALL_IN_SECOND_IMAGE);
            case LOW_QUALITY -> Optional.of(
                    isFirst ? Reason.LOW_QUALITY_IN_FIRST_IMAGE : Reason.LOW_QUALITY_IN_SECOND_IMAGE);
            case SPOOF -> Optional.of(Reason.SPOOF_SUSPECTED);
        };
    }

    /** Nanoseconds spent in the stages of one call. */
    private static final class Stopwatch {
        private final long start = System.nanoTime();
        private long last = start;
        private long decode;
        private long detect;
        private long align;
        private long embed;

        /** Nanoseconds since the last lap. */
        long lap() {
            long now = System.nanoTime();
            long lap = now - last;
            last = now;
            return lap;
        }

        /** Adds the stages of a photo that was worked on beside. */
        void add(Stopwatch other) {
            decode += other.decode;
            detect += other.detect;
            align += other.align;
            embed += other.embed;
        }

        Verification.Timings timings() {
            return new Verification.Timings(
                    Duration.ofNanos(decode),
                    Duration.ofNanos(detect),
                    Duration.ofNanos(align),
                    Duration.ofNanos(embed),
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /** Runs one call, and keeps {@link #close} waiting until it is done. */
    private <T> T running(Supplier<T> call) {
        Lock lock = life.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException(
                        "this FaceVerifier is closed; build another, and close it only when all calls are made"
                                + "; see docs/errors.md#closed");
            }
            return call.get();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for running calls and closes what the builder created; does nothing the second time. */
    @Override
    public void close() {
        Lock lock = life.writeLock();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            helpers.close();
            FaceverException failed = new FaceverException("close-failed", "parts of the FaceVerifier failed to close");
            closeAll(owned, failed);
            if (failed.getSuppressed().length > 0) {
                throw failed;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes the last-made first; what fails is added to {@code collector} and does not keep the rest open. */
    private static void closeAll(List<AutoCloseable> parts, Throwable collector) {
        for (int i = parts.size() - 1; i >= 0; i--) {
            try {
                parts.get(i).close();
            } catch (Exception e) {
                collector.addSuppressed(e);
            }
        }
    }
}
