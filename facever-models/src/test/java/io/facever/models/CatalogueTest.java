package io.facever.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.facever.ModelDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The data of the catalogue. */
class CatalogueTest {
    private static List<SourceFile> sources() {
        return Catalogue.models().stream()
                .flatMap(model -> model.networks().stream())
                .flatMap(network -> network.sources().stream())
                .toList();
    }

    @Test
    void idsAndDigestsAreUnique() {
        List<ModelDescription> models =
                Catalogue.models().stream().map(CatalogueModel::description).toList();
        assertThat(models).extracting(ModelDescription::id).doesNotHaveDuplicates();
        assertThat(models).extracting(ModelDescription::digest).doesNotHaveDuplicates();
    }

    /** Two models may be made from one file, as FaceNet and its rounded form are; what it is, is said once. */
    @Test
    void anAddressHasOneHash() {
        assertThat(sources().stream().distinct()).extracting(SourceFile::path).doesNotHaveDuplicates();
    }

    /** A calibration names the digest it was measured with: another digest makes it void, so none changes unnoticed. */
    @Test
    void digestsAreThoseThatCalibrationsName() {
        assertThat(Catalogue.models())
                .extracting(
                        model -> model.description().id(),
                        model -> model.description().digest().substring(0, 16))
                .contains(
                        tuple("mtcnn", "de0f40fab0e299e3"),
                        tuple("facenet-vggface2", "362e30194b6efb22"),
                        tuple("facenet-vggface2-int8", "cc84ed662807e7de"),
                        tuple("mobilefacenet", "f3d30b3355b6e1ae"));
    }

    @Test
    void everyFileHasHashSizeAndAPinnedAddress() {
        assertThat(sources()).isNotEmpty().allSatisfy(source -> {
            assertThat(source.sha256()).matches("[0-9a-f]{64}");
            assertThat(source.size()).isPositive();
            // host, owner, repository, commit, path: and nothing that leaves the mirror folder
            assertThat(source.path())
                    .matches("raw\\.githubusercontent\\.com/[^/]+/[^/]+/[0-9a-f]{40}/[A-Za-z0-9_./-]+")
                    .doesNotContain("..");
        });
    }

    @Test
    void everyModelStatesLicenceAndOrigin() {
        assertThat(Catalogue.models()).allSatisfy(model -> {
            assertThat(model.description().licence()).isNotBlank().isNotEqualTo("not stated");
            assertThat(model.description().origin()).isNotBlank().isNotEqualTo("not stated");
        });
    }

    @Test
    void embeddersStateCropDimensionAndThreshold() {
        ModelStore store = ModelStore.builder().build();
        ModelDescription facenet = store.describe("facenet-vggface2");
        assertThat(facenet.architecture()).isEqualTo("inception-resnet-v1");
        assertThat(facenet.dimension()).isEqualTo(512);
        assertThat(facenet.crop().width()).isEqualTo(160);
        assertThat(facenet.crop().height()).isEqualTo(160);
        assertThat(facenet.threshold().orElseThrow().value()).isEqualTo(0.42);
        ModelDescription mobile = store.describe("mobilefacenet");
        assertThat(mobile.dimension()).isEqualTo(128);
        assertThat(mobile.crop().width()).isEqualTo(96);
        assertThat(mobile.crop().height()).isEqualTo(112);
        assertThat(mobile.threshold().orElseThrow().value()).isEqualTo(0.28);
        assertThat(store.describe("mtcnn").dimension()).isZero();
    }

    @Test
    @Tag("weights")
    void hashesAndSizesAreThoseOfTheMirror() throws IOException {
        Path mirror = Shared.folder("mirror");
        List<String> sums = Files.readAllLines(mirror.resolve("SHA256SUMS"));
        assertThat(sources()).allSatisfy(source -> {
            assertThat(sums).contains(source.sha256() + "  " + source.path());
            assertThat(mirror.resolve(source.path())).hasSize(source.size());
        });
    }
}
