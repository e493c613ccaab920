package io.facever.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.FaceVerifier;
import io.facever.ModelException;
import io.facever.conformance.Shared;
import java.io.File;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the pipeline in a JVM of its own, in which each attempt to open a socket or a channel is counted and refused.
 * The first test shows that the counter catches what facever does when it may go online.
 */
class OfflineTest {
    private static final AtomicInteger ATTEMPTS = new AtomicInteger();

    @TempDir
    private Path folder;

    /**
     * Runs in the other JVM: builds a verifier with the settings of its properties, and verifies two photos if given.
     */
    static final class Child {
        private Child() {}

        @SuppressWarnings("deprecation") // the only way to see each socket of a JVM from inside
        public static void main(String[] photos) throws IOException {
            Socket.setSocketImplFactory(() -> {
                throw refused();
            });
            ServerSocket.setSocketFactory(() -> {
                throw refused();
            });
            try (FaceVerifier verifier = FaceVerifier.builder().build()) {
                System.out.println(
                        verifier.verify(Path.of(photos[0]), Path.of(photos[1])).outcome());
            } catch (ModelException e) {
                System.out.println(e.anchor());
            } catch (IllegalStateException e) {
                // the JDK does not expect that it gets no socket at all
                System.out.println("failed");
            }
            System.out.println("attempts " + ATTEMPTS.get());
        }
    }

    private static IllegalStateException refused() {
        ATTEMPTS.incrementAndGet();
        return new IllegalStateException("no network here");
    }

    /** Refuses all channels and selectors; the JDK's HTTP client opens a selector before anything else. */
    public static final class NoChannels extends SelectorProvider {
        @Override
        public DatagramChannel openDatagramChannel() throws IOException {
            throw new IOException(refused());
        }

        @Override
        public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
            throw new IOException(refused());
        }

        @Override
        public Pipe openPipe() throws IOException {
            throw new IOException(refused());
        }

        @Override
        public AbstractSelector openSelector() throws IOException {
            throw new IOException(refused());
        }

        @Override
        public ServerSocketChannel openServerSocketChannel() throws IOException {
            throw new IOException(refused());
        }

        @Override
        public SocketChannel openSocketChannel() throws IOException {
            throw new IOException(refused());
        }
    }

    private List<String> child(List<String> settings, Path... photos) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.nio.channels.spi.SelectorProvider=" + NoChannels.class.getName());
        command.addAll(settings);
        command.add(Child.class.getName());
        for (Path photo : photos) {
            command.add(photo.toString());
        }
        File output = folder.resolve("output").toFile();
        File errors = folder.resolve("errors").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output).redirectError(errors);
        List.of("FACEVER_OFFLINE", "FACEVER_MIRROR", "FACEVER_CACHE", "JAVA_TOOL_OPTIONS")
                .forEach(builder.environment()::remove);
        // not as an argument: it is long
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors.toPath())).isZero();
        return Files.readAllLines(output.toPath());
    }

    private String emptyCache() {
        return "-Dfacever.cache=" + folder.resolve("cache");
    }

    @Test
    void onlineTheCounterCatchesAFetch() throws Exception {
        assertThat(child(List.of(emptyCache()))).last().asString().matches("attempts [1-9]\\d*");
    }

    @Test
    void offlineAMissingModelIsToldWithoutAnAttempt() throws Exception {
        assertThat(child(List.of(emptyCache(), "-Dfacever.offline=true")))
                .containsExactly("model-offline", "attempts 0");
    }

    @Test
    void offlineAMissingModelIsToldWithoutAnAttemptWhateverTheMirror() throws Exception {
        assertThat(child(List.of(emptyCache(), "-Dfacever.offline=true", "-Dfacever.mirror=https://mirror.invalid/")))
                .containsExactly("model-offline", "attempts 0");
    }

    @Test
    @Tag("weights")
    void offlineTwoPhotosAreVerifiedWithoutAnAttempt() throws Exception {
        List<String> settings = List.of(
                "-Dfacever.offline=true",
                "-Dfacever.mirror=" + Shared.folder().resolve("mirror"),
                "-Dfacever.cache=" + Shared.models().cache());

        assertThat(child(
                        settings,
                        Shared.image("photos/Bill_Gates_0000.jpg"),
                        Shared.image("photos/Bill_Gates_0001.jpg")))
                .containsExactly("MATCH", "attempts 0");
    }
}
