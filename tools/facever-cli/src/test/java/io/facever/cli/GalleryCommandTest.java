package io.facever.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.conformance.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gallery commands on real photos with the published weights. */
@Tag("weights")
class GalleryCommandTest {
    private static final String LARRY = "Larry_Page_0000.jpg";
    private static final String ALSO_LARRY = "Larry_Page_0001.jpg";
    private static final String BILL = "Bill_Gates_0001.jpg";

    @TempDir
    private Path folder;

    private Path gallery;

    @BeforeEach
    void useTheMirrorAndTheCacheOfTheTests() {
        System.setProperty("facever.mirror", Shared.folder().resolve("mirror").toString());
        System.setProperty(
                "facever.cache",
                Shared.repository().resolve("target").resolve("test-models").toString());
        gallery = folder.resolve("gallery");
        assertThat(Run.facever("gallery", "create", gallery, "--model", "mobilefacenet")
                        .out())
                .contains("mobilefacenet, 128 dimensions");
    }

    @AfterEach
    void restore() {
        System.clearProperty("facever.mirror");
        System.clearProperty("facever.cache");
    }

    private static Path photo(String name) {
        return Shared.image("photos/" + name);
    }

    private void copy(String name, String to) throws IOException {
        Path target = folder.resolve("photos").resolve(to);
        Files.createDirectories(target.getParent());
        Files.copy(photo(name), target);
    }

    @Test
    void aFolderIsEnrolledOnceAndPeopleAreRecognised() throws IOException {
        copy(LARRY, "larry/1.jpg");
        copy(BILL, "bill/1.jpg");
        copy(BILL, "william.jpg");
        Files.writeString(folder.resolve("photos").resolve("broken.jpg"), "no photo");

        Run first = Run.facever("gallery", "add", gallery, folder.resolve("photos"), "--meta", "site=north");
        assertThat(first.status()).as(first.err()).isEqualTo(ExitStatus.IMAGE);
        assertThat(first.err()).contains("broken.jpg", "[docs/errors.md#image-");
        assertThat(first.out())
                .contains("3 photos enrolled, 0 were there", "1 can't be read", "3 photos in the gallery")
                .contains("maybe one person: bill and william, similarity 1.000")
                .doesNotContain("larry and");

        copy(ALSO_LARRY, "larry/2.jpg");
        Run second = Run.facever("gallery", "add", gallery, folder.resolve("photos"));
        assertThat(second.out()).contains("1 photos enrolled, 3 were there", "4 photos in the gallery");

        Run list = Run.facever("gallery", "list", gallery);
        assertThat(list.out()).contains("2\tlarry", "1\tbill", "4 photos of 3 people, mobilefacenet");

        Run search = Run.facever("gallery", "search", gallery, photo(ALSO_LARRY), "--where", "site=north", "--json");
        assertThat(search.status()).as(search.err()).isZero();
        assertThat(search.json().get(0).get("subject").textValue()).isEqualTo("larry");
        assertThat(search.json().get(0).get("metadata").get("photo").textValue())
                .isEqualTo("larry/1.jpg");

        Run known = Run.facever("gallery", "identify", gallery, photo(LARRY), "--json");
        assertThat(known.status()).as(known.err()).isZero();
        assertThat(known.json().get("subject").textValue()).isEqualTo("larry");
        assertThat(known.json().get("origin").textValue()).contains("FPIR 0.01 among 4 templates");

        Run twice = Run.facever("gallery", "identify", gallery, photo(BILL));
        assertThat(twice.status()).isEqualTo(ExitStatus.INCONCLUSIVE);
        assertThat(twice.out()).contains("INCONCLUSIVE", "one person may be enrolled twice");

        assertThat(Run.facever("gallery", "remove", gallery, "bill", "william", "nobody")
                        .out())
                .contains("bill: 1 photos removed", "william: 1 photos removed", "nobody: 0 photos removed");
        assertThat(Run.facever("gallery", "compact", gallery).status()).isZero();
        assertThat(Run.facever("gallery", "verify", gallery).out()).contains("is whole: 2 photos");

        Run nobody = Run.facever("gallery", "identify", gallery, photo(BILL), "--threshold", "0.9");
        assertThat(nobody.status()).isEqualTo(ExitStatus.NO_MATCH);
        assertThat(nobody.out()).startsWith("UNKNOWN");
    }

    @Test
    void onePersonIsEnrolledFromSeveralPhotos() {
        Run run = Run.facever("gallery", "add-one", gallery, "page", photo(LARRY), photo(ALSO_LARRY));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("page: 2 of 2 photos enrolled");
    }

    @Test
    void whatCanNotBeIsToldWithItsStatus() {
        assertThat(Run.facever("gallery").status()).isEqualTo(ExitStatus.USAGE);
        Run missing = Run.facever("gallery", "list", folder.resolve("none"));
        assertThat(missing.status()).isEqualTo(ExitStatus.OUTPUT);
        assertThat(missing.err()).contains("[docs/errors.md#gallery-missing]").hasLineCount(1);
        assertThat(Run.facever("gallery", "create", gallery).err()).contains("[docs/errors.md#gallery-exists]");
        Run low = Run.facever("gallery", "identify", gallery, photo(LARRY), "--fpir", "0.0000001");
        assertThat(low.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(low.err()).contains("fmr-not-supported");
        Run top = Run.facever("gallery", "search", gallery, photo(LARRY), "--top", "0");
        assertThat(top.status()).isEqualTo(ExitStatus.USAGE);
    }
}
