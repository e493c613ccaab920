package io.facever.models;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.facever.ModelDescription;
import io.facever.ModelException;
import io.facever.models.internal.WeightsException;
import io.facever.spi.ModelProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The published models: fetched once from their public addresses or a mirror, checked by SHA-256, converted to ONNX in
 * Java, and kept in a cache folder. This is the only part of facever that opens a network connection, and it does so
 * only when it is asked for a network that is not in the cache, and not told to stay offline.
 *
 * <p>Settings, each from {@link #builder}, else from a system property, else from the environment:
 *
 * <table>
 * <caption>Settings</caption>
 * <tr><th>what</th><th>property</th><th>variable</th><th>default</th></tr>
 * <tr><td>cache folder</td><td>{@code facever.cache}</td><td>{@code FACEVER_CACHE}</td>
 *     <td>{@code facever} in {@code XDG_CACHE_HOME}, {@code ~/.cache}, {@code ~/Library/Caches}, or
 *     {@code %LOCALAPPDATA%\facever\cache}</td></tr>
 * <tr><td>mirror</td><td>{@code facever.mirror}</td><td>{@code FACEVER_MIRROR}</td>
 *     <td>none: the public addresses</td></tr>
 * <tr><td>offline</td><td>{@code facever.offline}</td><td>{@code FACEVER_OFFLINE}</td><td>false</td></tr>
 * </table>
 *
 * <p>The published files are deleted after the conversion; the ONNX files hold all that is needed of them. An ONNX file
 * is hashed when a store first hands it out, and again when its size or time changed; one that is not as it was made is
 * made again. Safe for any number of threads; several stores and processes may share a cache folder. Needs no closing.
 *
 * @since 0.1.0
 */
public final class ModelStore implements ModelProvider {
    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);

    private final Optional<String> mirror;
    private final boolean offline;
    private final ModelProgress progress;
    private final CacheFolder cache;
    /** Read when it is first needed, so that making a store costs nothing. */
    private volatile Optional<List<CatalogueModel>> catalogue;

    private final ImportedModels imported;

    /** A store with the settings of system properties and environment, as ServiceLoader makes it. */
    public ModelStore() {
        this(builder());
    }

    private ModelStore(Builder builder) {
        this.mirror = builder.mirror;
        this.offline = builder.offline;
        this.progress = builder.progress;
        this.cache = new CacheFolder(builder.cache, builder.storage);
        this.catalogue = builder.catalogue;
        this.imported = new ImportedModels(cache);
    }

    /** Starts from the settings of system properties and environment. */
    public static Builder builder() {
        return new Builder(Settings.ofProcess());
    }

    /** Settings of a store. Not safe for threads. */
    public static final class Builder {
        private Path cache;
        private Optional<String> mirror;
        private boolean offline;
        private ModelProgress progress = (step, done, total) -> {};
        private Storage storage = Storage.DISK;
        private Optional<List<CatalogueModel>> catalogue = Optional.empty();

        private Builder(Settings settings) {
            this.cache = settings.cache();
            this.mirror = settings.mirror();
            this.offline = settings.offline();
        }

        /** Folder for finished models; made when it is needed. */
        public Builder cache(Path folder) {
            this.cache = Objects.requireNonNull(folder, "folder");
            return this;
        }

        /**
         * Where to read published files instead of their public addresses.
         *
         * @param place a folder, or a base URL, with the layout {@code <host>/<path of the public URL>}
         * @throws IllegalArgumentException when it is a URL that is neither https nor this machine's own
         */
        public Builder mirror(String place) {
            Mirror.of(Optional.of(place));
            this.mirror = Optional.of(place);
            return this;
        }

        /** Whether to never open a connection; a mirror that is a folder still serves. */
        public Builder offline(boolean offline) {
            this.offline = offline;
            return this;
        }

        /** Who is told how far a fetch is; nobody if not set. */
        public Builder progress(ModelProgress progress) {
            this.progress = Objects.requireNonNull(progress, "progress");
            return this;
        }

        /** For tests: a disk that fails. */
        Builder storage(Storage storage) {
            this.storage = storage;
            return this;
        }

        /** For tests: small models. */
        Builder catalogue(List<CatalogueModel> catalogue) {
            this.catalogue = Optional.of(List.copyOf(catalogue));
            return this;
        }

        /** The store. */
        public ModelStore build() {
            return new ModelStore(this);
        }
    }

    @Override
    public String name() {
        return "facever-models";
    }

    @Override
    public int rank() {
        return 0;
    }

    /** The models of the catalogue, then those that were imported. */
    @Override
    public List<ModelDescription> models() {
        return known().stream().map(CatalogueModel::description).toList();
    }

    @Override
    public ModelDescription describe(String id) {
        return find(id).description();
    }

    @Override
    public Path resolve(String id, String network) {
        Objects.requireNonNull(network, "network");
        CatalogueModel model = find(id);
        Network wanted = model.networks().stream()
                .filter(one -> one.name().equals(network))
                .findFirst()
                .orElseThrow(() -> new ModelException(
                        "model-unknown",
                        "model '" + id + "' has no network '" + network + "'; it has "
                                + model.networks().stream().map(Network::name).collect(Collectors.joining(", "))));
        return resolve(model, wanted);
    }

    /**
     * Makes sure that all networks of a model are in the cache.
     *
     * @param id the model's id
     * @throws ModelException when the model is not known or can't be had
     */
    public void pull(String id) {
        CatalogueModel model = find(id);
        model.networks().forEach(network -> resolve(model, network));
    }

    /** The cache folder, which need not exist yet. */
    public Path cache() {
        return cache.root();
    }

    /** Hashes every cached network afresh and says what was found. Changes nothing. */
    public List<ModelStatus> check() {
        List<ModelStatus> found = new ArrayList<>();
        for (CatalogueModel model : known()) {
            for (Network network : model.networks()) {
                Path file = file(model, network);
                found.add(new ModelStatus(
                        model.description().id(),
                        network.name(),
                        file,
                        cache.state(file, true),
                        network.sourceBytes()));
            }
        }
        return List.copyOf(found);
    }

    /**
     * Takes weights of the user's own into the cache. From then on the model is known like those of the catalogue, with
     * the licence and threshold left to the user; a model that was imported under this id before is replaced. The file
     * should stay where it is: the ONNX file is made from it again if it is lost.
     *
     * @param id a new id: small letters, digits, '.', '_' and '-'
     * @param architecture {@code inception-resnet-v1}
     * @param stateDict PyTorch state dict with the names of facenet-pytorch, any bottleneck dimension; nothing in the
     *     file is run
     * @return what is now known of it
     * @throws ModelException when the id or architecture is refused, the file is no such state dict, or the cache can't
     *     be written
     */
    public ModelDescription importModel(String id, String architecture, Path stateDict) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(architecture, "architecture");
        Objects.requireNonNull(stateDict, "stateDict");
        List<String> taken =
                catalogue().stream().map(model -> model.description().id()).toList();
        ImportedModels.Converted converted = imported.convert(id, architecture, stateDict, taken);
        CatalogueModel model = converted.model();
        Path file = file(model, model.networks().get(0));
        cache.locked(folder(model), () -> {
            cache.store(file, converted.onnx()::writeTo);
            return file;
        });
        imported.add(converted);
        LOG.info("imported {}: {}", id, file);
        return model.description();
    }

    private List<CatalogueModel> catalogue() {
        // two threads may both read it; they find the same
        List<CatalogueModel> models = catalogue.orElseGet(Catalogue::models);
        catalogue = Optional.of(models);
        return models;
    }

    private List<CatalogueModel> known() {
        return Stream.concat(catalogue().stream(), imported.list().stream()).toList();
    }

    private CatalogueModel find(String id) {
        Objects.requireNonNull(id, "id");
        return known().stream()
                .filter(model -> model.description().id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ModelException(
                        "model-unknown",
                        "no model '" + id + "'; known are "
                                + models().stream().map(ModelDescription::id).collect(Collectors.joining(", "))));
    }

    /** The digest is part of the path, so a file of other weights or an older conversion is never met. */
    private Path folder(CatalogueModel model) {
        return cache.root()
                .resolve("models")
                .resolve(model.description().id())
                .resolve(model.description().digest().substring(0, 16));
    }

    private Path file(CatalogueModel model, Network network) {
        return folder(model).resolve(network.name() + ".onnx");
    }

    private Path resolve(CatalogueModel model, Network network) {
        Path file = file(model, network);
        if (cache.state(file, false) == ModelStatus.State.WHOLE) {
            return file;
        }
        return cache.locked(folder(model), () -> {
            ModelStatus.State state = cache.state(file, false);
            if (state == ModelStatus.State.WHOLE) {
                return file;
            }
            if (state == ModelStatus.State.ALTERED) {
                LOG.warn(
                        "{} is not as it was made (its SHA-256 differs from {}); making it again",
                        file,
                        CacheFolder.hashFile(file));
            }
            make(model, network, file);
            return file;
        });
    }

    private void make(CatalogueModel model, Network network, Path file) {
        String label = model.description().id() + (model.networks().size() == 1 ? "" : " " + network.name());
        List<Path> files = network.sources().isEmpty() ? List.of() : fetch(label, model, network, file);
        String step = "convert " + label;
        progress.progress(step, 0, network.sourceBytes());
        ModelProto onnx = convert(label, network, files);
        cache.store(file, onnx::writeTo);
        CacheFolder.deleteTree(sources(model, network));
        progress.progress(step, network.sourceBytes(), network.sourceBytes());
        LOG.info("{} is ready: {}", label, file);
    }

    private Path sources(CatalogueModel model, Network network) {
        return folder(model).resolve("sources-" + network.name());
    }

    private List<Path> fetch(String label, CatalogueModel model, Network network, Path file) {
        LOG.info("fetching {} ({} bytes) from {}", label, network.sourceBytes(), mirror.orElse("its public address"));
        Fetcher fetcher = new Fetcher(openMirror(label, file), cache, progress);
        return fetcher.fetch("fetch " + label, network.sources(), sources(model, network));
    }

    private static ModelProto convert(String label, Network network, List<Path> files) {
        try {
            return network.conversion().convert(files);
        } catch (WeightsException e) {
            throw new ModelException(
                    "weights-unreadable",
                    "the published files of " + label + " are whole but can't be converted: " + e.getMessage()
                            + "; this is a fault of facever, please report it",
                    e);
        } catch (IOException e) {
            throw new ModelException(
                    "weights-unreadable",
                    "the fetched files of " + label + " can't be read: " + e + "; check the cache folder",
                    e);
        }
    }

    private Mirror openMirror(String label, Path file) {
        Mirror opened;
        try {
            opened = Mirror.of(mirror);
        } catch (IllegalArgumentException e) {
            throw new ModelException(
                    "mirror-not-usable",
                    "the mirror '" + mirror.orElse("") + "' can't be used: " + e.getMessage()
                            + "; set -Dfacever.mirror or FACEVER_MIRROR to a folder or an https address",
                    e);
        }
        if (offline && opened.isRemote()) {
            throw new ModelException(
                    "model-offline",
                    "model " + label + " is not in the cache (" + file + ") and facever was told to stay offline;"
                            + " fetch it once with a connection, or set -Dfacever.mirror or FACEVER_MIRROR to a"
                            + " folder that holds the published files");
        }
        return opened;
    }
}
