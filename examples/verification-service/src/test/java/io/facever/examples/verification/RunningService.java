package io.facever.examples.verification;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.facever.Liveness;
import io.facever.ModelDescription;
import io.facever.Point;
import io.facever.Threshold;
import io.facever.conformance.Shared;
import io.facever.liveness.ActiveLiveness;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * The service on a free port of the loopback address, with stages that need no models. A drawn picture stands for a
 * photo: each red column is a face, and what lies below the red decides who it is.
 */
final class RunningService implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private RunningService(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static RunningService start(Stages stages, String... properties) {
        SpringApplicationBuilder builder = new SpringApplicationBuilder(VerificationService.class)
                .initializers((ApplicationContextInitializer<GenericApplicationContext>) stages::register);
        return new RunningService(start(builder.build(), properties));
    }

    /** As {@link #start}, telling a listener of what happens on the way. */
    static RunningService start(Stages stages, ApplicationListener<?> listener) {
        SpringApplicationBuilder builder = new SpringApplicationBuilder(VerificationService.class)
                .initializers((ApplicationContextInitializer<GenericApplicationContext>) stages::register)
                .listeners(listener);
        return new RunningService(start(builder.build()));
    }

    /** With the published models, from the shared folder. */
    static RunningService startReal() {
        return new RunningService(start(
                new SpringApplication(VerificationService.class),
                "facever.mirror=" + Shared.folder().resolve("mirror"),
                "facever.cache=" + Shared.repository().resolve("target/test-models"),
                "facever.offline=true"));
    }

    private static ConfigurableApplicationContext start(SpringApplication application, String... properties) {
        List<String> args = new ArrayList<>(List.of("--server.port=0", "--logging.level.root=WARN"));
        for (String property : properties) {
            args.add("--" + property);
        }
        return application.run(args.toArray(String[]::new));
    }

    int port() {
        return ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    /** Leaves no slot for a request. */
    void takeAllSlots() {
        InferencePool pool = context.getBean(InferencePool.class);
        int taken = 0;
        while (pool.enter()) {
            taken++;
        }
        assertThat(taken).isPositive();
    }

    @Override
    public void close() {
        context.close();
    }

    /** A picture with faces side by side. */
    static byte[] photo(Color person, int faces) {
        BufferedImage image = new BufferedImage(240, 120, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setColor(person);
            graphics.fillRect(0, 0, 240, 120);
            graphics.setColor(Color.RED);
            for (int i = 0; i < faces; i++) {
                graphics.fillRect(80 * i, 0, 40, 60);
            }
        } finally {
            graphics.dispose();
        }
        return png(image);
    }

    /** A picture of a face that has done some of a move. */
    static byte[] moved(Color person, ActiveLiveness.Move move, double share) {
        BufferedImage image = new BufferedImage(240, 120, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.setColor(person);
            graphics.fillRect(0, 0, 240, 120);
            graphics.setColor(new Color(
                    255,
                    0,
                    1 + 20 * List.of(ActiveLiveness.Move.values()).indexOf(move) + (int) Math.round(10 * share)));
            graphics.fillRect(0, 0, 40, 60);
        } finally {
            graphics.dispose();
        }
        return png(image);
    }

    private static byte[] png(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    /** Every look at it is 100 ms later. */
    static final class SteppingClock extends Clock {
        private Instant now = Instant.parse("2030-01-01T00:00:00Z");

        @Override
        public synchronized Instant instant() {
            now = now.plusMillis(100);
            return now;
        }

        synchronized void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    /** Stages on drawn pictures, which can be told to hold still. */
    static final class Stages {
        /** One permit for each detection that may go on. */
        final Semaphore permits = new Semaphore(1_000_000);

        /** Counted down as detections begin. */
        final AtomicReference<CountDownLatch> began = new AtomicReference<>(new CountDownLatch(0));

        /** What sessions go by. */
        final SteppingClock clock = new SteppingClock();

        private final ModelDescription model = ModelDescription.builder("colour", "colour", "digest")
                .embeds(new CropSpec(1, 1, landmarks(0, 0)), 3)
                .threshold(Threshold.of(0.9, "made up for tests"))
                .build();

        void register(GenericApplicationContext context) {
            context.registerBean(Detector.class, this::detector);
            context.registerBean(Aligner.class, this::aligner);
            context.registerBean(Embedder.class, this::embedder);
            context.registerBean(Liveness.class, Stages::liveness);
            context.registerBean(Clock.class, () -> clock);
        }

        private Detector detector() {
            return image -> {
                began.get().countDown();
                permits.acquireUninterruptibly();
                List<Face> faces = new ArrayList<>();
                byte[] pixel = new byte[3];
                for (int i = 0; i < 3 && 80 * i < image.width(); i++) {
                    image.read(80 * i, 0, 1, pixel, 0);
                    if (pixel[0] == (byte) 255 && pixel[1] == 0) {
                        faces.add(new Face(new Box(80 * i, 0, 80 * i + 39, 59), 0.9, landmarks(80 * i, pixel[2])));
                    }
                }
                return faces;
            };
        }

        private static Liveness liveness() {
            return (image, face) -> 0.9;
        }

        private Aligner aligner() {
            return new Aligner() {
                @Override
                public FaceCrop align(Image image, Face face) {
                    byte[] pixel = new byte[3];
                    image.read(0, image.height() - 1, 1, pixel, 0);
                    return new FaceCrop(Image.ofRgb(1, 1, pixel), id());
                }

                @Override
                public String id() {
                    return "one pixel";
                }
            };
        }

        private Embedder embedder() {
            return new Embedder() {
                @Override
                public ModelDescription model() {
                    return model;
                }

                @Override
                public List<Embedding> embedAll(List<FaceCrop> crops) {
                    return crops.stream()
                            .map(crop -> {
                                byte[] pixel = crop.image().toRgb();
                                float[] values = {1 + (pixel[0] & 255), 1 + (pixel[1] & 255), 1 + (pixel[2] & 255)};
                                return Embedding.of(EmbeddingSpace.of(model, crop.alignment()), values);
                            })
                            .toList();
                }
            };
        }

        /** Eyes, nose and mouth; a code other than 0 is a move and how much of it was done. */
        private static Landmarks landmarks(int x, int code) {
            double share = code == 0 ? 0 : (code - 1) % 20 / 10.0;
            double noseX = 0;
            double noseY = 0;
            double size = 1;
            switch (code == 0 ? -1 : (code - 1) / 20) {
                case 0 -> noseX = 6 * share;
                case 1 -> noseX = -6 * share;
                case 2 -> noseY = -5 * share;
                case 3 -> noseY = 5 * share;
                case 4 -> size = 1 + 0.5 * share;
                default -> {}
            }
            return new Landmarks(
                    new Point(x + 20 - 10 * size, 20),
                    new Point(x + 20 + 10 * size, 20),
                    new Point(x + 20 + noseX, 20 + 10 * size + noseY),
                    new Point(x + 20 - 8 * size, 20 + 25 * size),
                    new Point(x + 20 + 8 * size, 20 + 25 * size));
        }
    }
}
