package io.facever.spring;

import io.facever.Aligner;
import io.facever.Box;
import io.facever.CropSpec;
import io.facever.Detector;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Stages that need no models: one face in the middle of every image, and its mean colour as the embedding. */
final class StandIns {
    static final Threshold THRESHOLD = Threshold.of(0.9, "made up");

    private StandIns() {}

    static Detector detector() {
        return image -> {
            double w = image.width();
            double h = image.height();
            return List.of(new Face(new Box(0.25 * w, 0.25 * h, 0.75 * w, 0.75 * h), 0.99, template(w, h)));
        };
    }

    private static Landmarks template(double w, double h) {
        return new Landmarks(
                new Point(0.4 * w, 0.4 * h),
                new Point(0.6 * w, 0.4 * h),
                new Point(0.5 * w, 0.5 * h),
                new Point(0.4 * w, 0.6 * h),
                new Point(0.6 * w, 0.6 * h));
    }

    static Aligner aligner() {
        return new Aligner() {
            @Override
            public FaceCrop align(Image image, Face face) {
                return new FaceCrop(image, id());
            }

            @Override
            public String id() {
                return "whole image";
            }
        };
    }

    /** Counts its calls, and breaks or closes when told to. */
    static final class MeanColour implements Embedder {
        final AtomicInteger calls = new AtomicInteger();
        final AtomicBoolean broken = new AtomicBoolean();
        final AtomicBoolean closed = new AtomicBoolean();
        private final ModelDescription model = ModelDescription.builder("mean-colour", "mean", "digest")
                .embeds(new CropSpec(64, 64, template(64, 64)), 3)
                .threshold(THRESHOLD)
                .build();

        @Override
        public ModelDescription model() {
            return model;
        }

        @Override
        public List<Embedding> embedAll(List<FaceCrop> crops) {
            calls.incrementAndGet();
            if (broken.get()) {
                throw new IllegalStateException("told to break");
            }
            return crops.stream().map(this::mean).toList();
        }

        private Embedding mean(FaceCrop crop) {
            byte[] rgb = crop.image().toRgb();
            float[] sum = {1, 1, 1};
            for (int i = 0; i < rgb.length; i++) {
                sum[i % 3] += rgb[i] & 0xff;
            }
            return Embedding.of(EmbeddingSpace.of(model, crop.alignment()), sum);
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    static Image plain(int red, int green, int blue) {
        return Image.ofRows(64, 64, (y, row) -> {
            for (int x = 0; x < 64; x++) {
                row[3 * x] = (byte) red;
                row[3 * x + 1] = (byte) green;
                row[3 * x + 2] = (byte) blue;
            }
        });
    }
}
