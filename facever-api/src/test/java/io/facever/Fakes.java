package io.facever;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.spi.ImageDecoder;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Small stand-ins for the stages. A fake image says in its red bytes what its fake stages make of it. */
final class Fakes {
    static final CropSpec CROP = new CropSpec(4, 4, landmarks(0, 0, 4));

    private Fakes() {}

    /** Waits ten seconds at most. */
    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ModelDescription.Builder model() {
        return ModelDescription.builder("fake", "fake-net", "digest").embeds(CROP, 2);
    }

    static Landmarks landmarks(double x, double y, double size) {
        return new Landmarks(
                new Point(x + size * 0.3, y + size * 0.4),
                new Point(x + size * 0.7, y + size * 0.4),
                new Point(x + size * 0.5, y + size * 0.6),
                new Point(x + size * 0.35, y + size * 0.8),
                new Point(x + size * 0.65, y + size * 0.8));
    }

    static Face face(double x, double y, double size, double score) {
        return new Face(new Box(x, y, x + size, y + size), score, landmarks(x, y, size));
    }

    /** An image whose first bytes are the given ones. */
    static Image image(int width, int height, int... firstBytes) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < firstBytes.length; i++) {
            rgb[i] = (byte) firstBytes[i];
        }
        return Image.ofRgb(width, height, rgb);
    }

    /** Finds as many faces as the first byte says: 40 px, then 10 px larger each, side by side, ever less sure. */
    static class CountingDetector implements Detector {
        int closed;

        @Override
        public List<Face> detect(Image image) {
            byte[] pixel = new byte[3];
            image.read(0, 0, 1, pixel, 0);
            return java.util.stream.IntStream.range(0, pixel[0])
                    .mapToObj(i -> face(100 * i, 10, 40 + 10 * i, 0.99 - 0.1 * i))
                    .toList();
        }

        @Override
        public void close() {
            closed++;
        }
    }

    /** Cuts nothing: the crop holds the second and third byte of the image, plus where the face was. */
    static final class PassingAligner implements Aligner {
        @Override
        public FaceCrop align(Image image, Face face) {
            byte[] pixel = new byte[3];
            image.read(0, 0, 1, pixel, 0);
            return new FaceCrop(image(4, 4, (int) face.box().x1() / 100, pixel[1], pixel[2]), id());
        }

        @Override
        public String id() {
            return "passing";
        }
    }

    /** The embedding's direction is the angle, in degrees, of the second byte; each further face turns it by 90. */
    static class AngleEmbedder implements Embedder {
        private final ModelDescription model;
        int closed;

        AngleEmbedder(ModelDescription model) {
            this.model = model;
        }

        @Override
        public ModelDescription model() {
            return model;
        }

        @Override
        public List<Embedding> embedAll(List<FaceCrop> crops) {
            return crops.stream()
                    .map(crop -> {
                        byte[] pixel = new byte[3];
                        crop.image().read(0, 0, 1, pixel, 0);
                        double angle = Math.toRadians(pixel[1] + 90 * pixel[0]);
                        return Embedding.of(
                                EmbeddingSpace.of(model, crop.alignment()),
                                new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
                    })
                    .toList();
        }

        @Override
        public void close() {
            closed++;
        }
    }

    /** Makes an image of the bytes themselves. */
    static final class BytesDecoder implements ImageDecoder {
        @Override
        public String name() {
            return "bytes";
        }

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public Image decode(byte[] encoded, String name, long maxPixels) {
            if (encoded.length < 3) {
                throw new ImageException("image-unreadable", name + " has " + encoded.length + " bytes");
            }
            return image(200, 200, encoded[0], encoded[1], encoded[2]);
        }
    }
}
