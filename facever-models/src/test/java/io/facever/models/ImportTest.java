package io.facever.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.ModelDescription;
import io.facever.ModelException;
import io.facever.models.internal.Onnx;
import io.facever.models.internal.StateDicts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights of a user's own. */
class ImportTest {
    private static final String ARCHITECTURE = "inception-resnet-v1";

    @TempDir
    Path folder;

    private Path cache;

    @BeforeEach
    void nameCache() {
        cache = folder.resolve("cache");
    }

    private ModelStore store() {
        return ModelStore.builder().cache(cache).offline(true).build();
    }

    private Path stateDict(int dimension, boolean zip) throws IOException {
        var arrays = StateDicts.inceptionResnetV1(dimension, 11);
        return Files.write(folder.resolve("own.pt"), zip ? StateDicts.zipFile(arrays) : StateDicts.legacyFile(arrays));
    }

    private static void assertFails(ThrowingCallable call, String anchor, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.anchor()).isEqualTo(anchor))
                .hasMessageContainingAll(parts);
    }

    @ParameterizedTest
    @CsvSource({"128, false", "128, true", "512, false", "512, true"})
    void takesAnyBottleneckDimensionInBothFormats(int dimension, boolean zip) throws Exception {
        ModelDescription imported = store().importModel("own", ARCHITECTURE, stateDict(dimension, zip));
        assertThat(imported.dimension()).isEqualTo(dimension);
        assertThat(imported.crop().width()).isEqualTo(160);
        try (Onnx onnx = Onnx.open(store().resolve("own", "embedding").toString())) {
            float[] embedding = onnx.run(new float[2 * 3 * 160 * 160], 2, 3, 160, 160)
                    .get("embedding")
                    .array();
            assertThat(embedding).hasSize(2 * dimension);
        }
    }

    @Test
    void isKnownToLaterStores() throws IOException {
        ModelDescription imported = store().importModel("own", ARCHITECTURE, stateDict(128, true));
        assertThat(store().models()).extracting(ModelDescription::id).contains("mtcnn", "own");
        ModelDescription found = store().describe("own");
        assertThat(found.digest()).isEqualTo(imported.digest());
        assertThat(found.dimension()).isEqualTo(128);
        assertThat(found.threshold()).isEmpty();
        assertThat(store().check())
                .filteredOn(status -> status.model().equals("own"))
                .extracting(ModelStatus::state)
                .containsExactly(ModelStatus.State.WHOLE);
    }

    @Test
    void otherWeightsHaveAnotherDigest() throws IOException {
        ModelDescription first = store().importModel("own", ARCHITECTURE, stateDict(128, true));
        ModelDescription second = store().importModel("own", ARCHITECTURE, stateDict(64, true));
        assertThat(second.digest()).isNotEqualTo(first.digest());
        assertThat(store().describe("own").dimension()).isEqualTo(64);
    }

    @Test
    void isMadeAgainFromItsWeightsWhenAltered() throws IOException {
        ModelStore first = store();
        first.importModel("own", ARCHITECTURE, stateDict(32, true));
        Path file = first.resolve("own", "embedding");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, new byte[] {1});
        assertThat(store().resolve("own", "embedding")).hasBinaryContent(whole);
    }

    @Test
    void saysWhenItsWeightsAreGone() throws IOException {
        ModelStore first = store();
        Path weights = stateDict(32, true);
        first.importModel("own", ARCHITECTURE, weights);
        Files.delete(first.resolve("own", "embedding"));
        Files.delete(weights);
        assertFails(
                () -> store().resolve("own", "embedding"),
                "imported-model-lost",
                "'own'",
                weights.toString(),
                "import it again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Own", "a b", "../own", "-own", "own/x"})
    void refusesAnIdThatIsNone(String id) throws IOException {
        Path weights = stateDict(32, true);
        assertFails(() -> store().importModel(id, ARCHITECTURE, weights), "model-import-refused", "'" + id + "'");
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void refusesTheIdOfACatalogueModel() throws IOException {
        Path weights = stateDict(32, true);
        assertFails(
                () -> store().importModel("facenet-vggface2", ARCHITECTURE, weights),
                "model-import-refused",
                "facenet-vggface2");
    }

    @Test
    void refusesAnUnknownArchitecture() throws IOException {
        Path weights = stateDict(32, true);
        assertFails(
                () -> store().importModel("own", "resnet-50", weights),
                "model-import-refused",
                "resnet-50",
                ARCHITECTURE);
    }

    @Test
    void refusesWhatIsNoStateDict() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pt"), "not weights", StandardCharsets.UTF_8);
        assertFails(() -> store().importModel("own", ARCHITECTURE, text), "weights-unreadable", text.toString());
        Path empty = Files.write(folder.resolve("empty.pt"), new byte[0]);
        assertFails(() -> store().importModel("own", ARCHITECTURE, empty), "weights-unreadable", empty.toString());
        assertFails(
                () -> store().importModel("own", ARCHITECTURE, folder),
                "weights-unreadable",
                folder.toString(),
                "folder");
        Path missing = folder.resolve("missing.pt");
        assertFails(
                () -> store().importModel("own", ARCHITECTURE, missing),
                "weights-unreadable",
                missing.toString(),
                "no such file");
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void refusesACutOffFile() throws IOException {
        Path weights = stateDict(32, false);
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length - 50));
        assertFails(() -> store().importModel("own", ARCHITECTURE, weights), "weights-unreadable", "cut off");
    }

    @Test
    void refusesWeightsOfAnotherNetwork() throws IOException {
        Path weights = Files.write(folder.resolve("pnet.pt"), StateDicts.zipFile(StateDicts.pnet(1)));
        assertFails(
                () -> store().importModel("own", ARCHITECTURE, weights),
                "weights-unreadable",
                "conv2d_1a.conv.weight",
                "facenet-pytorch");
    }

    @Test
    void leavesOutADamagedEntry() throws IOException {
        store().importModel("own", ARCHITECTURE, stateDict(32, true));
        Files.writeString(cache.resolve("imported").resolve("own.properties"), "id=own\n");
        assertThat(store().models())
                .extracting(ModelDescription::id)
                .contains("mtcnn")
                .doesNotContain("own");
    }
}
