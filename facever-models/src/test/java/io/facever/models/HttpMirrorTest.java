package io.facever.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.facever.ModelException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mirror behind a base URL, served on this machine. */
class HttpMirrorTest {
    @TempDir
    Path folder;

    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch asked = new CountDownLatch(1);
    private HttpServer server;
    private ExecutorService serverThreads;
    private TinyModels tiny;
    private Path cache;

    /** What the server does with a request; else it serves the file. */
    private interface Fault {
        boolean handle(HttpExchange exchange, int number) throws IOException, InterruptedException;
    }

    private volatile Fault fault = (exchange, number) -> false;

    @BeforeEach
    void serve() throws IOException {
        cache = folder.resolve("cache");
        Path mirror = folder.resolve("mirror");
        tiny = new TinyModels(mirror);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serverThreads = Executors.newCachedThreadPool();
        server.setExecutor(serverThreads);
        server.createContext("/base/", exchange -> {
            try (exchange) {
                asked.countDown();
                if (fault.handle(exchange, requests.incrementAndGet())) {
                    return;
                }
                Path file = mirror.resolve(exchange.getRequestURI().getPath().substring("/base/".length()));
                if (!Files.isRegularFile(file)) {
                    exchange.sendResponseHeaders(404, -1);
                    return;
                }
                exchange.sendResponseHeaders(200, Files.size(file));
                Files.copy(file, exchange.getResponseBody());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        released.countDown();
        server.stop(0);
        serverThreads.shutdownNow();
    }

    private String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/base";
    }

    private ModelStore.Builder store() {
        return tiny.store(cache).mirror(base()).offline(false);
    }

    @Test
    void fetchesFromABaseUrl() throws IOException {
        store().build().pull("tiny");
        assertThat(requests).hasValue(13);
        assertThat(CacheFiles.names(cache))
                .containsExactly("net.onnx", "net.onnx.sha256", "other.onnx", "other.onnx.sha256");
    }

    @Test
    void givesTheSameFileAsAFolderMirror() throws IOException {
        Path fromUrl = store().build().resolve("tiny", "net");
        Path fromFolder = tiny.store(folder.resolve("cache2")).build().resolve("tiny", "net");
        assertThat(fromUrl).hasSameBinaryContentAs(fromFolder);
    }

    @Test
    void opensNoConnectionForACachedModel() {
        store().build().pull("tiny");
        int before = requests.get();
        store().build().pull("tiny");
        assertThat(requests).hasValue(before);
    }

    @Test
    void opensNoConnectionOffline() {
        ModelStore store = store().offline(true).build();
        assertThatThrownBy(() -> store.pull("tiny"))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.anchor()).isEqualTo("model-offline"));
        assertThat(requests).hasValue(0);
    }

    @Test
    void triesAgainAfterAFailure() {
        fault = (exchange, number) -> {
            if (number == 1) {
                exchange.sendResponseHeaders(503, -1);
            }
            return number == 1;
        };
        store().build().resolve("tiny", "other");
        assertThat(requests).hasValue(2);
    }

    @Test
    void saysWhatTheServerAnswered() throws IOException {
        Files.delete(tiny.published("other/pnet.pt"));
        assertThatThrownBy(() -> store().build().resolve("tiny", "other"))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.anchor()).isEqualTo("model-source-unreachable"))
                .hasMessageContaining(base() + "/weights.example.org/other/pnet.pt")
                .hasMessageContaining("404");
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void refusesAnAnswerThatIsCutOff() throws IOException {
        fault = (exchange, number) -> {
            byte[] whole = Files.readAllBytes(tiny.published("other/pnet.pt"));
            exchange.sendResponseHeaders(200, whole.length);
            exchange.getResponseBody().write(whole, 0, whole.length / 2);
            return true;
        };
        assertThatThrownBy(() -> store().build().resolve("tiny", "other"))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.anchor()).isEqualTo("model-source-unreachable"));
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void refusesAnAnswerWithOtherContent() throws IOException {
        String expected = Hashes.of(tiny.published("other/pnet.pt"));
        Files.write(tiny.published("other/pnet.pt"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> store().build().resolve("tiny", "other"))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.anchor()).isEqualTo("model-source-altered"))
                .hasMessageContaining(expected);
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void saysThatNobodyAnswers() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ModelStore store = store().mirror("http://localhost:" + port).build();
        assertThatThrownBy(() -> store.resolve("tiny", "other"))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.anchor()).isEqualTo("model-source-unreachable"))
                .hasMessageContaining("http://localhost:" + port)
                .hasMessageContaining("FACEVER_MIRROR");
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void endsSoonWhenInterrupted() throws Exception {
        fault = (exchange, number) -> {
            released.await();
            return true;
        };
        CountDownLatch started = new CountDownLatch(1);
        ExecutorService caller = Executors.newSingleThreadExecutor();
        try {
            Thread[] thread = new Thread[1];
            Future<Boolean> result = caller.submit(() -> {
                thread[0] = Thread.currentThread();
                started.countDown();
                assertThatThrownBy(() -> store().build().resolve("tiny", "other"))
                        .isInstanceOfSatisfying(ModelException.class, e -> assertThat(e.anchor())
                                .isEqualTo("model-fetch-interrupted"));
                return Thread.currentThread().isInterrupted();
            });
            started.await();
            asked.await();
            thread[0].interrupt();
            assertThat(result.get()).isTrue();
        } finally {
            caller.shutdownNow();
        }
        assertThat(CacheFiles.names(cache)).isEmpty();
    }
}
