package io.facever.models;

import io.facever.ModelDescription;
import io.facever.models.internal.Mtcnn;
import io.facever.models.internal.StateDicts;
import io.facever.models.internal.TorchWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** A catalogue of one small model, "tiny", with its mirror: the network "net" of 12 files, and "other" of one. */
final class TinyModels {
    private static final String HOST = "weights.example.org";

    private final Path mirror;
    private final List<CatalogueModel> catalogue;
    private final AtomicInteger conversions = new AtomicInteger();

    /** Writes the published files into a mirror folder. The same files each time. */
    TinyModels(Path mirror) throws IOException {
        this.mirror = mirror;
        List<SourceFile> net = new ArrayList<>();
        net.add(publish("net/pnet.pt", StateDicts.legacyFile(StateDicts.pnet(1))));
        Random random = new Random(1);
        for (int i = 1; i < 12; i++) {
            byte[] filler = new byte[10_000 * i];
            random.nextBytes(filler);
            net.add(publish("net/filler" + i, filler));
        }
        List<SourceFile> other = List.of(publish("other/pnet.pt", StateDicts.zipFile(StateDicts.pnet(2))));
        Network.Conversion conversion = files -> {
            conversions.incrementAndGet();
            return Mtcnn.pnet(TorchWeights.read(files.get(0)));
        };
        this.catalogue = List.of(new CatalogueModel(
                ModelDescription.builder("tiny", "mtcnn", Hashes.of("tiny")).build(),
                List.of(new Network("net", net, conversion), new Network("other", other, conversion))));
    }

    private SourceFile publish(String path, byte[] content) throws IOException {
        Path file = mirror.resolve(HOST).resolve(path);
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, content);
        return new SourceFile(Hashes.of(file), content.length, HOST + "/" + path);
    }

    /** A file of the mirror. */
    Path published(String path) {
        return mirror.resolve(HOST).resolve(path);
    }

    List<CatalogueModel> catalogue() {
        return catalogue;
    }

    int conversions() {
        return conversions.get();
    }

    /** A store over these models, offline, with the mirror folder. */
    ModelStore.Builder store(Path cache) {
        return ModelStore.builder()
                .cache(cache)
                .mirror(mirror.toString())
                .offline(true)
                .catalogue(catalogue);
    }
}
