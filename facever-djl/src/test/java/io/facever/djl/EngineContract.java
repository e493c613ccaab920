package io.facever.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Device;
import io.facever.EngineException;
import io.facever.ModelException;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What both engines of this module have to do, on networks made in the test. */
abstract class EngineContract {
    private static final SessionOptions CPU = new SessionOptions(Device.cpu(), 1);

    /** The pom makes the whole heap resident from the start, so what grows is native; 4 MB were seen, of the JIT. */
    private static final long MOST_NATIVE_GROWTH = 32L << 20;

    @TempDir
    private Path folder;

    abstract InferenceEngine engine();

    private static Tensor tensor(long[] shape, float... values) {
        Tensor tensor = Tensor.allocate(shape);
        tensor.data().duplicate().put(values);
        return tensor;
    }

    private static float[] numbers(Tensor tensor) {
        float[] numbers = new float[tensor.data().capacity()];
        tensor.data().duplicate().clear().get(numbers);
        return numbers;
    }

    @Test
    void isUsableHere() {
        assertThat(engine().unusable()).isEmpty();
        assertThat(engine().version()).contains("DJL 0.");
    }

    @Test
    void fillsTheNamedOutputs() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            Tensor input = tensor(new long[] {1, 3}, -1, 0.5f, 2);
            Tensor twice = Tensor.allocate(1, 3);
            Tensor positive = Tensor.allocate(1, 3);

            session.run(Map.of("x", input), Map.of("double", twice, "positive", positive));

            assertThat(numbers(twice)).containsExactly(-2, 1, 4);
            assertThat(numbers(positive)).containsExactly(0, 0.5f, 2);
            assertThat(numbers(input)).containsExactly(-1, 0.5f, 2);
            assertThat(session.provider()).isEqualTo("cpu");
        }
    }

    @Test
    void deliversOnlyWhatIsNamed() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            Tensor positive = Tensor.allocate(2);

            session.run(Map.of("x", tensor(new long[] {2}, -3, 3)), Map.of("positive", positive));

            assertThat(numbers(positive)).containsExactly(0, 3);
        }
    }

    @Test
    void reusesBuffersWhoseNumbersChange() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            Tensor input = tensor(new long[] {1}, 1);
            Tensor twice = Tensor.allocate(1);
            for (int i = 0; i < 3; i++) {
                input.data().put(0, i);
                session.run(Map.of("x", input), Map.of("double", twice));
                assertThat(twice.data().get(0)).isEqualTo(2f * i);
            }
        }
    }

    @Test
    void takesSlicesOfALargerBuffer() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            FloatBuffer shared = Tensor.allocateBuffer(4);
            shared.put(new float[] {1, 2, 3, 4});
            Tensor input = Tensor.of(shared.slice(2, 2), 2);
            Tensor twice = Tensor.of(shared.slice(0, 2), 2);

            session.run(Map.of("x", input), Map.of("double", twice));

            assertThat(shared.get(0)).isEqualTo(6);
            assertThat(shared.get(1)).isEqualTo(8);
        }
    }

    @Test
    void aMovedPositionOfTheCallersBufferDoesNotMatter() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            Tensor input = Tensor.allocate(2);
            Tensor twice = Tensor.allocate(2);
            input.data().put(3).put(4);
            twice.data().position(1);

            session.run(Map.of("x", input), Map.of("double", twice));

            assertThat(numbers(twice)).containsExactly(6, 8);
        }
    }

    @Test
    void namesTheInputsThatItExpects() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            assertThatThrownBy(() ->
                            session.run(Map.of("y", tensor(new long[] {1}, 1)), Map.of("double", Tensor.allocate(1))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("takes the inputs x")
                    .hasMessageContaining("tensor-mismatch");
        }
    }

    @Test
    void namesTheOutputsThatItHas() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            assertThatThrownBy(() ->
                            session.run(Map.of("x", tensor(new long[] {1}, 1)), Map.of("triple", Tensor.allocate(1))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("'triple'")
                    .hasMessageContaining("positive");
        }
    }

    @Test
    void refusesAnOutputOfTheWrongShape() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            assertThatThrownBy(() -> session.run(
                            Map.of("x", tensor(new long[] {2}, 1, 2)), Map.of("double", Tensor.allocate(1, 2))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("[2]")
                    .hasMessageContaining("[1, 2]");
        }
    }

    @Test
    void reportsARunThatTheRuntimeRefuses() throws Exception {
        Path file = TinyOnnx.write(
                folder,
                TinyOnnx.graph("y")
                        .addInitializer(TinyOnnx.floats("w", new long[] {2, 1}, 1, 2))
                        .addNode(TinyOnnx.node("MatMul", "y", "x", "w")));
        try (InferenceSession session = engine().open(file, CPU)) {
            assertThatThrownBy(() -> session.run(
                            Map.of("x", tensor(new long[] {1, 3}, 1, 2, 3)), Map.of("y", Tensor.allocate(1, 1))))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("inference-failed");
            Tensor result = Tensor.allocate(1, 1);
            session.run(Map.of("x", tensor(new long[] {1, 2}, 3, 4)), Map.of("y", result));
            assertThat(numbers(result)).containsExactly(11);
        }
    }

    @Test
    void refusesAFileThatIsNoNetwork() throws Exception {
        Path file = Files.writeString(folder.resolve("broken.onnx"), "this is no network");

        assertThatThrownBy(() -> engine().open(file, CPU))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("broken.onnx")
                .hasMessageContaining("network-unreadable");
    }

    @Test
    void saysThatAFileIsNotThere() {
        assertThatThrownBy(() -> engine().open(folder.resolve("absent.onnx"), CPU))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("absent.onnx");
    }

    @Test
    void aGpuThatIsNotThereIsNoModelProblemAndNoSilentFallback() throws Exception {
        Path file = TinyOnnx.twoOutputs(folder);

        assertThatThrownBy(() -> engine().open(file, new SessionOptions(Device.gpu(1), 1)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("gpu:1")
                .hasMessageContaining(engine().name())
                .hasMessageContaining("device-unavailable");
    }

    @Test
    void refusesSettingsThatItDoesNotHave() throws Exception {
        Path file = TinyOnnx.twoOutputs(folder);
        SessionOptions gpu = new SessionOptions(Device.auto(), 1);

        for (SessionOptions wish :
                List.of(gpu.withAccelerator(SessionOptions.Accelerator.TENSORRT), gpu.withGpuMemoryLimit(1 << 20))) {
            assertThatThrownBy(() -> engine().open(file, wish))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("use the engine onnx");
        }
    }

    @Test
    void autoFallsBackToTheProcessor() throws Exception {
        Path file = TinyOnnx.twoOutputs(folder);

        try (InferenceSession session = engine().open(file, new SessionOptions(Device.auto(), 1))) {
            assertThat(session.provider()).isEqualTo("cpu");
        }
    }

    @Test
    void refusesToRunWhenClosed() throws Exception {
        InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU);
        session.close();
        session.close();

        assertThatThrownBy(() -> session.run(Map.of("x", Tensor.allocate(1)), Map.of("double", Tensor.allocate(1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void sixteenThreadsGetTheirOwnResults() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                float value = i;
                tasks.add(() -> {
                    Tensor input = tensor(new long[] {64}, filled(64, value));
                    Tensor twice = Tensor.allocate(64);
                    boolean allRight = true;
                    for (int run = 0; run < 50; run++) {
                        session.run(Map.of("x", input), Map.of("double", twice));
                        for (float number : numbers(twice)) {
                            allRight &= number == 2 * value;
                        }
                        twice.data().put(0, Float.NaN);
                    }
                    return allRight;
                });
            }
            for (Future<Boolean> result : threads.invokeAll(tasks)) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static float[] filled(int count, float value) {
        float[] numbers = new float[count];
        Arrays.fill(numbers, value);
        return numbers;
    }

    @Test
    void closeWaitsForRunningCalls() throws Exception {
        InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU);
        AtomicBoolean closing = new AtomicBoolean();
        CountDownLatch started = new CountDownLatch(4);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> runs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                runs.add(threads.submit(() -> {
                    Tensor input = tensor(new long[] {1}, 1);
                    Tensor twice = Tensor.allocate(1);
                    session.run(Map.of("x", input), Map.of("double", twice));
                    started.countDown();
                    while (true) {
                        try {
                            session.run(Map.of("x", input), Map.of("double", twice));
                        } catch (IllegalStateException e) {
                            // only a session that is being closed may refuse
                            return closing.get() && e.getMessage().contains("closed");
                        }
                    }
                }));
            }
            assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
            closing.set(true);
            session.close();
            for (Future<Boolean> run : runs) {
                assertThat(run.get(60, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Resident memory of this process, bytes. */
    private static long residentMemory() throws IOException {
        Path status = Path.of("/proc/self/status");
        Assumptions.assumeTrue(Files.isReadable(status), "needs Linux to read the resident memory");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Direct buffers that a file was read through go with the collector, which has no reason to run in a large heap.
     */
    private static long residentMemoryAfterCollection() throws IOException {
        // the buffers found dead by one collection are freed before the next one ends
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return residentMemory();
    }

    @Test
    void keepsNoMemoryOverTwentyThousandRuns() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            // a tensor that stayed behind would hold 40 kB: 720 MB in the end
            Tensor input = Tensor.allocate(10, 1000);
            Tensor twice = Tensor.allocate(10, 1000);
            int runs = 20_000;
            long before = 0;
            for (int i = 0; i < runs; i++) {
                if (i == runs / 10) {
                    before = residentMemory();
                }
                session.run(Map.of("x", input), Map.of("double", twice));
            }
            assertThat(residentMemory() - before).isLessThan(MOST_NATIVE_GROWTH);
        }
    }

    @Test
    void keepsNoMemoryOverRunsThatFail() throws Exception {
        try (InferenceSession session = engine().open(TinyOnnx.twoOutputs(folder), CPU)) {
            Tensor input = Tensor.allocate(100, 1000);
            Tensor wrong = Tensor.allocate(1);
            int runs = 2_000;
            long before = 0;
            for (int i = 0; i < runs; i++) {
                if (i == runs / 10) {
                    before = residentMemory();
                }
                assertThatThrownBy(() -> session.run(Map.of("x", input), Map.of("double", wrong)))
                        .isInstanceOf(EngineException.class);
            }
            assertThat(residentMemory() - before).isLessThan(MOST_NATIVE_GROWTH);
        }
    }

    @Test
    void givesBackAtCloseWhatItHeld() throws Exception {
        // 16 MB of weights: 1.3 GB over the sessions that are measured
        Path file = TinyOnnx.write(
                folder,
                TinyOnnx.graph("y")
                        .addInitializer(TinyOnnx.floats("w", new long[] {1, 4 << 20}, filled(4 << 20, 1)))
                        .addNode(TinyOnnx.node("Mul", "y", "x", "w")));
        Tensor input = tensor(new long[] {1, 1}, 2);
        Tensor output = Tensor.allocate(1, 4 << 20);
        long before = 0;
        for (int i = 0; i < 100; i++) {
            if (i == 20) {
                before = residentMemoryAfterCollection();
            }
            try (InferenceSession session = engine().open(file, CPU)) {
                session.run(Map.of("x", input), Map.of("y", output));
            }
        }
        assertThat(output.data().get(0)).isEqualTo(2);
        assertThat(residentMemoryAfterCollection() - before).isLessThan(64L << 20);
    }
}
