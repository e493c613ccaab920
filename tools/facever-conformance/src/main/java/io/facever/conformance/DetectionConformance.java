package io.facever.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.facever.Box;
import io.facever.Detector;
import io.facever.Face;
import io.facever.Landmarks;
import io.facever.Point;
import io.facever.image.Images;
import io.facever.models.ModelStore;
import io.facever.mtcnn.Mtcnn;
import io.facever.spi.InferenceEngine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** MTCNN finds what an independent implementation with the same weights found. */
@Tag("weights")
public abstract class DetectionConformance {
    private static final Logger LOG = LoggerFactory.getLogger(DetectionConformance.class);

    private static final double SURE = 0.95;
    private static final double LEAST_SIDE = 30;
    private static final double LEAST_IOU = 0.85;
    private static final double MOST_LANDMARK_DISTANCE = 0.03;
    private static final double SAME_FACE_IOU = 0.5;
    private static final double MOST_EXTRA_FACES = 0.05;

    /** The engine to test. */
    protected abstract InferenceEngine engine();

    /** Every sure and large face of the golden file, its landmarks, and few others. */
    @Test
    void goldenFacesAreFoundAndFewOthers() {
        List<String> missed = new ArrayList<>();
        List<Double> landmarkDistances = new ArrayList<>();
        double leastIou = 1;
        int extra = 0;
        int expected = 0;
        ModelStore models = Shared.models();
        try (Detector detector = new Mtcnn().create(new EngineContext(engine(), models))) {
            for (JsonNode image : Shared.golden("detections.json").get("images")) {
                String name = image.get("image").asText();
                List<Face> found = detector.detect(Images.read(Shared.image(name)));
                List<Face> golden = faces(image.get("faces"));
                expected += golden.size();
                for (Face face : golden) {
                    boolean wanted = face.score() >= SURE
                            && Math.min(face.box().width(), face.box().height()) >= LEAST_SIDE;
                    Optional<Face> nearest = nearest(face, found);
                    double iou = nearest.map(near -> near.box().iou(face.box())).orElse(0.0);
                    if (wanted && iou < LEAST_IOU) {
                        missed.add(name + " " + face.box() + ", best IoU " + iou);
                    } else if (wanted) {
                        leastIou = Math.min(leastIou, iou);
                        landmarkDistances.add(
                                landmarkDistance(nearest.orElseThrow().landmarks(), face.landmarks()));
                    }
                }
                extra += (int) found.stream()
                        .filter(face -> nearest(face, golden)
                                .filter(near -> near.box().iou(face.box()) >= SAME_FACE_IOU)
                                .isEmpty())
                        .count();
            }
        }
        double mean = landmarkDistances.stream().mapToDouble(d -> d).average().orElseThrow();
        LOG.warn(
                "{}: {} golden faces, least IoU {}, mean landmark distance {} of the eye distance, {} extra",
                engine().name(),
                expected,
                leastIou,
                mean,
                extra);
        assertThat(missed).isEmpty();
        assertThat(mean).isLessThanOrEqualTo(MOST_LANDMARK_DISTANCE);
        assertThat(extra).isLessThanOrEqualTo((int) (MOST_EXTRA_FACES * expected));
    }

    private static double landmarkDistance(Landmarks found, Landmarks golden) {
        double sum = 0;
        for (int i = 0; i < Landmarks.COUNT; i++) {
            sum += found.points().get(i).distanceTo(golden.points().get(i));
        }
        return sum / Landmarks.COUNT / golden.eyeDistance();
    }

    private static Optional<Face> nearest(Face face, List<Face> others) {
        return others.stream()
                .max(Comparator.comparingDouble(other -> other.box().iou(face.box())));
    }

    static List<Face> faces(JsonNode nodes) {
        List<Face> faces = new ArrayList<>();
        nodes.forEach(node -> {
            JsonNode box = node.get("box");
            List<Point> points = new ArrayList<>();
            node.get("landmarks")
                    .forEach(point -> points.add(
                            new Point(point.get(0).asDouble(), point.get(1).asDouble())));
            faces.add(new Face(
                    new Box(
                            box.get(0).asDouble(),
                            box.get(1).asDouble(),
                            box.get(2).asDouble(),
                            box.get(3).asDouble()),
                    node.get("score").asDouble(),
                    Landmarks.of(points)));
        });
        return faces;
    }
}
