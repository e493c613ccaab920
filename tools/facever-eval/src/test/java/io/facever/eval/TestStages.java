package io.facever.eval;

import io.facever.Box;
import io.facever.CropSpec;
import io.facever.Detector;
import io.facever.Device;
import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.ModelDescription;
import io.facever.Point;
import io.facever.Threshold;
import io.facever.spi.DetectorProvider;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.ModelProvider;
import io.facever.spi.StageContext;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;

/** Stages that need no network: people are colours. Found by ServiceLoader in these tests, above the real ones. */
final class TestStages {
    /** How many crops were embedded since the last reset. */
    static final AtomicInteger EMBEDDED = new AtomicInteger();
    /** How many images were searched for faces since the last reset. */
    static final AtomicInteger DETECTED = new AtomicInteger();
    /** The embedder fails when it gets to this many; never by default. */
    static final AtomicInteger FAIL_AT = new AtomicInteger(Integer.MAX_VALUE);

    static final int SIDE = 40;

    private TestStages() {}

    static void reset() {
        EMBEDDED.set(0);
        DETECTED.set(0);
        FAIL_AT.set(Integer.MAX_VALUE);
    }

    static Pipeline.Settings settings() {
        return new Pipeline.Settings(
                Optional.empty(),
                Optional.of(AlignerChoice.parse("crop")),
                false,
                false,
                Device.cpu(),
                1,
                Optional.empty(),
                Optional.of(new Models()));
    }

    /** Finds the whole picture, unless its first pixel is black. */
    public static final class BrightDetector implements DetectorProvider {
        @Override
        public String name() {
            return "bright";
        }

        @Override
        public int rank() {
            return 100_000;
        }

        @Override
        public Detector create(StageContext context) {
            return image -> {
                DETECTED.incrementAndGet();
                byte[] pixel = new byte[3];
                image.read(0, 0, 1, pixel, 0);
                if (pixel[0] == 0 && pixel[1] == 0 && pixel[2] == 0) {
                    return List.of();
                }
                double w = image.width();
                double h = image.height();
                return List.of(new Face(
                        new Box(0.2 * w, 0.2 * h, 0.8 * w, 0.8 * h),
                        0.99,
                        new Landmarks(
                                new Point(0.4 * w, 0.4 * h),
                                new Point(0.6 * w, 0.4 * h),
                                new Point(0.5 * w, 0.5 * h),
                                new Point(0.4 * w, 0.6 * h),
                                new Point(0.6 * w, 0.6 * h))));
            };
        }
    }

    /** The mean colour, less grey. */
    public static final class ColourEmbedder implements EmbedderProvider {
        @Override
        public String name() {
            return "colour";
        }

        @Override
        public int rank() {
            return 100_000;
        }

        @Override
        public String defaultModel() {
            return "colour-model";
        }

        @Override
        public Embedder create(ModelDescription model, StageContext context) {
            return new Embedder() {
                @Override
                public ModelDescription model() {
                    return model;
                }

                @Override
                public List<Embedding> embedAll(List<FaceCrop> crops) {
                    List<Embedding> embeddings = new ArrayList<>();
                    for (FaceCrop crop : crops) {
                        if (EMBEDDED.incrementAndGet() >= FAIL_AT.get()) {
                            throw new IllegalStateException("pulled the plug");
                        }
                        embeddings.add(Embedding.of(EmbeddingSpace.of(model, crop.alignment()), colour(crop.image())));
                    }
                    return embeddings;
                }
            };
        }

        private static float[] colour(Image image) {
            byte[] rgb = image.toRgb();
            float[] mean = new float[4];
            for (int i = 0; i < rgb.length; i++) {
                mean[i % 3] += ((rgb[i] & 0xff) - 127.5f) / rgb.length;
            }
            mean[3] = 1e-3f;
            return mean;
        }
    }

    /** Knows one model. */
    static final class Models implements ModelProvider {
        private static final Landmarks TEMPLATE =
                new Landmarks(new Point(6, 6), new Point(10, 6), new Point(8, 8), new Point(6, 10), new Point(10, 10));

        @Override
        public String name() {
            return "test";
        }

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public List<ModelDescription> models() {
            return List.of(describe("colour-model"));
        }

        @Override
        public ModelDescription describe(String id) {
            return ModelDescription.builder(id, "colour", "digest of " + id)
                    .embeds(new CropSpec(16, 16, TEMPLATE), 4)
                    .threshold(Threshold.of(0.9))
                    .build();
        }

        @Override
        public Path resolve(String id, String network) {
            throw new AssertionError("nothing is loaded here");
        }
    }

    /**
     * Draws people as colours, three pictures each, the third of the last person with a black first pixel.
     *
     * @return the pairs file: folds of genuine and impostor pairs; people of different folds differ
     */
    static Path draw(Path folder, int folds, int pairsOfAKind) throws IOException {
        Random random = new Random(3);
        StringBuilder pairs = new StringBuilder(folds + "\t" + pairsOfAKind + "\n");
        for (int fold = 0; fold < folds; fold++) {
            List<String> names = new ArrayList<>();
            for (int p = 0; p < pairsOfAKind; p++) {
                String name = "P" + fold + "_" + p;
                names.add(name);
                int[] colour = {random.nextInt(256), random.nextInt(256), random.nextInt(256)};
                for (int n = 1; n <= 2; n++) {
                    boolean hidden = fold == folds - 1 && p == pairsOfAKind - 1 && n == 2;
                    picture(folder.resolve("images"), name, n, colour, random, hidden);
                }
                pairs.append(name).append("\t1\t2\n");
            }
            for (int p = 0; p < pairsOfAKind; p++) {
                pairs.append(names.get(p))
                        .append("\t1\t")
                        .append(names.get((p + 1) % names.size()))
                        .append("\t1\n");
            }
        }
        Path file = folder.resolve("pairs.txt");
        Files.writeString(file, pairs);
        return file;
    }

    private static void picture(Path folder, String name, int number, int[] colour, Random random, boolean hidden)
            throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        int shift = random.nextInt(41) - 20;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int rgb = 0;
                for (int c = 0; c < 3; c++) {
                    int value = colour[c] + (c == number % 3 ? shift : 0) + random.nextInt(9);
                    rgb = (rgb << 8) | Math.max(1, Math.min(255, value));
                }
                image.setRGB(x, y, rgb);
            }
        }
        if (hidden) {
            image.setRGB(0, 0, 0);
        }
        Path file = folder.resolve(new PairsFile.Photo(name, number).path() + ".png");
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }
}
