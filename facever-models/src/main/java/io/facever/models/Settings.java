package io.facever.models;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** What is set where: system property, else environment variable, else the habit of the platform. */
record Settings(Path cache, Optional<String> mirror, boolean offline) {

    /** Reads the settings of this process. */
    static Settings ofProcess() {
        return of(System.getProperties(), System.getenv());
    }

    static Settings of(Properties properties, Map<String, String> environment) {
        Lookup lookup = new Lookup(properties, environment);
        return new Settings(
                lookup.find("cache").map(Path::of).orElseGet(() -> platformCache(properties, environment)),
                lookup.find("mirror"),
                lookup.find("offline").map(Settings::isTrue).orElse(false));
    }

    private record Lookup(Properties properties, Map<String, String> environment) {
        Optional<String> find(String name) {
            return given(Optional.ofNullable(properties.getProperty("facever." + name)))
                    .or(() -> given(Optional.ofNullable(environment.get("FACEVER_" + name.toUpperCase(Locale.ROOT)))));
        }
    }

    private static Optional<String> given(Optional<String> value) {
        return value.filter(text -> !text.isBlank());
    }

    private static boolean isTrue(String value) {
        return value.equalsIgnoreCase("true") || value.equals("1") || value.equalsIgnoreCase("yes");
    }

    private static Path platformCache(Properties properties, Map<String, String> environment) {
        String system = properties.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        Path home = Path.of(properties.getProperty("user.home", "."));
        if (system.startsWith("windows")) {
            return given(Optional.ofNullable(environment.get("LOCALAPPDATA")))
                    .map(Path::of)
                    .orElseGet(() -> home.resolve("AppData").resolve("Local"))
                    .resolve("facever")
                    .resolve("cache");
        }
        // the XDG specification: a relative path is to be ignored
        Optional<Path> xdg = given(Optional.ofNullable(environment.get("XDG_CACHE_HOME")))
                .map(Path::of)
                .filter(Path::isAbsolute);
        Path caches = system.startsWith("mac")
                ? xdg.orElseGet(() -> home.resolve("Library").resolve("Caches"))
                : xdg.orElseGet(() -> home.resolve(".cache"));
        return caches.resolve("facever");
    }
}
