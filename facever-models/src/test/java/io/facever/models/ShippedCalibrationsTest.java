package io.facever.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Calibration;
import io.facever.EmbeddingSpace;
import io.facever.ModelDescription;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShippedCalibrationsTest {
    private static final String GOOD =
            """
            space=abc
            dataSet=faces of nobody
            genuinePairs=100
            impostorPairs=40000
            balanced=0.400000
            fmr.0.01=0.350000 0.340000 0.360000 0.002000
            fmr.0.001=0.450000 0.430000 0.470000 0.012000
            """;

    private static Calibration read(String text) throws IOException {
        return ShippedCalibrations.read("test", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void allFiguresAreRead() throws IOException {
        Calibration calibration = read(GOOD);
        assertThat(calibration.space()).isEqualTo("abc");
        assertThat(calibration.impostorPairs()).isEqualTo(40_000);
        assertThat(calibration.balanced()).isEqualTo(0.4);
        assertThat(calibration.points())
                .containsExactlyInAnyOrder(
                        new Calibration.OperatingPoint(0.01, 0.35, 0.34, 0.36, 0.002),
                        new Calibration.OperatingPoint(0.001, 0.45, 0.43, 0.47, 0.012));
    }

    @Test
    void incompleteFilesAreFaults() {
        assertThatThrownBy(() -> read(GOOD.replace("balanced=0.400000\n", "")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("test has no balanced");
        assertThatThrownBy(() -> read(GOOD.replace(" 0.002000", "")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fmr.0.01 has 3 numbers");
    }

    @Test
    void otherModelsHaveNone() {
        assertThat(ShippedCalibrations.of("mtcnn")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "facenet-vggface2,crop",
        "facenet-vggface2-int8,crop",
        "facenet-vggface2,similarity",
        "mobilefacenet,similarity"
    })
    void shippedCalibrationsFitTheModelAsItIs(String model, String aligner) throws IOException {
        Properties properties = new Properties();
        try (InputStream in =
                ShippedCalibrations.class.getResourceAsStream("calibration/" + model + "-" + aligner + ".properties")) {
            properties.load(in);
        }
        ModelDescription description = new ModelStore().describe(model);
        EmbeddingSpace space = EmbeddingSpace.of(description, properties.getProperty("aligner"));
        Calibration calibration = description.calibration(space).orElseThrow();
        assertThat(calibration.points())
                .extracting(Calibration.OperatingPoint::fmr)
                .contains(0.1, 0.01, 0.001, 1e-4);
        for (Calibration.OperatingPoint point : calibration.points()) {
            assertThat(point.thresholdLow()).isLessThanOrEqualTo(point.thresholdHigh());
            assertThat(point.fnmr()).isBetween(0.0, 1.0);
        }
        assertThat(calibration.balanced()).isBetween(-1.0, 1.0);
    }

    @ParameterizedTest
    @CsvSource({"facenet-vggface2,crop", "mobilefacenet,similarity"})
    void modelsNameTheAlignerThatTheyAreBestWith(String model, String aligner) {
        assertThat(new ModelStore().describe(model).aligner()).contains(aligner);
    }
}
