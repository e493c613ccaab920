package io.facever.sdk;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Runs javac. */
final class Compiler {
    private Compiler() {}

    /**
     * Compiles files.
     *
     * @return what javac had to say; empty when all is well
     */
    static String compile(List<Path> sources, Path target, String... options) {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> all = new ArrayList<>(List.of("-d", target.toString(), "-proc:none"));
        all.addAll(List.of(options));
        try (StandardJavaFileManager files = javac.getStandardFileManager(null, null, null)) {
            boolean passed = javac.getTask(messages, files, null, all, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            return passed ? "" : messages.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
