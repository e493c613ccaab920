package io.facever;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a model. Immutable; made by {@link #builder}.
 *
 * <p>Embedding models have a {@link #crop() crop} and a {@link #dimension() dimension}; detectors have neither.
 *
 * @since 0.1.0
 */
public final class ModelDescription {
    private final String id;
    private final String architecture;
    private final String digest;
    private final int dimension;
    private final Optional<CropSpec> crop;
    private final Optional<String> aligner;
    private final Optional<Threshold> threshold;
    private final List<Calibration> calibrations;
    private final String licence;
    private final String origin;

    private ModelDescription(Builder builder) {
        this.id = builder.id;
        this.architecture = builder.architecture;
        this.digest = builder.digest;
        this.dimension = builder.dimension;
        this.crop = builder.crop;
        this.aligner = builder.aligner;
        this.threshold = builder.threshold;
        this.calibrations = List.copyOf(builder.calibrations);
        this.licence = builder.licence;
        this.origin = builder.origin;
    }

    /**
     * Starts a description.
     *
     * @param id short name, as in {@code facenet-vggface2}
     * @param architecture which network: {@code mtcnn}, {@code inception-resnet-v1}, {@code mobilefacenet}, or your own
     * @param digest stands for weights and preprocessing together: equal digests give equal embeddings
     */
    public static Builder builder(String id, String architecture, String digest) {
        return new Builder(id, architecture, digest);
    }

    /** Collects what is known of a model. Not safe for threads. */
    public static final class Builder {
        private final String id;
        private final String architecture;
        private final String digest;
        private int dimension;
        private Optional<CropSpec> crop = Optional.empty();
        private Optional<String> aligner = Optional.empty();
        private Optional<Threshold> threshold = Optional.empty();
        private List<Calibration> calibrations = new ArrayList<>();
        private String licence = "not stated";
        private String origin = "not stated";

        private Builder(String id, String architecture, String digest) {
            this.id = Objects.requireNonNull(id, "id");
            this.architecture = Objects.requireNonNull(architecture, "architecture");
            this.digest = Objects.requireNonNull(digest, "digest");
        }

        /**
         * What an embedding model takes and gives.
         *
         * @param crop size and template of its input
         * @param dimension how many numbers its embeddings have, at least 1
         */
        public Builder embeds(CropSpec crop, int dimension) {
            if (dimension < 1) {
                throw new IllegalArgumentException("an embedding has at least 1 dimension, found " + dimension);
            }
            this.crop = Optional.of(crop);
            this.dimension = dimension;
            return this;
        }

        /** The aligner that suits the model best, by name; used where it is there and the caller names none. */
        public Builder aligner(String name) {
            this.aligner = Optional.of(name);
            return this;
        }

        /** Threshold used where no {@link Calibration} fits and the caller sets none. */
        public Builder threshold(Threshold threshold) {
            this.threshold = Optional.of(threshold);
            return this;
        }

        /** Adds measured error rates. */
        public Builder calibration(Calibration calibration) {
            calibrations.add(Objects.requireNonNull(calibration, "calibration"));
            return this;
        }

        /** Licence as its authors state it. */
        public Builder licence(String licence) {
            this.licence = Objects.requireNonNull(licence, "licence");
            return this;
        }

        /** Where the weights come from and what they were trained on. */
        public Builder origin(String origin) {
            this.origin = Objects.requireNonNull(origin, "origin");
            return this;
        }

        /** The description. */
        public ModelDescription build() {
            return new ModelDescription(this);
        }
    }

    /** Short name. */
    public String id() {
        return id;
    }

    /** Which network. */
    public String architecture() {
        return architecture;
    }

    /** Stands for weights and preprocessing together. */
    public String digest() {
        return digest;
    }

    /** How many numbers an embedding has; 0 for a model that makes none. */
    public int dimension() {
        return dimension;
    }

    /**
     * What an embedding model wants to see.
     *
     * @throws IllegalStateException when this model makes no embeddings
     */
    public CropSpec crop() {
        return crop.orElseThrow(() -> new IllegalStateException("model " + id + " makes no embeddings"));
    }

    /**
     * The aligner that suits the model best, by name; the best-ranked one is used if none is stated or it is not there.
     */
    public Optional<String> aligner() {
        return aligner;
    }

    /** Threshold used where no calibration fits and the caller sets none. */
    public Optional<Threshold> threshold() {
        return threshold;
    }

    /** Measured error rates, at most one for each embedding space. */
    public List<Calibration> calibrations() {
        return calibrations;
    }

    /**
     * Measured error rates for one way of cutting crops.
     *
     * @param space a space of this model
     */
    public Optional<Calibration> calibration(EmbeddingSpace space) {
        return calibrations.stream()
                .filter(calibration -> calibration.space().equals(space.id()))
                .findFirst();
    }

    /** Licence as its authors state it. */
    public String licence() {
        return licence;
    }

    /** Where the weights come from and what they were trained on. */
    public String origin() {
        return origin;
    }

    @Override
    public String toString() {
        return "ModelDescription[" + id + ", " + architecture + "]";
    }
}
