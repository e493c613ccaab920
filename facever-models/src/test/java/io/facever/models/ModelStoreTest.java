package io.facever.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.facever.ModelDescription;
import io.facever.ModelException;
import io.facever.models.internal.Onnx;
import io.facever.spi.ModelProvider;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetch, conversion and cache, with a small model in a mirror folder. */
class ModelStoreTest {
    @TempDir
    Path folder;

    private Path cache;
    private TinyModels tiny;

    @BeforeEach
    void publish() throws IOException {
        cache = folder.resolve("cache");
        tiny = new TinyModels(folder.resolve("mirror"));
    }

    private static void assertFails(ThrowingCallable call, String anchor, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.anchor()).isEqualTo(anchor))
                .hasMessageContainingAll(parts);
    }

    @Test
    void convertsWhatAFolderMirrorHoldsEvenOffline() throws Exception {
        Path file = tiny.store(cache).build().resolve("tiny", "net");
        try (Onnx onnx = Onnx.open(file.toString())) {
            assertThat(onnx.run(new float[3 * 12 * 12], 1, 3, 12, 12)).containsOnlyKeys("output");
        }
    }

    @Test
    void keepsOnlyTheConvertedFileAndItsHash() throws IOException {
        tiny.store(cache).build().resolve("tiny", "net");
        assertThat(CacheFiles.names(cache)).containsExactly("net.onnx", "net.onnx.sha256");
    }

    @Test
    void needsNoMirrorOnceTheModelIsCached() throws IOException {
        Path first = tiny.store(cache).build().resolve("tiny", "other");
        Files.delete(tiny.published("other/pnet.pt"));
        assertThat(tiny.store(cache).build().resolve("tiny", "other")).isEqualTo(first);
        assertThat(tiny.conversions()).isEqualTo(1);
    }

    @Test
    void pullsAllNetworks() throws IOException {
        tiny.store(cache).build().pull("tiny");
        assertThat(CacheFiles.names(cache))
                .containsExactly("net.onnx", "net.onnx.sha256", "other.onnx", "other.onnx.sha256");
    }

    @Test
    void rebuildsAnAlteredFile() throws IOException {
        Path file = tiny.store(cache).build().resolve("tiny", "other");
        byte[] whole = Files.readAllBytes(file);
        byte[] altered = whole.clone();
        altered[altered.length / 2] ^= 1;
        Files.write(file, altered);
        ModelStore store = tiny.store(cache).build();
        assertThat(store.check())
                .extracting(ModelStatus::network, ModelStatus::state)
                .containsExactly(tuple("net", ModelStatus.State.ABSENT), tuple("other", ModelStatus.State.ALTERED));
        assertThat(store.resolve("tiny", "other")).isEqualTo(file).hasBinaryContent(whole);
        assertThat(tiny.conversions()).isEqualTo(2);
    }

    @Test
    void rebuildsAFileThatWasCutOffWhileTheStoreWasOpen() throws IOException {
        ModelStore store = tiny.store(cache).build();
        Path file = store.resolve("tiny", "other");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, new byte[10]);
        assertThat(store.resolve("tiny", "other")).hasBinaryContent(whole);
    }

    @Test
    void rebuildsAFileWhoseHashIsMissing() throws IOException {
        Path file = tiny.store(cache).build().resolve("tiny", "other");
        Files.delete(file.resolveSibling("other.onnx.sha256"));
        ModelStore store = tiny.store(cache).build();
        store.resolve("tiny", "other");
        assertThat(store.check().get(1).state()).isEqualTo(ModelStatus.State.WHOLE);
    }

    @Test
    void refusesATruncatedSourceWithBothHashes() throws IOException {
        Path source = tiny.published("other/pnet.pt");
        String expected = Hashes.of(source);
        byte[] whole = Files.readAllBytes(source);
        Files.write(source, Arrays.copyOf(whole, whole.length - 100));
        assertFails(
                () -> tiny.store(cache).build().resolve("tiny", "other"),
                "model-source-altered",
                source.toString(),
                expected,
                Hashes.of(source),
                whole.length - 100 + " bytes",
                whole.length + " bytes");
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void refusesAnAlteredSourceWithBothHashes() throws IOException {
        Path source = tiny.published("net/filler3");
        String expected = Hashes.of(source);
        byte[] content = Files.readAllBytes(source);
        content[17] ^= 1;
        Files.write(source, content);
        assertFails(
                () -> tiny.store(cache).build().resolve("tiny", "net"),
                "model-source-altered",
                expected,
                Hashes.of(source));
        assertThat(CacheFiles.names(cache)).noneMatch(name -> name.endsWith(".part") || name.equals("filler3"));
    }

    @Test
    void stopsReadingASourceThatIsTooLong() throws IOException {
        Path source = tiny.published("other/pnet.pt");
        long size = Files.size(source);
        Files.write(source, new byte[1000], StandardOpenOption.APPEND);
        assertFails(
                () -> tiny.store(cache).build().resolve("tiny", "other"),
                "model-source-altered",
                "more than " + size + " bytes");
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void goesOnWhereABrokenFetchEnded() throws IOException {
        Path source = tiny.published("net/filler11");
        byte[] content = Files.readAllBytes(source);
        Files.delete(source);
        assertFails(
                () -> tiny.store(cache).build().resolve("tiny", "net"),
                "model-source-unreachable",
                source.toString(),
                "FACEVER_MIRROR");
        Files.write(source, content);
        List<Path> created = new ArrayList<>();
        Storage counting = file -> {
            synchronized (created) {
                created.add(file);
            }
            return Storage.DISK.create(file);
        };
        tiny.store(cache).storage(counting).build().resolve("tiny", "net");
        assertThat(created).anyMatch(file -> file.toString().contains("filler11"));
        assertThat(created).noneMatch(file -> file.toString().contains("pnet.pt"));
    }

    @Test
    void saysWhichFolderIsNoMirror() {
        Path missing = folder.resolve("no-such-mirror");
        assertFails(
                () -> tiny.store(cache).mirror(missing.toString()).build().resolve("tiny", "other"),
                "model-source-unreachable",
                missing.toString());
    }

    @Test
    void listsTheKnownModelsWhenAnIdIsNotKnown() {
        ModelStore store = tiny.store(cache).build();
        assertFails(() -> store.describe("huge"), "model-unknown", "'huge'", "tiny");
        assertFails(() -> store.resolve("huge", "net"), "model-unknown", "'huge'", "tiny");
        assertFails(() -> store.pull("huge"), "model-unknown", "'huge'", "tiny");
        assertFails(() -> store.resolve("tiny", "nose"), "model-unknown", "'nose'", "net, other");
    }

    @Test
    void staysOfflineWhenToldTo() {
        ModelStore store =
                tiny.store(cache).mirror("https://mirror.example.org").build();
        assertFails(() -> store.resolve("tiny", "other"), "model-offline", "tiny other", cache.toString());
    }

    @Test
    void refusesAMirrorWithoutEncryption() {
        assertThatThrownBy(() -> ModelStore.builder().mirror("http://mirror.example.org"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://mirror.example.org");
    }

    @Test
    void saysWhenTheCacheCannotBeWritten() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        assertFails(
                () -> tiny.store(file.resolve("cache")).build().resolve("tiny", "other"),
                "cache-not-writable",
                file.toString(),
                "FACEVER_CACHE");
    }

    @Test
    void saysWhenTheCacheIsReadOnly() throws IOException {
        Storage readOnly = file -> {
            throw new FileSystemException(file.toString(), null, "Read-only file system");
        };
        assertFails(
                () -> tiny.store(cache).storage(readOnly).build().resolve("tiny", "other"),
                "cache-not-writable",
                "Read-only file system",
                "FACEVER_CACHE");
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void servesFromACacheThatIsReadOnly() {
        Path file = tiny.store(cache).build().resolve("tiny", "other");
        Storage readOnly = target -> {
            throw new FileSystemException(target.toString(), null, "Read-only file system");
        };
        assertThat(tiny.store(cache).storage(readOnly).build().resolve("tiny", "other"))
                .isEqualTo(file);
    }

    /** A disk that has room for so many bytes of a file whose name has a given part. */
    private static Storage fullDisk(String part, long room) {
        return file -> {
            OutputStream out = Storage.DISK.create(file);
            if (!file.getFileName().toString().contains(part)) {
                return out;
            }
            return new FilterOutputStream(out) {
                private long left = room;

                @Override
                public void write(int value) throws IOException {
                    write(new byte[] {(byte) value}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int count) throws IOException {
                    int fits = (int) Math.min(left, count);
                    super.out.write(bytes, offset, fits);
                    left -= fits;
                    if (fits < count) {
                        throw new IOException("No space left on device");
                    }
                }
            };
        };
    }

    @Test
    void leavesNothingHalfWrittenWhenTheDiskIsFullAtConversion() throws IOException {
        Storage full = fullDisk("other.onnx", 500);
        assertFails(
                () -> tiny.store(cache).storage(full).build().resolve("tiny", "other"),
                "cache-disk-full",
                "other.onnx",
                "FACEVER_CACHE");
        // what was fetched is whole and serves the next attempt
        assertThat(CacheFiles.names(cache)).containsExactly("pnet.pt");
        tiny.store(cache).build().resolve("tiny", "other");
        assertThat(CacheFiles.names(cache)).containsExactly("other.onnx", "other.onnx.sha256");
    }

    @Test
    void leavesNothingHalfWrittenWhenTheDiskIsFullAtTheHash() throws IOException {
        Storage full = fullDisk("other.onnx.sha256", 5);
        assertFails(() -> tiny.store(cache).storage(full).build().resolve("tiny", "other"), "cache-disk-full", "other");
        assertThat(CacheFiles.names(cache)).noneMatch(name -> name.endsWith(".part"));
        ModelStore store = tiny.store(cache).build();
        store.resolve("tiny", "other");
        assertThat(store.check().get(1).state()).isEqualTo(ModelStatus.State.WHOLE);
    }

    @Test
    void leavesNothingHalfWrittenWhenTheDiskIsFullAtTheFetch() throws IOException {
        Storage full = fullDisk("pnet.pt", 500);
        assertFails(
                () -> tiny.store(cache).storage(full).build().resolve("tiny", "other"), "cache-disk-full", "pnet.pt");
        assertThat(CacheFiles.names(cache)).isEmpty();
    }

    @Test
    void convertsOnceForManyThreadsOfManyStores() throws Exception {
        int threads = 8;
        List<ModelStore> stores =
                List.of(tiny.store(cache).build(), tiny.store(cache).build());
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Path>> found = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                ModelStore store = stores.get(i % stores.size());
                found.add(pool.submit(() -> {
                    start.await();
                    return store.resolve("tiny", "net");
                }));
            }
            Set<Path> files = new HashSet<>();
            for (Future<Path> one : found) {
                files.add(one.get());
            }
            assertThat(files).hasSize(1);
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(tiny.conversions()).isEqualTo(1);
        assertThat(CacheFiles.names(cache)).containsExactly("net.onnx", "net.onnx.sha256");
    }

    /** Resolves the tiny model; run as a process of its own. */
    static final class OtherProcess {
        private OtherProcess() {}

        /** Arguments: mirror, cache. */
        public static void main(String[] arguments) throws IOException {
            new TinyModels(Path.of(arguments[0]))
                    .store(Path.of(arguments[1]))
                    .build()
                    .pull("tiny");
        }
    }

    @Test
    void severalProcessesShareOneCache() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            // each with a mirror of its own, because the process writes it
            ProcessBuilder builder = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    OtherProcess.class.getName(),
                    folder.resolve("mirror" + i).toString(),
                    cache.toString());
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            builder.redirectErrorStream(true);
            builder.redirectOutput(folder.resolve("output" + i).toFile());
            processes.add(builder.start());
        }
        for (int i = 0; i < processes.size(); i++) {
            assertThat(processes.get(i).waitFor())
                    .as(Files.readString(folder.resolve("output" + i)))
                    .isZero();
        }
        assertThat(CacheFiles.names(cache))
                .containsExactly("net.onnx", "net.onnx.sha256", "other.onnx", "other.onnx.sha256");
        assertThat(tiny.store(cache).build().check())
                .extracting(ModelStatus::state)
                .containsOnly(ModelStatus.State.WHOLE);
    }

    @Test
    void saysThatItWasInterruptedAndStaysUsable() throws IOException {
        ModelStore store = tiny.store(cache).build();
        Thread.currentThread().interrupt();
        try {
            assertFails(() -> store.resolve("tiny", "other"), "model-fetch-interrupted", "interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        // a source that was whole before the interruption may be there and is kept; nothing half-written is
        assertThat(CacheFiles.names(cache)).isSubsetOf("pnet.pt");
        store.resolve("tiny", "other");
        assertThat(CacheFiles.names(cache)).containsExactly("other.onnx", "other.onnx.sha256");
    }

    @Test
    void tellsHowFarItIs() {
        List<String> steps = new ArrayList<>();
        List<Long> fetched = new ArrayList<>();
        ModelStore store = tiny.store(cache)
                .progress((step, done, total) -> {
                    steps.add(step);
                    if (step.startsWith("fetch")) {
                        fetched.add(done);
                        assertThat(done).isBetween(0L, total);
                    }
                })
                .build();
        store.resolve("tiny", "net");
        ModelStatus status = store.check().get(0);
        assertThat(fetched).isSorted().startsWith(0L).endsWith(status.sourceBytes());
        assertThat(new HashSet<>(steps)).containsExactlyInAnyOrder("fetch tiny net", "convert tiny net");
    }

    @Test
    void isFoundByServiceLoader() {
        assertThat(ServiceLoader.load(ModelProvider.class))
                .hasSize(1)
                .first()
                .isInstanceOf(ModelStore.class)
                .satisfies(found -> {
                    assertThat(found.name()).isEqualTo("facever-models");
                    assertThat(found.rank()).isZero();
                    assertThat(found.models())
                            .extracting(ModelDescription::id)
                            .contains("mtcnn", "facenet-vggface2", "mobilefacenet");
                });
    }

    @Test
    void refusesNull() {
        ModelStore store = tiny.store(cache).build();
        assertThatThrownBy(() -> store.describe(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.resolve("tiny", null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> store.importModel(null, "inception-resnet-v1", folder))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> ModelStore.builder().cache(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> ModelStore.builder().mirror(null)).isInstanceOf(NullPointerException.class);
    }
}
