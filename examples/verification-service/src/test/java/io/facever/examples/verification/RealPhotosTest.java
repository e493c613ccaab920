package io.facever.examples.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.facever.conformance.Shared;
import io.facever.examples.verification.Client.Answer;
import io.facever.examples.verification.Client.Part;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The service with the published models over real HTTP; the client holds every answer against the OpenAPI document. */
@Tag("weights")
class RealPhotosTest {
    private static final Comparator<double[]> FROM_THE_LEFT = Comparator.comparingDouble(box -> box[0]);

    private static RunningService service;
    private static Client client;

    @BeforeAll
    static void start() {
        service = RunningService.startReal();
        client = new Client(service.port());
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
        }
    }

    private static byte[] photo(String name) {
        try {
            return Files.readAllBytes(Shared.image("photos/" + name + ".jpg"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode verify(String reference, String query, Part... more) {
        Part[] parts = new Part[2 + more.length];
        parts[0] = Part.file("reference", photo(reference));
        parts[1] = Part.file("query", photo(query));
        System.arraycopy(more, 0, parts, 2, more.length);
        Answer answer = client.post("/api/verify", parts);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    @Test
    void two_photos_of_one_person_match_with_faces_and_times_to_show() {
        JsonNode answer = verify("Bill_Gates_0000", "Bill_Gates_0001");

        assertThat(answer.get("outcome").asString()).isEqualTo("MATCH");
        assertThat(answer.get("similarity").asDouble())
                .isGreaterThan(answer.at("/threshold/value").asDouble());
        for (String side : new String[] {"reference", "query"}) {
            JsonNode subject = answer.get(side);
            JsonNode face = subject.get("faces").get(subject.get("compared").asInt());
            face.get("landmarks").forEach(point -> assertThat(point.get("x").asDouble())
                    .as("%s: %s lies in the box", side, point)
                    .isBetween(face.at("/box/x1").asDouble(), face.at("/box/x2").asDouble()));
        }
        for (String stage : new String[] {"decodeMs", "detectMs", "alignMs", "embedMs", "totalMs"}) {
            assertThat(answer.at("/timings/" + stage).asDouble()).as(stage).isPositive();
        }
    }

    @Test
    void photos_of_two_people_do_not_match() {
        assertThat(verify("Bill_Gates_0000", "Larry_Page_0000").get("outcome").asString())
                .isEqualTo("NO_MATCH");
    }

    @Test
    void a_person_and_a_picture_of_one_are_told_apart() {
        JsonNode answer = verify("antispoof_T1", "antispoof_F2", Part.text("liveness", "true"));
        assertThat(answer.at("/reference/liveness/live").asBoolean()).isTrue();
        assertThat(answer.at("/query/liveness/live").asBoolean(true)).isFalse();
    }

    @Test
    void a_false_match_rate_sets_the_threshold_of_the_calibration() {
        JsonNode points = client.get("/api/models").json().at("/models/0/calibration/points");
        assertThat(points).hasSizeGreaterThan(1);
        for (JsonNode point : new JsonNode[] {points.get(0), points.get(points.size() - 1)}) {
            JsonNode threshold = verify(
                            "Bill_Gates_0000",
                            "Bill_Gates_0001",
                            Part.text("fmr", point.get("fmr").asString()))
                    .get("threshold");
            assertThat(threshold.get("value").asDouble())
                    .isEqualTo(point.get("threshold").asDouble());
            assertThat(threshold.get("fmr").asDouble())
                    .isEqualTo(point.get("fmr").asDouble());
        }
    }

    @Test
    void the_faces_of_a_group_are_those_of_the_golden_data() {
        JsonNode answer = client.post("/api/detect", Part.file("image", photo("multiface")))
                .json();
        double[][] found = StreamSupport.stream(answer.get("faces").spliterator(), false)
                .map(face -> Stream.of("x1", "y1", "x2", "y2")
                        .mapToDouble(side -> face.get("box").get(side).asDouble())
                        .toArray())
                .sorted(FROM_THE_LEFT)
                .toArray(double[][]::new);
        double[][] golden = StreamSupport.stream(
                        Shared.golden("detections.json").get("images").spliterator(), false)
                .filter(image -> image.get("image").asText().equals("photos/multiface.jpg"))
                .flatMap(image -> StreamSupport.stream(image.get("faces").spliterator(), false))
                .map(face -> StreamSupport.stream(face.get("box").spliterator(), false)
                        .mapToDouble(com.fasterxml.jackson.databind.JsonNode::asDouble)
                        .toArray())
                .sorted(FROM_THE_LEFT)
                .toArray(double[][]::new);

        assertThat(found).hasDimensions(golden.length, 4);
        for (int i = 0; i < golden.length; i++) {
            assertThat(found[i]).as("face %d", i).containsExactly(golden[i], within(2.0));
        }
        assertThat(client.post("/api/embed", Part.file("image", photo("multiface")), Part.text("selection", "SINGLE"))
                        .problem())
                .isEqualTo("several-faces");
    }

    @Test
    void a_picture_without_a_face_is_inconclusive_and_has_no_embedding() {
        byte[] drawn = RunningService.photo(Color.GREEN, 1);

        Answer answer =
                client.post("/api/verify", Part.file("reference", photo("Bill_Gates_0000")), Part.file("query", drawn));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("outcome").asString()).isEqualTo("INCONCLUSIVE");
        assertThat(answer.json().at("/reasons/0/code").asString()).isEqualTo("NO_FACE_IN_SECOND_IMAGE");
        assertThat(client.post("/api/embed", Part.file("image", drawn)).problem())
                .isEqualTo("no-face");
    }

    @Test
    void embeddings_have_the_cosine_that_verify_tells() {
        double[] first = embedding("Bill_Gates_0000");
        double[] second = embedding("Bill_Gates_0001");
        double cosine = 0;
        for (int i = 0; i < first.length; i++) {
            cosine += first[i] * second[i];
        }
        assertThat(verify("Bill_Gates_0000", "Bill_Gates_0001")
                        .get("similarity")
                        .asDouble())
                .isCloseTo(cosine, within(1e-5));
    }

    private static double[] embedding(String name) {
        JsonNode answer =
                client.post("/api/embed", Part.file("image", photo(name))).json();
        return StreamSupport.stream(answer.get("embedding").spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    @Test
    void a_photo_that_is_cut_off_is_not_an_image() {
        byte[] whole = photo("Bill_Gates_0001");
        assertThat(client.post("/api/detect", Part.file("image", Arrays.copyOf(whole, whole.length / 2)))
                        .problem())
                .isEqualTo("not-an-image");
    }

    @Test
    void is_ready_and_has_timed_every_stage() {
        verify("Bill_Gates_0000", "Bill_Gates_0001");

        assertThat(client.raw("/actuator/health/readiness", HttpRequest.newBuilder())
                        .status())
                .isEqualTo(200);
        String metrics = new String(
                client.raw("/actuator/prometheus", HttpRequest.newBuilder())
                        .response()
                        .body(),
                StandardCharsets.UTF_8);
        for (String stage : new String[] {"decode", "detect", "align", "embed"}) {
            assertThat(metrics).containsPattern("facever_stage_seconds_sum\\{stage=\"" + stage + "\"} [0-9.E-]*[1-9]");
        }
    }
}
