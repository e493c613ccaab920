package io.facever.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.conformance.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A module exports its root package and, if it has one, {@code .spi}: nothing internal can be used by accident. */
class ExportsTest {
    private static final Pattern MODULE = Pattern.compile("^(?:open )?module ([\\w.]+) \\{", Pattern.MULTILINE);
    private static final Pattern EXPORTS = Pattern.compile("^    exports ([\\w.]+)", Pattern.MULTILINE);

    @TestFactory
    Stream<DynamicTest> onlyRootPackagesAreExported() throws IOException {
        List<Path> descriptors = new ArrayList<>();
        for (String folder : List.of("", "integrations", "tools")) {
            try (Stream<Path> modules = Files.list(Shared.repository().resolve(folder))) {
                modules.map(module -> module.resolve("src/main/java/module-info.java"))
                        .filter(Files::exists)
                        .forEach(descriptors::add);
            }
        }
        assertThat(descriptors).hasSizeGreaterThan(10);
        return descriptors.stream()
                .map(descriptor -> DynamicTest.dynamicTest(
                        Shared.repository().relativize(descriptor).toString(), () -> check(descriptor)));
    }

    private static void check(Path descriptor) throws IOException {
        String text = Files.readString(descriptor);
        String module = MODULE.matcher(text).results().findFirst().orElseThrow().group(1);
        String root = module.equals("io.facever.api") ? "io.facever" : module;
        assertThat(EXPORTS.matcher(text).results().map((MatchResult exported) -> exported.group(1)))
                .isSubsetOf(root, root + ".spi");
    }
}
