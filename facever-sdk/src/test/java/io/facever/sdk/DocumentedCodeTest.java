package io.facever.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.conformance.Shared;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every block of Java in README.md and docs/*.md compiles against what {@code io.facever:facever} brings, and runs.
 *
 * <p>A block that declares a type is compiled as it stands; any other is the body of a method. Imports come for free:
 * facever's packages, {@code java.io}, {@code java.nio.file} and {@code java.util}. What a block takes from its
 * surroundings is said in a comment on the line before it, as in
 * {@code <!-- java given: FaceVerifier verifier, Image photo -->}.
 */
class DocumentedCodeTest {
    private static final Pattern BLOCK = Pattern.compile(
            "(?:^<!-- java given: (?<given>[^\\n]*?) -->\\n)?^```java\\n(?<code>.*?)^```$",
            Pattern.MULTILINE | Pattern.DOTALL);

    private static final Pattern TYPE = Pattern.compile(
            "^(?:(?:public|final|abstract|sealed) )*(?:class|interface|record|enum) ", Pattern.MULTILINE);

    private static final Pattern IMPORT = Pattern.compile("^import [^\\n]*;\\n", Pattern.MULTILINE);

    private static final String IMPORTS = Stream.of(
                    "io.facever",
                    "io.facever.spi",
                    "io.facever.image",
                    "io.facever.models",
                    "io.facever.mtcnn",
                    "io.facever.facenet",
                    "io.facever.liveness",
                    "io.facever.onnx",
                    "java.io",
                    "java.nio.file",
                    "java.util")
            .map(name -> "import " + name + ".*;\n")
            .collect(Collectors.joining());

    @TempDir
    private Path folder;

    private record Block(String document, int line, String given, String code) {
        String source() {
            String imports = IMPORTS
                    + IMPORT.matcher(code).results().map(one -> one.group()).collect(Collectors.joining());
            String body = IMPORT.matcher(code).replaceAll("");
            return TYPE.matcher(code).find()
                    ? imports + body
                    : imports + "class Block {\nvoid run(" + given + ") throws Exception {\n" + body + "\n}\n}\n";
        }

        String fileName() {
            Matcher publicType = Pattern.compile("public (?:final )?(?:class|interface|record|enum) (\\w+)")
                    .matcher(code);
            return (publicType.find() ? publicType.group(1) : "Block") + ".java";
        }
    }

    @TestFactory
    Stream<DynamicTest> everyBlockCompiles() throws IOException {
        return allBlocks().stream()
                .map(block ->
                        DynamicTest.dynamicTest(block.document() + ":" + block.line(), () -> assertThat(compile(block))
                                .isEmpty()));
    }

    /** The photos a.jpg and b.jpg that the blocks name are there, and the models come from the shared folder. */
    @Tag("weights")
    @TestFactory
    Stream<DynamicTest> everyBlockThatNeedsNothingFromItsSurroundingsRuns() throws IOException {
        Path photos = Shared.folder().resolve("photos");
        Files.copy(photos.resolve("Bill_Gates_0000.jpg"), folder.resolve("a.jpg"));
        Files.copy(photos.resolve("Bill_Gates_0001.jpg"), folder.resolve("b.jpg"));
        return allBlocks().stream()
                .filter(block ->
                        block.given().isEmpty() && !TYPE.matcher(block.code()).find())
                .map(block -> DynamicTest.dynamicTest(block.document() + ":" + block.line(), () -> run(block)));
    }

    private void run(Block block) throws IOException, ReflectiveOperationException {
        Path target = Files.createTempDirectory(folder, "run");
        String inFolder = block.source().replace("Path.of(\"", "Path.of(\"" + folder + "/");
        Path source = Files.writeString(target.resolve("Block.java"), inFolder);
        assertThat(Compiler.compile(List.of(source), target, "-cp", System.getProperty("java.class.path")))
                .isEmpty();
        Map<String, String> settings = Map.of(
                "facever.mirror", Shared.folder().resolve("mirror").toString(),
                "facever.cache", Shared.models().cache().toString(),
                "facever.offline", "true");
        settings.forEach(System::setProperty);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {target.toUri().toURL()})) {
            Class<?> type = loader.loadClass("Block");
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method method = type.getDeclaredMethod("run");
            method.setAccessible(true);
            method.invoke(constructor.newInstance());
        } finally {
            settings.keySet().forEach(System::clearProperty);
        }
    }

    @Test
    void blockWithATypoDoesNotCompile() throws IOException {
        List<Block> blocks = blocks("here", "text\n```java\nFaceVerifier.bilder();\n```\n");

        assertThat(blocks).hasSize(1);
        assertThat(blocks.get(0).line()).isEqualTo(2);
        assertThat(compile(blocks.get(0))).contains("bilder");
    }

    @Test
    void blockGetsWhatTheCommentBeforeItGives() throws IOException {
        List<Block> blocks = blocks(
                "here", "<!-- java given: Image photo -->\n```java\nphoto.width();\n```\n```java\nint a;\n```\n");

        assertThat(blocks).extracting(Block::given).containsExactly("Image photo", "");
        assertThat(compile(blocks.get(0))).isEmpty();
    }

    @Test
    void blockThatDeclaresATypeStandsByItself() throws IOException {
        List<Block> blocks = blocks(
                "here",
                """
                ```java
                import java.time.Duration;

                public final class Mine {
                    Duration d = Duration.ZERO;
                }
                ```
                """);

        assertThat(compile(blocks.get(0))).isEmpty();
    }

    private static List<Block> allBlocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Path document : documents()) {
            blocks.addAll(blocks(Shared.repository().relativize(document).toString(), Files.readString(document)));
        }
        assertThat(blocks).as("blocks of Java in README.md and docs").isNotEmpty();
        return blocks;
    }

    private static List<Path> documents() throws IOException {
        Path root = Shared.repository();
        List<Path> documents = new ArrayList<>(List.of(root.resolve("README.md")));
        try (Stream<Path> docs = Files.list(root.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        return documents;
    }

    private static List<Block> blocks(String document, String text) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            String given = matcher.group("given");
            int line = 1 + (int) text.substring(0, matcher.start()).lines().count();
            blocks.add(new Block(document, line, given == null ? "" : given, matcher.group("code")));
        }
        return blocks;
    }

    private String compile(Block block) throws IOException {
        Path source = Files.createTempDirectory(folder, "block").resolve(block.fileName());
        Files.writeString(source, block.source());
        return Compiler.compile(List.of(source), source.getParent(), "-cp", System.getProperty("java.class.path"));
    }
}
