package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PresentationAttacksTest {
    /** 0.00, 0.01, … for as many images as said. */
    private static double[] ramp(int count) {
        return IntStream.range(0, count).mapToDouble(i -> i / 100.0).toArray();
    }

    private static double[] all(int count, double score) {
        double[] scores = new double[count];
        Arrays.fill(scores, score);
        return scores;
    }

    @Test
    void ratesAreCountedForEachKindByItself() {
        PresentationAttacks scores =
                new PresentationAttacks(ramp(100), Map.of("print", all(40, 0.1), "screen", ramp(50)));
        assertThat(scores.bpcer(0.25).orElseThrow()).isEqualTo(new Proportion(25, 100));
        assertThat(scores.apcer("print", 0.25).orElseThrow().rate()).isZero();
        assertThat(scores.apcer("screen", 0.25).orElseThrow()).isEqualTo(new Proportion(25, 50));
        assertThat(scores.acer(0.25).orElseThrow()).isCloseTo((0.25 + 0.5) / 2, within(1e-12));
    }

    @Test
    void aScoreAtTheThresholdIsTakenForAlive() {
        PresentationAttacks scores = new PresentationAttacks(all(30, 0.5), Map.of("print", all(30, 0.5)));
        assertThat(scores.bpcer(0.5).orElseThrow().rate()).isZero();
        assertThat(scores.apcer("print", 0.5).orElseThrow().rate()).isEqualTo(1);
    }

    @Test
    void theThresholdForABpcerIsTheHighestThatKeepsIt() {
        PresentationAttacks scores = new PresentationAttacks(ramp(100), Map.of());
        double threshold = scores.thresholdAtBpcer(0.05).orElseThrow();
        assertThat(scores.bpcer(threshold).orElseThrow().rate()).isEqualTo(0.05);
        assertThat(scores.bpcer(threshold + 1e-9).orElseThrow().rate()).isGreaterThan(0.05);
    }

    @Test
    void tooFewImagesAreNotMeasured() {
        PresentationAttacks scores = new PresentationAttacks(all(1, 0.9), Map.of("screen", all(2, 0.1)));
        assertThat(scores.bpcer(0.5)).isEmpty();
        assertThat(scores.apcer("screen", 0.5)).isEmpty();
        assertThat(scores.acer(0.5)).isEmpty();
        assertThat(scores.thresholdAtBpcer(0.05)).isEmpty();
        assertThat(new PresentationAttacks(ramp(100), Map.of()).thresholdAtBpcer(0.01))
                .as("1 %% of 100 images is one image")
                .isEmpty();
        Section section = LivenessStudy.section(scores, Map.of("screen", 1));
        assertThat(section.elements().toString()).contains("not measured").contains("screen, 2, 1");
        assertThat(section.json().get("screen").get("default").isNull()).isTrue();
    }

    @Test
    void labelsAreReadAndFaultsToldByLine(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("a,b.jpg"), "");
        Path labels = folder.resolve("labels.csv");
        Files.writeString(labels, "\na,b.jpg,bona-fide\n");
        assertThat(LivenessStudy.read(labels, folder))
                .containsExactly(new LivenessStudy.Labelled(folder.resolve("a,b.jpg"), "bona-fide"));

        Files.writeString(labels, "a,b.jpg,print\nnothing.jpg,print\n");
        assertThatThrownBy(() -> LivenessStudy.read(labels, folder))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("line 2: found no image");
        Files.writeString(labels, "a\n");
        assertThatThrownBy(() -> LivenessStudy.read(labels, folder)).hasMessageContaining("line 1: found 'a'");
        Files.writeString(labels, "\n");
        assertThatThrownBy(() -> LivenessStudy.read(labels, folder)).hasMessageContaining("found no line");
        assertThatThrownBy(() -> LivenessStudy.read(folder.resolve("none"), folder))
                .hasMessageContaining("can't be read");
    }
}
