package io.facever.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.conformance.Shared;
import io.facever.gallery.Query;
import io.facever.gallery.lucene.LuceneGallery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On real photos with the published weights; Spark runs inside this JVM. */
@Tag("weights")
class SparkEnrolmentTest {
    @TempDir
    private Path folder;

    private SparkSession spark;

    @BeforeEach
    void start() {
        System.setProperty("facever.mirror", Shared.folder().resolve("mirror").toString());
        System.setProperty(
                "facever.cache",
                Shared.repository().resolve("target").resolve("test-models").toString());
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .getOrCreate();
    }

    @AfterEach
    void stop() throws IOException {
        spark.close();
        System.clearProperty("facever.mirror");
        System.clearProperty("facever.cache");
    }

    private void copy(String name, String to) throws IOException {
        Path target = folder.resolve("photos").resolve(to);
        Files.createDirectories(target.getParent());
        Files.copy(Shared.image("photos/" + name), target);
    }

    @Test
    void everyPhotoIsEmbeddedAndEnrolledOnceHoweverOftenItRuns() throws IOException {
        String photos = folder.resolve("photos").toString();
        String parquet = folder.resolve("parquet").toString();
        Path gallery = folder.resolve("gallery");
        copy("Larry_Page_0000.jpg", "larry page/1.jpg");
        copy("Bill_Gates_0001.jpg", "bill/1.jpg");
        Files.writeString(folder.resolve("photos").resolve("bill").resolve("broken.jpg"), "no photo");

        assertThat(SparkEnrolment.embed(spark, photos, parquet)).isEqualTo(3);
        assertThat(SparkEnrolment.load(spark, parquet, gallery)).isEqualTo(2);

        copy("Larry_Page_0001.jpg", "larry page/2.jpg");
        assertThat(SparkEnrolment.embed(spark, photos, parquet)).isEqualTo(1);
        assertThat(SparkEnrolment.embed(spark, photos, parquet)).isZero();
        assertThat(SparkEnrolment.load(spark, parquet, gallery)).isEqualTo(1);
        assertThat(SparkEnrolment.load(spark, parquet, gallery)).isZero();

        List<Row> problems =
                spark.read().parquet(parquet).where("problem is not null").collectAsList();
        assertThat(problems).hasSize(1);
        assertThat(problems.get(0).<String>getAs("problem")).isEqualTo("image-format-unknown");
        try (LuceneGallery loaded = LuceneGallery.read(gallery)) {
            List<String> subjects = new ArrayList<>();
            loaded.forEach(one -> {
                subjects.add(one.subject());
                assertThat(loaded.search(one.embeddings().get(0), Query.top(1))
                                .get(0)
                                .subject())
                        .isEqualTo(one.subject());
            });
            assertThat(subjects).containsExactlyInAnyOrder("larry page", "larry page", "bill");
        }
    }
}
