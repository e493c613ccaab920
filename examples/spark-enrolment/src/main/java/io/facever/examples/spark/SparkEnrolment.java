package io.facever.examples.spark;

import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.ImageException;
import io.facever.gallery.Enrolment;
import io.facever.gallery.Gallery;
import io.facever.gallery.lucene.LuceneGallery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Embeds many photos with Apache Spark and loads a gallery. Two steps, each of which goes on where it stopped when it
 * is run again:
 *
 * <ol>
 *   <li>photos → Parquet: one row for each photo, with its embedding or the reason why there is none;
 *   <li>Parquet → gallery, in this process.
 * </ol>
 *
 * The Parquet files hold biometric data: keep them where templates may be kept, and delete them when the gallery is
 * loaded.
 */
public final class SparkEnrolment {
    /** Photos of one job. What a stopped job had done is lost, so this is how much work may be. */
    private static final int SLICE = 2000;

    private static final int GALLERY_BATCH = 1000;
    private static final String PHOTO = "photo";

    private static final StructType COLUMNS = new StructType()
            .add("id", DataTypes.StringType, false)
            .add("subject", DataTypes.StringType, false)
            .add("embedding", DataTypes.createArrayType(DataTypes.FloatType, false), true)
            .add("space", DataTypes.StringType, false)
            .add("score", DataTypes.DoubleType, true)
            .add("face_pixels", DataTypes.DoubleType, true)
            .add("problem", DataTypes.StringType, true);

    private SparkEnrolment() {}

    /**
     * Runs both steps.
     *
     * @param args folder or address of the photos ({@code …/person/photo.jpg}), folder or address of the Parquet files,
     *     folder of the gallery
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            throw new IllegalArgumentException("expected PHOTOS PARQUET GALLERY, found " + args.length + " arguments");
        }
        try (SparkSession spark =
                SparkSession.builder().appName("facever enrolment").getOrCreate()) {
            long start = System.nanoTime();
            tell(embed(spark, args[0], args[1]) + " photos embedded", start);
            start = System.nanoTime();
            tell(load(spark, args[1], Path.of(args[2])) + " photos enrolled", start);
        }
    }

    private static void tell(String what, long start) {
        System.out.printf(Locale.ROOT, "%s in %.1f s%n", what, (System.nanoTime() - start) / 1e9);
    }

    /**
     * Embeds the photos that are not in the Parquet files yet.
     *
     * @return how many those were
     */
    static long embed(SparkSession spark, String photos, String parquet) {
        Set<String> done = new HashSet<>();
        if (exists(spark, parquet)) {
            spark.read()
                    .parquet(parquet)
                    .select("id")
                    .toLocalIterator()
                    .forEachRemaining(row -> done.add(row.getString(0)));
        }
        // names alone: Spark reads the contents of a photo only where a column asks for it
        List<String> missing = new ArrayList<>();
        files(spark)
                .option("recursiveFileLookup", "true")
                .load(photos)
                .select("path")
                .toLocalIterator()
                .forEachRemaining(row -> {
                    if (!done.contains(row.getString(0))) {
                        missing.add(row.getString(0));
                    }
                });
        for (int from = 0; from < missing.size(); from += SLICE) {
            List<String> slice = missing.subList(from, Math.min(missing.size(), from + SLICE));
            files(spark)
                    .load(slice.toArray(String[]::new))
                    .select("path", "content")
                    // Spark packs small files together; more parts than cores keep all busy until the end
                    .repartition(4 * spark.sparkContext().defaultParallelism())
                    .mapPartitions((MapPartitionsFunction<Row, Row>) SparkEnrolment::embed, Encoders.row(COLUMNS))
                    .write()
                    .mode(SaveMode.Append)
                    .parquet(parquet);
        }
        return missing.size();
    }

    private static DataFrameReader files(SparkSession spark) {
        return spark.read().format("binaryFile").option("pathGlobFilter", "*.{jpg,jpeg,png,JPG,JPEG,PNG}");
    }

    private static boolean exists(SparkSession spark, String place) {
        try {
            Configuration configuration = spark.sparkContext().hadoopConfiguration();
            org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(place);
            FileSystem system = path.getFileSystem(configuration);
            return system.exists(path) && system.listStatus(path).length > 0;
        } catch (IOException e) {
            throw new UncheckedIOException("can't look at " + place, e);
        }
    }

    private static Iterator<Row> embed(Iterator<Row> photos) {
        FaceVerifier verifier = OneVerifier.INSTANCE;
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return photos.hasNext();
            }

            @Override
            public Row next() {
                Row photo = photos.next();
                return embed(verifier, photo.getString(0), photo.getAs(1));
            }
        };
    }

    private static Row embed(FaceVerifier verifier, String id, byte[] content) {
        String space = verifier.space().id();
        try {
            Image image = verifier.decode(content);
            List<Face> faces = FaceSelection.LARGEST.select(verifier.detect(image), image.width(), image.height());
            if (faces.isEmpty()) {
                return RowFactory.create(id, subject(id), null, space, null, null, "no face");
            }
            Face face = faces.get(0);
            Embedding embedding = verifier.embed(image, List.of(face)).get(0);
            return RowFactory.create(
                    id,
                    subject(id),
                    embedding.toArray(),
                    space,
                    face.score(),
                    Math.min(face.box().width(), face.box().height()),
                    null);
        } catch (ImageException e) {
            return RowFactory.create(id, subject(id), null, space, null, null, e.anchor());
        }
    }

    /** The folder that a photo lies in. */
    private static String subject(String id) {
        return new org.apache.hadoop.fs.Path(id).getParent().getName();
    }

    /** One for each executor: networks are large, and a verifier serves all threads. It lives as long as the JVM. */
    private static final class OneVerifier {
        // one thread for each network run: Spark runs a task on every core
        private static final FaceVerifier INSTANCE =
                FaceVerifier.builder().threads(1).build();

        private OneVerifier() {}
    }

    /**
     * Enrols what the gallery does not hold yet.
     *
     * @return how many photos those were
     */
    static long load(SparkSession spark, String parquet, Path folder) {
        EmbeddingSpace space = OneVerifier.INSTANCE.space();
        Dataset<Row> rows = spark.read().parquet(parquet).where("embedding is not null");
        long foreign = rows.where(functions.col("space").notEqual(space.id())).count();
        if (foreign > 0) {
            throw new IllegalStateException(foreign + " rows of " + parquet + " were embedded with another model than "
                    + space.model() + "; embed into another place");
        }
        long enrolled = 0;
        try (Gallery gallery =
                Files.isDirectory(folder) ? LuceneGallery.open(folder) : LuceneGallery.create(folder, space)) {
            Set<String> there = new HashSet<>();
            gallery.forEach(one -> there.add(String.valueOf(one.metadata().get(PHOTO))));
            List<Enrolment> batch = new ArrayList<>();
            Iterator<Row> all = rows.select("id", "subject", "embedding").toLocalIterator();
            while (all.hasNext()) {
                Row row = all.next();
                if (!there.contains(row.getString(0))) {
                    batch.add(enrolment(space, row));
                    enrolled++;
                }
                if (batch.size() == GALLERY_BATCH || !all.hasNext()) {
                    gallery.enrol(batch);
                    batch.clear();
                }
            }
        }
        return enrolled;
    }

    private static Enrolment enrolment(EmbeddingSpace space, Row row) {
        List<Float> numbers = row.getList(2);
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i);
        }
        return new Enrolment(row.getString(1), List.of(Embedding.of(space, values)), Map.of(PHOTO, row.getString(0)));
    }
}
