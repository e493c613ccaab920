package io.facever.conformance;

import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.gallery.Enrolment;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Unit vectors that lie like face embeddings, as many as are wanted, and the same ones in every run. A person is a
 * centre, and a template is the centre and noise in all directions. Centres are drawn in {@value #INTRINSIC} of the
 * dimensions, so that similarities of different people spread as those of facenet-vggface2 on LFW do (standard
 * deviation about 0.18); templates of one person have a cosine of some {@value #SAME_PERSON}.
 */
public final class SyntheticFaces {
    public static final int DIMENSION = 512;
    private static final int INTRINSIC = 32;
    private static final double SAME_PERSON = 0.7;
    private static final int TEMPLATES_OF_PERSON = 10;

    private final EmbeddingSpace space = new EmbeddingSpace("synthetic", "synthetic", "none", DIMENSION);
    private final float[][] axes = new float[INTRINSIC][DIMENSION];

    /** Draws the dimensions in which people differ. */
    public SyntheticFaces() {
        SplittableRandom random = new SplittableRandom(1);
        for (float[] axis : axes) {
            fill(axis, random);
        }
    }

    /** What all of them are points of. */
    public EmbeddingSpace space() {
        return space;
    }

    private static void fill(float[] values, RandomGenerator random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
    }

    private Embedding embedding(int person, long seed) {
        SplittableRandom random = new SplittableRandom(0x9E3779B97F4A7C15L * seed);
        float[] centre = new float[DIMENSION];
        SplittableRandom who = new SplittableRandom(0xBF58476D1CE4E5B9L * (person + 1L));
        for (float[] axis : axes) {
            float weight = (float) who.nextGaussian();
            for (int i = 0; i < DIMENSION; i++) {
                centre[i] += weight * axis[i];
            }
        }
        double noise = Math.sqrt((1 / SAME_PERSON - 1) * INTRINSIC);
        for (int i = 0; i < DIMENSION; i++) {
            centre[i] += (float) (noise * random.nextGaussian());
        }
        return Embedding.of(space, centre);
    }

    /** Each template is a subject of its own, so that ten candidates are ten templates. */
    public Collection<Enrolment> enrolments(int from, int to) {
        return IntStream.range(from, to)
                .parallel()
                .mapToObj(i -> Enrolment.of("s" + i, embedding(i / TEMPLATES_OF_PERSON, i + 1L)))
                .toList();
    }

    /** Other templates of people who are among the first {@code templates}, spread evenly over them. */
    public List<Embedding> probes(int count, int templates) {
        int people = Math.max(1, templates / TEMPLATES_OF_PERSON);
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> embedding((int) ((long) i * people / (count + 1)), -i))
                .toList();
    }
}
