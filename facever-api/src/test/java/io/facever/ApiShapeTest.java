package io.facever;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Invariant 1 of the architecture: a small api that depends on slf4j alone. */
class ApiShapeTest {
    private static Path classes() throws URISyntaxException {
        return Path.of(FaceVerifier.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    @Test
    void thereAreFewerThanFortyPublicTypes() throws IOException, URISyntaxException {
        Path root = classes();
        try (Stream<Path> files = Files.walk(root)) {
            List<String> names = files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.matches("io[/\\\\].*\\.class") && !name.contains("$"))
                    .map(name -> name.substring(0, name.length() - ".class".length())
                            .replace('/', '.')
                            .replace('\\', '.'))
                    .filter(name -> !name.endsWith("package-info") && isPublic(name))
                    .collect(Collectors.toList());
            assertThat(names).contains("io.facever.FaceVerifier").hasSizeLessThan(40);
        }
    }

    private static boolean isPublic(String name) {
        try {
            return Modifier.isPublic(Class.forName(name).getModifiers());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theOnlyModuleItNeedsAtRunTimeIsSlf4j() throws URISyntaxException {
        ModuleDescriptor descriptor =
                ModuleFinder.of(classes()).find("io.facever.api").orElseThrow().descriptor();
        assertThat(descriptor.requires().stream()
                        .filter(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name)
                        .filter(name -> !name.startsWith("java.") && !name.startsWith("jdk.")))
                .containsExactly("org.slf4j");
        assertThat(descriptor.exports().stream().map(ModuleDescriptor.Exports::source))
                .containsExactlyInAnyOrder("io.facever", "io.facever.spi");
    }
}
