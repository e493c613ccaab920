package io.facever.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** Where settings come from. */
class SettingsTest {
    private static Properties properties(String... pairs) {
        Properties properties = new Properties();
        properties.setProperty("os.name", "Linux");
        properties.setProperty("user.home", "/home/ada");
        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return properties;
    }

    @Test
    void aPropertyComesBeforeTheEnvironment() {
        Map<String, String> environment =
                Map.of("FACEVER_CACHE", "/b", "FACEVER_MIRROR", "/m", "FACEVER_OFFLINE", "true");
        Settings both = Settings.of(
                properties("facever.cache", "/a", "facever.mirror", "/n", "facever.offline", "false"), environment);
        assertThat(both.cache()).isEqualTo(Path.of("/a"));
        assertThat(both.mirror()).contains("/n");
        assertThat(both.offline()).isFalse();
        Settings environmentOnly = Settings.of(properties(), environment);
        assertThat(environmentOnly.cache()).isEqualTo(Path.of("/b"));
        assertThat(environmentOnly.mirror()).contains("/m");
        assertThat(environmentOnly.offline()).isTrue();
    }

    @Test
    void emptyMeansNotSet() {
        Settings settings = Settings.of(properties(), Map.of("FACEVER_CACHE", "", "FACEVER_MIRROR", " "));
        assertThat(settings.cache()).isEqualTo(Path.of("/home/ada/.cache/facever"));
        assertThat(settings.mirror()).isEmpty();
        assertThat(settings.offline()).isFalse();
    }

    @Test
    void theCacheFollowsTheHabitOfThePlatform() {
        assertThat(Settings.of(properties(), Map.of("XDG_CACHE_HOME", "/var/cache/ada"))
                        .cache())
                .isEqualTo(Path.of("/var/cache/ada/facever"));
        assertThat(Settings.of(properties(), Map.of("XDG_CACHE_HOME", "relative"))
                        .cache())
                .isEqualTo(Path.of("/home/ada/.cache/facever"));
        assertThat(Settings.of(properties("os.name", "Mac OS X"), Map.of()).cache())
                .isEqualTo(Path.of("/home/ada/Library/Caches/facever"));
        assertThat(Settings.of(properties("os.name", "Windows 11"), Map.of("LOCALAPPDATA", "/local"))
                        .cache())
                .isEqualTo(Path.of("/local/facever/cache"));
        assertThat(Settings.of(properties("os.name", "Windows 11"), Map.of()).cache())
                .isEqualTo(Path.of("/home/ada/AppData/Local/facever/cache"));
    }
}
