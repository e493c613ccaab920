package io.facever.models;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.facever.ModelDescription;
import io.facever.ModelException;
import io.facever.models.internal.InceptionResnetV1;
import io.facever.models.internal.TorchWeights;
import io.facever.models.internal.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models that a user brought: a properties file for each in the folder {@code imported} of the cache, with the place
 * and hash of the weights, from which the ONNX file is made again when it is missing or altered.
 */
final class ImportedModels {
    private static final Logger LOG = LoggerFactory.getLogger(ImportedModels.class);

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final String SUFFIX = ".properties";

    private final CacheFolder cache;

    ImportedModels(CacheFolder cache) {
        this.cache = cache;
    }

    private Path folder() {
        return cache.root().resolve("imported");
    }

    /** A model whose weights were read just now. */
    record Converted(CatalogueModel model, ModelProto onnx, Properties properties) {}

    /** All that were imported; one that can't be read is left out, with a warning. */
    List<CatalogueModel> list() {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(folder())) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(folder(), "*" + SUFFIX)) {
                found.forEach(files::add);
            } catch (IOException | DirectoryIteratorException e) {
                LOG.warn("imported models can't be listed in {}: {}", folder(), e.toString());
            }
        }
        files.sort(Comparator.naturalOrder());
        return files.stream().flatMap(file -> read(file).stream()).toList();
    }

    private Optional<CatalogueModel> read(Path file) {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
            return Optional.of(model(properties));
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the imported model in {} is left out, import it again: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private static CatalogueModel model(Properties properties) {
        String id = required(properties, "id");
        String architecture = required(properties, "architecture");
        String hash = required(properties, "weights.sha256");
        Path weights = Path.of(required(properties, "weights.file"));
        int dimension = Integer.parseInt(required(properties, "dimension"));
        Network network = new Network("embedding", List.of(), files -> convertAgain(id, weights, hash));
        ModelDescription description = ModelDescription.builder(
                        id, architecture, Catalogue.digest(hash, Catalogue.contract(Catalogue.FACENET_CROP)))
                .embeds(Catalogue.FACENET_CROP, dimension)
                .licence("not known to facever: imported by the user")
                .origin("imported by the user from a PyTorch state dict, SHA-256 " + hash)
                .build();
        return new CatalogueModel(description, List.of(network));
    }

    private static String required(Properties properties, String key) {
        return Optional.ofNullable(properties.getProperty(key))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException("no '" + key + "' in it"));
    }

    /**
     * Reads and converts a state dict.
     *
     * @param taken ids that can't be given to it
     */
    Converted convert(String id, String architecture, Path stateDict, List<String> taken) {
        if (!ID.matcher(id).matches()) {
            throw refused("'" + id + "' can't be the id of a model; expected up to 64 small letters, digits, '.', '_'"
                    + " and '-', a letter or digit first");
        }
        if (taken.contains(id)) {
            throw refused("'" + id + "' is a model of the catalogue; choose another id");
        }
        if (!architecture.equals(Catalogue.INCEPTION_RESNET_V1)) {
            throw refused("weights of architecture '" + architecture + "' can't be imported; supported is "
                    + Catalogue.INCEPTION_RESNET_V1);
        }
        Path file = stateDict.toAbsolutePath().normalize();
        if (!Files.isRegularFile(file)) {
            throw unreadable(
                    file, Files.isDirectory(file) ? "it is a folder" : "there is no such file", Optional.empty());
        }
        String hash = hash(file);
        ModelProto onnx = convert(file);
        Properties properties = new Properties();
        properties.setProperty("id", id);
        properties.setProperty("architecture", architecture);
        properties.setProperty("dimension", Integer.toString(InceptionResnetV1.dimension(onnx)));
        properties.setProperty("weights.file", file.toString());
        properties.setProperty("weights.sha256", hash);
        return new Converted(model(properties), onnx, properties);
    }

    /** Makes a converted model known. */
    void add(Converted converted) {
        String id = converted.model().description().id();
        cache.locked(folder(), () -> {
            Path file = folder().resolve(id + SUFFIX);
            cache.store(file, out -> converted.properties().store(out, "a model imported into facever"));
            return file;
        });
    }

    private static ModelProto convertAgain(String id, Path file, String hash) {
        if (!Files.isRegularFile(file) || !hash(file).equals(hash)) {
            throw new ModelException(
                    "imported-model-lost",
                    "the converted file of the imported model '" + id + "' is missing, altered or of an older"
                            + " version, and its weights are no longer at " + file + " with SHA-256 " + hash
                            + "; import it again");
        }
        return convert(file);
    }

    private static String hash(Path file) {
        try {
            return Hashes.of(file);
        } catch (IOException e) {
            throw unreadable(file, e.toString(), Optional.of(e));
        }
    }

    private static ModelProto convert(Path file) {
        try {
            return InceptionResnetV1.fromTorch(TorchWeights.read(file));
        } catch (WeightsException e) {
            throw unreadable(file, String.valueOf(e.getMessage()), Optional.of(e));
        } catch (IOException e) {
            throw unreadable(file, e.toString(), Optional.of(e));
        }
    }

    private static ModelException refused(String message) {
        return new ModelException("model-import-refused", message);
    }

    private static ModelException unreadable(Path file, String found, Optional<Exception> cause) {
        String message =
                "can't import " + file + ": " + found + "; expected a PyTorch state dict of Inception-ResNet-v1"
                        + " with the names of facenet-pytorch, as torch.save(model.state_dict(), file) writes it";
        return cause.map(e -> new ModelException("weights-unreadable", message, e))
                .orElseGet(() -> new ModelException("weights-unreadable", message));
    }
}
