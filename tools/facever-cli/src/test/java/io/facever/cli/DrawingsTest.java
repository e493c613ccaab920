package io.facever.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrawingsTest {
    @ParameterizedTest
    @CsvSource({
        "out.png, 1, 1, out.png",
        "a/out.png, 2, 3, a/out-2.png",
        "a.b/out, 1, 2, a.b/out-1.png",
        "a/.png, 1, 2, a/.png-1.png"
    })
    void severalPicturesAreNumbered(Path file, int number, int of, Path expected) {
        assertThat(Drawings.numbered(file, number, of)).isEqualTo(expected);
    }
}
