package io.facever.facenet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.EngineException;
import io.facever.FaceCrop;
import io.facever.Image;
import io.facever.ModelDescription;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import io.facever.spi.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EmbeddersTest {
    private static final int WIDTH = 6;
    private static final int HEIGHT = 4;

    /** Gives three numbers a crop: the mean of each plane. */
    private static class MeanSession implements InferenceSession {
        final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger closed = new AtomicInteger();

        @Override
        public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
            Tensor input = inputs.get("input");
            Tensor output = outputs.get("embedding");
            int crops = (int) input.shape()[0];
            assertThat(input.shape()).containsExactly(crops, 3, HEIGHT, WIDTH);
            assertThat(output.shape()).containsExactly(crops, 3);
            batches.add(crops);
            for (int plane = 0; plane < 3 * crops; plane++) {
                float sum = 0;
                for (int i = 0; i < WIDTH * HEIGHT; i++) {
                    sum += input.data().get(plane * WIDTH * HEIGHT + i);
                }
                output.data().put(plane, sum / (WIDTH * HEIGHT));
            }
        }

        @Override
        public String provider() {
            return "fake:0";
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private record Context(InferenceSession session, List<String> opened) implements StageContext {
        Context(InferenceSession session) {
            this(session, new ArrayList<>());
        }

        @Override
        public ModelDescription describe(String id) {
            return model(id);
        }

        @Override
        public InferenceSession open(String id, String network) {
            opened.add(id + "/" + network);
            return session;
        }
    }

    private static ModelDescription model(String id) {
        return ModelDescription.builder(id, "inception-resnet-v1", "digest")
                .embeds(Crops.spec(WIDTH, HEIGHT), 3)
                .build();
    }

    private static Embedder embedder(InferenceSession session) {
        return new FaceNet().create(model("tiny"), new Context(session));
    }

    private static FaceCrop crop(int color) {
        return new FaceCrop(Crops.image(WIDTH, HEIGHT, (x, y) -> color), "test");
    }

    @Test
    void opensTheEmbeddingNetworkOfTheModel() {
        Context context = new Context(new MeanSession());

        Embedder embedder = new FaceNet().create(model("mine"), context);

        assertThat(context.opened()).containsExactly("mine/embedding");
        assertThat(embedder.model().id()).isEqualTo("mine");
    }

    @Test
    void pixelsGoInAsPlanesScaledToPlusMinusOne() {
        MeanSession session = new MeanSession();

        Embedding embedding = embedder(session).embed(crop(0xff0080));

        // (255 − 127.5)/128, (0 − 127.5)/128 and (128 − 127.5)/128, then scaled to unit length
        double length = Math.sqrt(2 * 0.99609375 * 0.99609375 + 0.00390625 * 0.00390625);
        assertThat(embedding.toArray()[0]).isCloseTo((float) (0.99609375 / length), within(1e-6f));
        assertThat(embedding.toArray()[1]).isCloseTo((float) (-0.99609375 / length), within(1e-6f));
        assertThat(embedding.toArray()[2]).isCloseTo((float) (0.00390625 / length), within(1e-6f));
    }

    @Test
    void everyPixelGoesToItsPlaceInThePlane() {
        float[] seen = new float[3 * WIDTH * HEIGHT];
        InferenceSession session = new MeanSession() {
            @Override
            public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
                inputs.get("input").data().get(0, seen);
                super.run(inputs, outputs);
            }
        };
        Image image = Crops.image(WIDTH, HEIGHT, (x, y) -> (10 * x + y) << 16 | (100 + x) << 8 | (200 + y));

        embedder(session).embed(new FaceCrop(image, "test"));

        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int at = y * WIDTH + x;
                assertThat(seen[at]).isEqualTo((10 * x + y - 127.5f) / 128);
                assertThat(seen[WIDTH * HEIGHT + at]).isEqualTo((100 + x - 127.5f) / 128);
                assertThat(seen[2 * WIDTH * HEIGHT + at]).isEqualTo((200 + y - 127.5f) / 128);
            }
        }
    }

    @Test
    void manyCropsComeBackInOrder() {
        Embedder embedder = embedder(new MeanSession());
        List<FaceCrop> crops = new ArrayList<>();
        for (int i = 0; i < 37; i++) {
            crops.add(crop(i << 16 | 0x3080));
        }

        List<Embedding> all = embedder.embedAll(crops);

        assertThat(all).hasSize(37);
        for (int i = 0; i < 37; i++) {
            assertThat(all.get(i)).isEqualTo(embedder.embed(crops.get(i)));
        }
    }

    @Test
    void noRunIsLargerThanTheBatchSize() {
        MeanSession session = new MeanSession();
        Embedder embedder = new FaceNet().withBatchSize(4).create(model("tiny"), new Context(session));

        embedder.embedAll(Collections.nCopies(10, crop(0x102030)));

        assertThat(session.batches).containsExactly(4, 4, 2);
    }

    @Test
    void noCropsAreNoEmbeddings() {
        MeanSession session = new MeanSession();

        assertThat(embedder(session).embedAll(List.of())).isEmpty();
        assertThat(session.batches).isEmpty();
    }

    @Test
    void spaceHoldsModelAndAlignmentOfEachCrop() {
        Image image = crop(0x102030).image();

        List<Embedding> embeddings = embedder(new MeanSession())
                .embedAll(
                        List.of(new FaceCrop(image, "one"), new FaceCrop(image, "other"), new FaceCrop(image, "one")));

        assertThat(embeddings)
                .extracting(embedding -> embedding.space().alignment())
                .containsExactly("one", "other", "one");
        assertThat(embeddings.get(0).space()).isEqualTo(embeddings.get(2).space());
        assertThat(embeddings.get(0).space().model()).isEqualTo("tiny");
        assertThat(embeddings.get(0).dimension()).isEqualTo(3);
    }

    @Test
    void refusesACropOfAnotherSizeAndNamesBoth() {
        Embedder embedder = embedder(new MeanSession());
        FaceCrop wrong = new FaceCrop(Crops.image(5, 9, (x, y) -> 0), "test");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> embedder.embedAll(List.of(crop(1), wrong)))
                .withMessageContaining("6x4")
                .withMessageContaining("5x9")
                .withMessageContaining("index 1")
                .withMessageContaining("tiny");
    }

    @Test
    void outputThatIsNotFiniteIsTheEnginesFault() {
        InferenceSession session = new MeanSession() {
            @Override
            public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
                outputs.get("embedding").data().put(1, Float.NaN);
            }
        };

        assertThatThrownBy(() -> embedder(session).embed(crop(1)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("tiny")
                .hasMessageContaining("fake:0")
                .hasMessageContaining("network-output");
    }

    @Test
    void failedRunLeavesTheEmbedderUsable() {
        AtomicInteger runs = new AtomicInteger();
        InferenceSession session = new MeanSession() {
            @Override
            public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
                if (runs.getAndIncrement() == 0) {
                    throw new EngineException("engine-run", "the first run fails");
                }
                super.run(inputs, outputs);
            }
        };
        Embedder embedder = embedder(session);

        assertThatThrownBy(() -> embedder.embed(crop(1))).isInstanceOf(EngineException.class);
        assertThat(embedder.embed(crop(0x102030)).dimension()).isEqualTo(3);
        embedder.close();
    }

    @Test
    void modelThatMakesNoEmbeddingsOpensNothing() {
        Context context = new Context(new MeanSession());
        ModelDescription detector =
                ModelDescription.builder("finder", "mtcnn", "digest").build();

        assertThatIllegalStateException()
                .isThrownBy(() -> new FaceNet().create(detector, context))
                .withMessageContaining("finder");
        assertThat(context.opened()).isEmpty();
    }

    @Test
    void closedEmbedderRefusesAndClosesItsNetworkOnce() {
        MeanSession session = new MeanSession();
        Embedder embedder = embedder(session);

        embedder.close();
        embedder.close();

        assertThat(session.closed).hasValue(1);
        assertThatIllegalStateException()
                .isThrownBy(() -> embedder.embed(crop(1)))
                .withMessageContaining("closed");
    }

    @Test
    void closeWaitsForARunningCallOfSeveralRuns() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        MeanSession session = new MeanSession() {
            @Override
            public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
                assertThat(closed).hasValue(0);
                running.countDown();
                await(goOn);
                super.run(inputs, outputs);
            }
        };
        Embedder embedder = new FaceNet().withBatchSize(1).create(model("tiny"), new Context(session));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<List<Embedding>> call = threads.submit(() -> embedder.embedAll(List.of(crop(1), crop(2))));
            await(running);
            Future<?> close = threads.submit(embedder::close);
            assertThat(session.closed).hasValue(0);
            goOn.countDown();

            assertThat(call.get(30, TimeUnit.SECONDS)).hasSize(2);
            close.get(30, TimeUnit.SECONDS);
            assertThat(session.closed).hasValue(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyThreadsGetWhatOneGets() throws Exception {
        Embedder embedder = embedder(new MeanSession());
        List<List<FaceCrop>> jobs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            List<FaceCrop> crops = new ArrayList<>();
            for (int j = 0; j <= i % 20; j++) {
                crops.add(crop(i << 16 | j << 8 | 77));
            }
            jobs.add(crops);
        }
        List<List<Embedding>> expected = jobs.stream().map(embedder::embedAll).toList();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<List<Embedding>>> calls = jobs.stream()
                    .<Callable<List<Embedding>>>map(crops -> () -> embedder.embedAll(crops))
                    .toList();
            List<Future<List<Embedding>>> results = threads.invokeAll(calls);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(results.get(i).get()).isEqualTo(expected.get(i));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesABatchSizeBelowOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FaceNet().withBatchSize(0))
                .withMessageContaining("found 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new MobileFaceNet().withBatchSize(-1));
    }

    @Test
    void serviceLoaderFindsBothAndPrefersFaceNet() {
        List<EmbedderProvider> found = ServiceLoader.load(EmbedderProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();

        assertThat(found)
                .extracting(EmbedderProvider::name, EmbedderProvider::defaultModel, EmbedderProvider::rank)
                .containsExactlyInAnyOrder(
                        tuple("inception-resnet-v1", "facenet-vggface2", 100),
                        tuple("mobilefacenet", "mobilefacenet", 50));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
