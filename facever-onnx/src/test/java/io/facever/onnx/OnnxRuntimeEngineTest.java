package io.facever.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import io.facever.Device;
import io.facever.EngineException;
import io.facever.FaceverException;
import io.facever.ModelException;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxRuntimeEngineTest {
    private static final SessionOptions CPU = new SessionOptions(Device.cpu(), 1);

    @TempDir
    Path folder;

    private final OnnxRuntimeEngine engine = new OnnxRuntimeEngine();

    @Test
    void isFoundAsAService() {
        assertThat(ServiceLoader.load(InferenceEngine.class))
                .anySatisfy(found -> assertThat(found.name()).isEqualTo("onnx"));
    }

    @Test
    void saysWhatRunsBelow() {
        assertThat(engine.unusable()).isEmpty();
        assertThat(engine.version()).startsWith("ONNX Runtime 1.");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void fillsTheBuffersOfTheCaller(int threads) throws IOException {
        try (InferenceSession session =
                engine.open(TinyOnnx.doubleAndPositive(folder), new SessionOptions(Device.cpu(), threads))) {
            Tensor input = tensor(1, -2, 3, -4, 5, -6);
            Tensor doubled = Tensor.allocate(2, 3);
            Tensor positive = Tensor.allocate(2, 3);
            session.run(Map.of("x", input), Map.of("double", doubled, "positive", positive));
            assertThat(numbers(doubled)).containsExactly(2, -4, 6, -8, 10, -12);
            assertThat(numbers(positive)).containsExactly(1, 0, 3, 0, 5, 0);
            assertThat(numbers(input)).containsExactly(1, -2, 3, -4, 5, -6);
            assertThat(session.provider()).isEqualTo("cpu");
        }
    }

    @Test
    void runsWithRewrittenBuffersAndOnlySomeOutputs() throws IOException {
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU)) {
            Tensor input = tensor(1, 2, 3);
            Tensor doubled = Tensor.allocate(1, 3);
            session.run(Map.of("x", input), Map.of("double", doubled));
            // a moved position of the shared buffer does not matter
            input.data().put(7).put(8);
            session.run(Map.of("x", input), Map.of("double", doubled));
            assertThat(numbers(doubled)).containsExactly(14, 16, 6);
        }
    }

    @Test
    void runsAgainAndAgainWithOneInputAndOtherOutputs() throws IOException {
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU)) {
            Tensor input = Tensor.allocate(1, 3);
            Tensor doubled = Tensor.allocate(1, 3);
            Tensor positive = Tensor.allocate(1, 3);
            List<Map<String, Tensor>> outputs = List.of(
                    Map.of("double", doubled),
                    Map.of("positive", positive, "double", doubled),
                    Map.of("double", positive));
            for (int i = -20; i < 20; i++) {
                for (Map<String, Tensor> some : outputs) {
                    input.data().put(0, i);
                    session.run(Map.of("x", input), some);
                    some.forEach((name, output) -> assertThat(output.data().get(0))
                            .isEqualTo(
                                    name.equals("double")
                                            ? 2 * input.data().get(0)
                                            : Math.max(0, input.data().get(0))));
                }
            }
        }
    }

    @Test
    void refusesAWrongNameBesideTensorsThatItKnows() throws IOException {
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU)) {
            Map<String, Tensor> input = Map.of("x", tensor(1, 2, 3));
            Tensor doubled = Tensor.allocate(1, 3);
            for (int i = 0; i < 3; i++) {
                session.run(input, Map.of("double", doubled));
                assertThatThrownBy(() -> session.run(input, Map.of("double", doubled, "half", Tensor.allocate(1, 3))))
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("half");
                assertThatThrownBy(() -> session.run(Map.of(), Map.of("double", doubled)))
                        .isInstanceOf(EngineException.class);
            }
        }
    }

    @Test
    void runsManyTensorsInTurnFromManyThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU)) {
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                callers.add(threads.submit(() -> {
                    List<Tensor> inputs = new ArrayList<>();
                    List<Tensor> outputs = new ArrayList<>();
                    for (int i = 0; i < 60; i++) {
                        inputs.add(tensor(i, i + 1, -i));
                        outputs.add(Tensor.allocate(1, 3));
                    }
                    for (int i = 0; i < 6000; i++) {
                        int n = i % 60;
                        session.run(Map.of("x", inputs.get(n)), Map.of("double", outputs.get(n)));
                        assertThat(numbers(outputs.get(n))).containsExactly(2 * n, 2 * n + 2, -2 * n);
                    }
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void letsGoOfTensorsOfOneRun() throws Exception {
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU)) {
            WeakReference<FloatBuffer> once = new WeakReference<>(runOnce(session));
            for (int i = 0; i < 50 && once.get() != null; i++) {
                System.gc();
                Thread.sleep(20);
            }
            assertThat(once.get()).isNull();
        }
    }

    private static FloatBuffer runOnce(InferenceSession session) {
        Tensor input = tensor(1, 2, 3);
        session.run(Map.of("x", input), Map.of("double", Tensor.allocate(1, 3)));
        return input.data();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void runsOnManyNumbersWhetherItKeepsMemoryOrNot(boolean arena) throws IOException {
        int rows = 600_000;
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU.withArena(arena))) {
            Tensor input = Tensor.allocate(rows, 3);
            input.data().put(3 * rows - 1, 4);
            Tensor doubled = Tensor.allocate(rows, 3);
            for (int i = 0; i < 2; i++) {
                doubled.data().put(3 * rows - 1, 0);
                session.run(Map.of("x", input), Map.of("double", doubled));
                assertThat(doubled.data().get(3 * rows - 1)).isEqualTo(8);
            }
        }
    }

    @Test
    void namesWhatTheNetworkHasWhenANameOrShapeIsWrong() throws IOException {
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU)) {
            Tensor input = tensor(1, 2, 3);
            Tensor output = Tensor.allocate(1, 3);
            List<Runnable> wrong = List.of(
                    () -> session.run(Map.of("y", input), Map.of("double", output)),
                    () -> session.run(Map.of("x", input), Map.of("triple", output)),
                    () -> session.run(Map.of("x", Tensor.allocate(1, 4)), Map.of("double", output)),
                    () -> session.run(Map.of("x", Tensor.allocate(3)), Map.of("double", output)),
                    () -> session.run(Map.of("x", input), Map.of("double", Tensor.allocate(2, 3))),
                    () -> session.run(Map.of("x", input), Map.of()),
                    () -> session.run(Map.of(), Map.of("double", output)));
            for (Runnable run : wrong) {
                assertThatThrownBy(run::run)
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("tiny.onnx")
                        .hasMessageContaining("'x' [-1, 3]")
                        .hasMessageContaining("'double' [-1, 3], 'positive' [-1, 3]")
                        .hasMessageContaining("errors.md#tensor-mismatch");
            }
        }
    }

    @Test
    void refusesAFileThatIsNoNetwork() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "this is no network, whatever its name says");
        Path whole = TinyOnnx.doubleAndPositive(folder);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut.onnx"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        Path empty = Files.createFile(folder.resolve("empty.onnx"));
        for (Path file : List.of(text, cut, empty)) {
            assertThatThrownBy(() -> engine.open(file, CPU))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("errors.md#network-unreadable");
        }
    }

    @Test
    void refusesAPathWithoutAFile() {
        for (Path path : List.of(folder, folder.resolve("missing.onnx"))) {
            assertThatThrownBy(() -> engine.open(path, CPU))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("errors.md#model-unreadable");
        }
    }

    @Test
    void neverTakesTheProcessorWhenAGpuIsAskedFor() throws IOException {
        assumeNoCuda();
        Path network = TinyOnnx.doubleAndPositive(folder);
        assertThatThrownBy(() -> engine.open(network, new SessionOptions(Device.gpu(1), 1)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("gpu:1")
                .hasMessageContaining("onnxruntime_gpu")
                .hasMessageContaining("Device.cpu()")
                .hasMessageContaining("errors.md#device-unavailable");
    }

    @Test
    void takesTheProcessorWhenAnyDeviceWillDo() throws IOException {
        assumeNoCuda();
        try (InferenceSession session =
                engine.open(TinyOnnx.doubleAndPositive(folder), new SessionOptions(Device.auto(), 1))) {
            assertThat(session.provider()).isEqualTo("cpu");
        }
    }

    @Test
    void reportsABadFileAsSuchOnAnyDevice() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "no network");
        FaceverException thrown = catchThrowableOfType(
                FaceverException.class, () -> engine.open(text, new SessionOptions(Device.auto(), 1)));
        assertThat(thrown.anchor()).isEqualTo("network-unreadable");
    }

    private static void assumeNoCuda() {
        Assumptions.assumeFalse(
                OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA),
                "skipped: this ONNX Runtime has CUDA, the test is about one that has not");
    }

    @Test
    void refusesToRunAfterCloseAndClosesTwice() throws IOException {
        InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU);
        session.close();
        session.close();
        assertThatThrownBy(() -> session.run(Map.of("x", tensor(1, 2, 3)), Map.of("double", Tensor.allocate(1, 3))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tiny.onnx");
        assertThat(session.provider()).isEqualTo("cpu");
    }

    @Test
    void givesEveryThreadItsOwnResultAndLetsRunsFinishBeforeItCloses() throws Exception {
        Path network = TinyOnnx.slow(folder);
        int callers = 4;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            InferenceSession session = engine.open(network, CPU);
            CountDownLatch started = new CountDownLatch(callers);
            List<Future<Integer>> results = new ArrayList<>();
            for (int caller = 1; caller <= callers; caller++) {
                float mine = caller;
                results.add(threads.submit(() -> runUntilClosed(session, mine, started)));
            }
            started.await();
            session.close();
            for (Future<Integer> result : results) {
                assertThat(result.get()).isPositive();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** How many runs were done; each is checked. */
    private static int runUntilClosed(InferenceSession session, float fill, CountDownLatch started) {
        Tensor input = Tensor.allocate(1, 1, 32, 32);
        Tensor output = Tensor.allocate(1, 1, 32, 32);
        for (int i = 0; i < input.data().capacity(); i++) {
            input.data().put(i, fill);
        }
        int runs = 0;
        while (true) {
            try {
                session.run(Map.of("x", input), Map.of("y", output));
            } catch (IllegalStateException closed) {
                return runs;
            }
            assertThat(numbers(output)).containsOnly(fill);
            runs++;
            if (runs == 1) {
                started.countDown();
            }
        }
    }

    @Test
    void freesWhatAFailedRunHeld() throws IOException {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/statm")), "skipped: needs /proc");
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU)) {
            int rows = 1 << 16;
            Tensor input = Tensor.allocate(rows, 3);
            Tensor tooShort = Tensor.allocate(rows - 1, 3);
            Map<String, Tensor> in = Map.of("x", input);
            Map<String, Tensor> out = Map.of("double", tooShort);
            fail(session, in, out, 50);
            long before = residentPages();
            fail(session, in, out, 2000);
            // had each failed run kept a copy of its input, this were 1.5 GB; the heap can't grow, see the pom
            assertThat((residentPages() - before) * 4096).isLessThan(32L << 20);
        }
    }

    private static void fail(InferenceSession session, Map<String, Tensor> in, Map<String, Tensor> out, int times) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(() -> session.run(in, out)).isInstanceOf(EngineException.class);
        }
    }

    private static long residentPages() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
    }

    private static Tensor tensor(float... numbers) {
        Tensor tensor = Tensor.allocate(numbers.length / 3, 3);
        tensor.data().duplicate().put(numbers);
        return tensor;
    }

    private static float[] numbers(Tensor tensor) {
        float[] numbers = new float[tensor.data().capacity()];
        tensor.data().duplicate().clear().get(numbers);
        return numbers;
    }

    @ParameterizedTest
    @EnumSource(SessionOptions.Accelerator.class)
    void refusesAnAcceleratorThatThisOnnxRuntimeLacks(SessionOptions.Accelerator accelerator) throws IOException {
        Path file = TinyOnnx.doubleAndPositive(folder);
        SessionOptions wish = new SessionOptions(Device.gpu(), 1).withAccelerator(accelerator);
        Assumptions.assumeFalse(OrtEnvironment.getAvailableProviders()
                .contains(Accelerators.of(accelerator).provider()));
        String name = Accelerators.of(accelerator).name();

        assertThatThrownBy(() -> engine.open(file, wish))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("built without " + name)
                .hasMessageContaining("onnxruntime")
                .hasMessageContaining("device-unavailable");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // as onnxruntime_gpu 1.28.0 said it on a machine without CUDA
                "CUDA | FAIL : Failed to load library /tmp/x/libonnxruntime_providers_cuda.so with error:"
                        + " libcublasLt.so.12: cannot open shared object file | libcublasLt.so.12 is missing",
                "TENSORRT | OrtSessionOptionsAppendExecutionProvider_TensorRT: Failed to load shared library"
                        + " | TENSORRT did not start; install an NVIDIA driver, CUDA, cuDNN and TensorRT",
                // as the CUDA runtime's own texts are
                "CUDA | CUDA failure 100: no CUDA-capable device is detected | the driver shows no such GPU",
                "CUDA | CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version"
                        + " | NVIDIA driver is missing or too old",
            })
    void namesWhatAGpuLacks(String accelerator, String message, String found) {
        assertThat(OrtSessions.missing(Accelerators.valueOf(accelerator), message))
                .contains(found);
    }

    @Test
    void givesTheSameWithoutAnArena() throws IOException {
        try (InferenceSession session = engine.open(TinyOnnx.doubleAndPositive(folder), CPU.withArena(false))) {
            Tensor doubled = Tensor.allocate(1, 3);
            session.run(Map.of("x", tensor(1, 2, 3)), Map.of("double", doubled));
            assertThat(numbers(doubled)).containsExactly(2, 4, 6);
        }
    }
}
