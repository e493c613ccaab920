package io.facever.mtcnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.spi.DetectorProvider;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MtcnnTest {
    @Test
    void isFoundAsAService() {
        assertThat(ServiceLoader.load(DetectorProvider.class)).singleElement().satisfies(provider -> {
            assertThat(provider).isInstanceOf(Mtcnn.class);
            assertThat(provider.name()).isEqualTo("mtcnn");
            assertThat(provider.rank()).isEqualTo(100);
        });
    }

    @Test
    void hasTheDefaultsOfTheReference() {
        Mtcnn mtcnn = new Mtcnn();
        assertThat(mtcnn.firstScale()).isEqualTo(12.0 / 20);
        assertThat(mtcnn.scaleFactor()).isEqualTo(0.709);
        assertThat(mtcnn.proposalThreshold()).isEqualTo(0.6);
        assertThat(mtcnn.refinementThreshold()).isEqualTo(0.7);
        assertThat(mtcnn.outputThreshold()).isEqualTo(0.7);
    }

    @Test
    void leavesTheOriginalAloneWhenASettingIsChanged() {
        Mtcnn original = new Mtcnn();
        Mtcnn changed = original.minFaceSize(40).scaleFactor(0.5).thresholds(0.1, 0.2, 0.3);
        assertThat(original.firstScale()).isEqualTo(0.6);
        assertThat(changed.firstScale()).isEqualTo(0.3);
        assertThat(changed.scaleFactor()).isEqualTo(0.5);
        assertThat(changed.proposalThreshold()).isEqualTo(0.1);
        assertThat(changed.refinementThreshold()).isEqualTo(0.2);
        assertThat(changed.outputThreshold()).isEqualTo(0.3);
    }

    @Test
    void eachSettingIsPartOfTheId() {
        Mtcnn mtcnn = new Mtcnn();
        assertThat(mtcnn.id()).startsWith("mtcnn/").isEqualTo(new Mtcnn().id());
        assertThat(List.of(
                        mtcnn,
                        mtcnn.minFaceSize(40),
                        mtcnn.scaleFactor(0.5),
                        mtcnn.maxDetectionSize(1000),
                        mtcnn.thresholds(0.5, 0.7, 0.7),
                        mtcnn.thresholds(0.6, 0.5, 0.7),
                        mtcnn.thresholds(0.6, 0.7, 0.5)))
                .extracting(Mtcnn::id)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 0, -1})
    void refusesFacesThatTheFirstNetworkCannotSee(int pixels) {
        assertThatThrownBy(() -> new Mtcnn().minFaceSize(pixels))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12")
                .hasMessageContaining(String.valueOf(pixels));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.5, 1.5, Double.NaN})
    void refusesAScaleFactorThatDoesNotShrink(double factor) {
        assertThatThrownBy(() -> new Mtcnn().scaleFactor(factor))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(String.valueOf(factor));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void refusesThresholdsThatAreNoProbability(double threshold) {
        Mtcnn mtcnn = new Mtcnn();
        assertThatThrownBy(() -> mtcnn.thresholds(threshold, 0.7, 0.7)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mtcnn.thresholds(0.6, threshold, 0.7)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mtcnn.thresholds(0.6, 0.7, threshold)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesALimitBelowOneCell() {
        assertThatThrownBy(() -> new Mtcnn().maxDetectionSize(11)).isInstanceOf(IllegalArgumentException.class);
    }
}
