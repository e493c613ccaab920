package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.Face.Quality;
import io.facever.Face.Quality.Measure;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QualityStudyTest {
    private static QualityStudy.Judged pair(double similarity, double brightness) {
        return new QualityStudy.Judged("unchanged", similarity, quality(brightness), quality(brightness + 1));
    }

    private static Quality quality(double brightness) {
        return new Quality(
                Map.of(Measure.BRIGHTNESS, brightness, Measure.YAW, 100 - brightness), List.of(), brightness);
    }

    @Test
    void theWorseOfTwoImagesCountsWhicheverWayIsGood() {
        QualityStudy.Judged pair = pair(0.5, 10);
        assertThat(pair.worst(Measure.BRIGHTNESS)).isEqualTo(10);
        assertThat(pair.worst(Measure.YAW))
                .as("negated, so that more is better")
                .isEqualTo(-90);
        assertThat(pair.score()).isEqualTo(10);
        assertThat(pair.passes(Quality.off().limit(Measure.BRIGHTNESS, 10))).isTrue();
        assertThat(pair.passes(Quality.off().limit(Measure.BRIGHTNESS, 10.5))).isFalse();
        assertThat(pair.passes(Quality.off().limit(Measure.YAW, 89.5))).isFalse();
    }

    @Test
    void aMeasureThatFindsEveryMissedPairHasASmallAreaAndOneThatFindsNoneHasOneAboveOne() {
        // 10 of 100 pairs are missed, and they come first
        List<QualityStudy.Judged> found = IntStream.range(0, 100)
                .mapToObj(i -> pair(i < 10 ? 0.1 : 0.9, i))
                .toList();
        List<QualityStudy.Judged> last = IntStream.range(0, 100)
                .mapToObj(i -> pair(i >= 90 ? 0.1 : 0.9, i))
                .toList();
        assertThat(QualityStudy.area(found, 0.5)).isLessThan(0.35);
        assertThat(QualityStudy.area(last, 0.5)).isGreaterThan(1.05);
        List<QualityStudy.Judged> all =
                IntStream.range(0, 100).mapToObj(i -> pair(0.1, i)).toList();
        assertThat(QualityStudy.area(all, 0.5)).isCloseTo(1, within(1e-12));
    }

    @Test
    void aGateIsToldByWhatItRefusesAndByWhatItLetsThrough() {
        // brightness and similarity rise together; only the first 20 lie below the standard limit of brightness
        List<QualityStudy.Judged> judged = IntStream.range(0, 40)
                .mapToObj(i -> bright(i < 10 ? 0.1 : 0.9, i))
                .toList();
        ObjectNode json = Json.object();
        QualityStudy.gates(json, judged, 0.5);
        JsonNode alone = json.at("/standard, brightness 20.0");
        assertThat(alone.get("refused").asDouble()).isCloseTo(0.5, within(1e-9));
        assertThat(alone.get("missedOfTheRefused").asDouble()).isCloseTo(0.5, within(1e-9));
        assertThat(alone.get("unchangedRefused").asDouble()).isCloseTo(0.5, within(1e-9));
        assertThat(alone.get("fnmrOfTheRest").asDouble()).isZero();
        assertThat(json.at("/strict, brightness 40.0/refused").asDouble()).isCloseTo(1, within(1e-9));
    }

    private static QualityStudy.Judged bright(double similarity, double brightness) {
        Quality quality = new Quality(Map.of(Measure.BRIGHTNESS, brightness), List.of(), brightness);
        return new QualityStudy.Judged("unchanged", similarity, quality, quality);
    }
}
