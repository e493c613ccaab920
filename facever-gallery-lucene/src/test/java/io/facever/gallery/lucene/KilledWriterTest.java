package io.facever.gallery.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.gallery.Enrolment;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that enrols is killed at a moment that a random number chooses, again and again on the same gallery. What
 * it had reported as enrolled must be there, whole, and so must every single enrolment. {@code -Dfacever.kills=N} asks
 * for more rounds than the build has time for.
 */
class KilledWriterTest {
    private static final EmbeddingSpace SPACE = new EmbeddingSpace("kill-test", "test", "none", 32);
    private static final int BATCH = 40;
    private static final int TEMPLATES = 3;

    @TempDir
    private Path temporary;

    private static Enrolment enrolment(int subject) {
        List<Embedding> embeddings = new ArrayList<>();
        for (int template = 0; template < TEMPLATES; template++) {
            Random random = new Random(31L * subject + template);
            float[] values = new float[SPACE.dimension()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            embeddings.add(Embedding.of(SPACE, values));
        }
        return new Enrolment("s" + subject, embeddings, Map.of("n", "" + subject));
    }

    /** The process that is killed: enrols from the first subject that is missing on, and reports what was enrolled. */
    static final class Writer {
        private Writer() {}

        /**
         * Enrols until it is killed.
         *
         * @param args folder of the gallery, first subject
         */
        public static void main(String[] args) {
            try (LuceneGallery gallery = LuceneGallery.open(Path.of(args[0]))) {
                int next = Integer.parseInt(args[1]);
                while (true) {
                    List<Enrolment> batch = new ArrayList<>();
                    for (int i = 0; i < BATCH; i++) {
                        // a sign of life for each, so that the kill falls between any two of them, too
                        System.out.println(".");
                        batch.add(enrolment(next + i));
                    }
                    System.out.println("enrolling");
                    gallery.enrol(batch);
                    next += BATCH;
                    System.out.println(next);
                }
            }
        }
    }

    @Test
    void whatWasEnrolledSurvivesAnyNumberOfKills() throws Exception {
        Path folder = temporary.resolve("gallery");
        LuceneGallery.create(folder, SPACE).close();
        Random random = new Random(42);
        int enrolled = 0;
        for (int round = 0; round < Integer.getInteger("facever.kills", 3); round++) {
            int reported = enrolUntilKilled(folder, enrolled, random);
            Map<String, Integer> found = new HashMap<>();
            LuceneGallery.verify(folder);
            // opening to write cleans up after the killed process, and may not lose anything either
            try (LuceneGallery gallery = LuceneGallery.open(folder)) {
                gallery.forEach(one -> {
                    int subject = Integer.parseInt(one.subject().substring(1));
                    assertThat(enrolment(subject).embeddings()).containsAll(one.embeddings());
                    found.merge(one.subject(), 1, Integer::sum);
                });
                assertThat(found.values()).as("enrolments are whole").allMatch(templates -> templates == TEMPLATES);
                assertThat(found.size())
                        .as("all that was reported, and at most the batch in flight, which is there as a whole")
                        .isIn(reported, reported + BATCH);
                enrolled = found.size();
                for (int subject = 0; subject < enrolled; subject++) {
                    assertThat(found).containsKey("s" + subject);
                }
            }
        }
        assertThat(enrolled).isPositive();
    }

    /** Runs a writer, kills it somewhere on its way, and tells up to where it had reported. */
    private static int enrolUntilKilled(Path folder, int first, Random random)
            throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString(),
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int reported = first;
        try (BufferedReader lines =
                new BufferedReader(new java.io.InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            int signs = 1 + random.nextInt(12 * BATCH);
            String line = "";
            for (int i = 0; i < signs && line != null; i++) {
                line = lines.readLine();
                reported = number(line, reported);
            }
            // by its handle: the process itself would close the stream that is read on below
            writer.toHandle().destroyForcibly();
            // what it had written before it died
            for (line = lines.readLine(); line != null; line = lines.readLine()) {
                reported = number(line, reported);
            }
        }
        writer.waitFor();
        return reported;
    }

    private static int number(String line, int otherwise) {
        return line != null && line.matches("\\d+") ? Integer.parseInt(line) : otherwise;
    }
}
