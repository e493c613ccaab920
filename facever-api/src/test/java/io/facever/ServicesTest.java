package io.facever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.spi.ImageDecoder;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServicesTest {
    /** Ranked 1. */
    public static final class First extends Named {
        public First() {
            super("first", 1);
        }
    }

    /** Ranked 2. */
    public static final class Second extends Named {
        public Second() {
            super("second", 2);
        }
    }

    /** Ranked 2, too. */
    public static final class Rival extends Named {
        public Rival() {
            super("rival", 2);
        }
    }

    /** Fails to load. */
    public static final class Broken extends Named {
        public Broken() {
            super("broken", 9);
            throw new IllegalStateException("no native library");
        }
    }

    abstract static class Named implements ImageDecoder {
        private final String name;
        private final int rank;

        Named(String name, int rank) {
            this.name = name;
            this.rank = rank;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public Image decode(byte[] encoded, String what, long maxPixels) {
            return Fakes.image(1, 1);
        }
    }

    @TempDir
    Path folder;

    private Services<ImageDecoder> services(Class<?>... providers) throws IOException {
        Path file = folder.resolve("META-INF/services/" + ImageDecoder.class.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, List.of(providers).stream().map(Class::getName).toList());
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            return Services.find(
                    "decoder", ServiceLoader.load(ImageDecoder.class, loader), ImageDecoder::name, ImageDecoder::rank);
        }
    }

    @Test
    void theHighestRankIsChosen() throws IOException {
        assertThat(services(First.class, Second.class)
                        .choose(Optional.empty(), "x:y")
                        .name())
                .isEqualTo("second");
    }

    @Test
    void aNameBeatsTheRank() throws IOException {
        assertThat(services(First.class, Second.class)
                        .choose(Optional.of("first"), "x:y")
                        .name())
                .isEqualTo("first");
    }

    @Test
    void aTieNamesBoth() throws IOException {
        Services<ImageDecoder> services = services(Second.class, Rival.class);
        assertThatThrownBy(() -> services.choose(Optional.empty(), "x:y"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(Second.class.getName())
                .hasMessageContaining(Rival.class.getName());
    }

    @Test
    void aBrokenProviderDoesNotHideTheRest() throws IOException {
        Services<ImageDecoder> services = services(Broken.class, First.class);
        assertThat(services.choose(Optional.empty(), "x:y").name()).isEqualTo("first");
        assertThatThrownBy(() -> services.choose(Optional.of("broken"), "x:y"))
                .hasMessageContaining(Broken.class.getName());
    }

    @Test
    void anUnknownNameListsTheKnown() throws IOException {
        Services<ImageDecoder> services = services(First.class, Second.class);
        assertThatThrownBy(() -> services.choose(Optional.of("third"), "x:y"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("'third'")
                .hasMessageContaining("first, second");
    }

    @Test
    void noneTellsWhatToAdd() throws IOException {
        Services<ImageDecoder> services = services();
        assertThatThrownBy(() -> services.choose(Optional.empty(), "io.facever:facever-image"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("io.facever:facever-image");
    }
}
