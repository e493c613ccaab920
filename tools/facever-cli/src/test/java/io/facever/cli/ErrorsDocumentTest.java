package io.facever.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.conformance.Shared;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every message points into docs/errors.md; what it points to has to be there. */
class ErrorsDocumentTest {
    private static final String WORDS = "([a-z0-9]+(?:-[a-z0-9]+)*)";
    private static final List<Pattern> USES = List.of(
            Pattern.compile("docs/errors\\.md#" + WORDS),
            // new ModelException("anchor", ..., super("anchor", ...
            Pattern.compile("(?:Exception|super)\\(\\s*\"" + WORDS + "\"\\s*,"));

    @Test
    void everyAnchorInTheCodeIsAHeading() throws IOException {
        Path root = Shared.repository();
        Set<String> headings = Files.readAllLines(root.resolve("docs").resolve("errors.md")).stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3).strip())
                .collect(Collectors.toSet());
        Set<String> used = new TreeSet<>();
        for (Path file : sources(root)) {
            String text = Files.readString(file);
            for (Pattern pattern : USES) {
                Matcher matcher = pattern.matcher(text);
                while (matcher.find()) {
                    used.add(matcher.group(1));
                }
            }
        }

        assertThat(used).contains("closed", "image-unreadable", "java-missing");
        assertThat(headings).containsAll(used);
    }

    /** All of main but what is built: the launcher, and the Java files of every module wherever it lies. */
    private static List<Path> sources(Path root) throws IOException {
        List<Path> found = new ArrayList<>(List.of(root.resolve("facever")));
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = String.valueOf(folder.getFileName());
                boolean leaveOut = name.equals("target") || name.equals("test") || name.startsWith(".");
                return leaveOut && !folder.equals(root) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
