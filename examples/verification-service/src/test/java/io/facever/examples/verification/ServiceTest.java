package io.facever.examples.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.facever.FaceSelection;
import io.facever.Outcome;
import io.facever.Reason;
import io.facever.examples.verification.Client.Answer;
import io.facever.examples.verification.Client.Part;
import io.facever.examples.verification.RunningService.Stages;
import io.facever.liveness.ActiveLiveness;
import io.facever.liveness.ActiveLiveness.Move;
import java.awt.Color;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import tools.jackson.databind.JsonNode;

/** The service over real HTTP; the client holds every answer against the OpenAPI document. */
class ServiceTest {
    private static final byte[] ANNA = RunningService.photo(Color.GREEN, 1);
    private static final byte[] BERT = RunningService.photo(Color.BLUE, 1);
    private static final byte[] CROWD = RunningService.photo(Color.GREEN, 3);
    private static final byte[] NOBODY = RunningService.photo(Color.GREEN, 0);
    private static final byte[] NO_IMAGE = "this is no image".getBytes(StandardCharsets.UTF_8);
    private static final List<String> UPLOADS = List.of("/api/verify", "/api/detect", "/api/embed");

    private static final Stages STAGES = new Stages();
    private static RunningService service;
    private static Client client;

    @BeforeAll
    static void start() {
        service = RunningService.start(STAGES, "service.max-image-bytes=20KB", "facever.max-pixels=30000");
        client = new Client(service.port());
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static Part[] parts(String path, byte[] image) {
        return path.equals("/api/verify")
                ? new Part[] {Part.file("reference", ANNA), Part.file("query", image)}
                : new Part[] {Part.file("image", image)};
    }

    private static Answer verify(byte[] reference, byte[] query, Part... more) {
        Part[] parts = new Part[2 + more.length];
        parts[0] = Part.file("reference", reference);
        parts[1] = Part.file("query", query);
        System.arraycopy(more, 0, parts, 2, more.length);
        return client.post("/api/verify", parts);
    }

    @Test
    void the_same_person_matches_with_both_faces_to_draw() {
        Answer answer = verify(ANNA, ANNA);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("outcome").asString()).isEqualTo("MATCH");
        assertThat(answer.json().get("similarity").asDouble()).isCloseTo(1, within(1e-6));
        assertThat(answer.json().at("/threshold/value").asDouble()).isEqualTo(0.9);
        for (String side : List.of("reference", "query")) {
            assertThat(answer.json().at("/" + side + "/image/width").asInt()).isEqualTo(240);
            assertThat(answer.json().at("/" + side + "/compared").asInt(-1)).isZero();
            assertThat(answer.json().at("/" + side + "/faces/0/box/x2").asDouble())
                    .isEqualTo(39);
        }
    }

    @Test
    void different_people_do_not_match_unless_the_threshold_is_low() {
        assertThat(verify(ANNA, BERT).json().get("outcome").asString()).isEqualTo("NO_MATCH");
        Answer low = verify(ANNA, BERT, Part.text("threshold", "-0.5"));
        assertThat(low.json().get("outcome").asString()).isEqualTo("MATCH");
        assertThat(low.json().at("/threshold/value").asDouble()).isEqualTo(-0.5);
    }

    @Test
    void no_face_and_several_faces_are_inconclusive_answers_with_reasons() {
        Answer none = verify(ANNA, NOBODY);
        assertThat(none.status()).isEqualTo(200);
        assertThat(none.json().get("outcome").asString()).isEqualTo("INCONCLUSIVE");
        assertThat(none.json().at("/reasons/0/code").asString()).isEqualTo("NO_FACE_IN_SECOND_IMAGE");

        Answer several = verify(CROWD, ANNA, Part.text("selection", "SINGLE"));
        assertThat(several.json().at("/reasons/0/code").asString()).isEqualTo("SEVERAL_FACES_IN_FIRST_IMAGE");
    }

    @Test
    void detect_finds_all_faces_and_none() {
        assertThat(client.post("/api/detect", Part.file("image", CROWD)).json().get("faces"))
                .hasSize(3);
        assertThat(client.post("/api/detect", Part.file("image", NOBODY)).json().get("faces"))
                .isEmpty();
    }

    @Test
    void embed_gives_a_unit_vector_or_says_why_not() {
        Answer answer = client.post("/api/embed", Part.file("image", ANNA));
        double squares = 0;
        for (var number : answer.json().get("embedding")) {
            squares += number.asDouble() * number.asDouble();
        }
        assertThat(squares).isCloseTo(1, within(1e-6));

        assertThat(client.post("/api/embed", Part.file("image", NOBODY)).problem())
                .isEqualTo("no-face");
        assertThat(client.post("/api/embed", Part.file("image", CROWD), Part.text("selection", "SINGLE"))
                        .problem())
                .isEqualTo("several-faces");
        assertThat(client.post("/api/embed", Part.file("image", CROWD), Part.text("selection", "ALL_PAIRS"))
                        .problem())
                .isEqualTo("invalid-parameter");
    }

    @Test
    void what_is_no_image_or_too_large_is_refused_by_kind() {
        for (String path : UPLOADS) {
            assertThat(client.post(path, parts(path, NO_IMAGE)).problem()).isEqualTo("not-an-image");
            Answer bytes = client.post(path, parts(path, new byte[30_000]));
            assertThat(bytes.status()).isEqualTo(413);
            assertThat(bytes.problem()).isEqualTo("image-too-large");
            assertThat(bytes.json().get("detail").asString()).contains("20480 bytes");
        }
    }

    @Test
    void too_many_pixels_are_refused_before_they_are_decoded() {
        var image = new java.awt.image.BufferedImage(400, 400, java.awt.image.BufferedImage.TYPE_BYTE_GRAY);
        var bytes = new java.io.ByteArrayOutputStream();
        org.assertj.core.api.Assertions.assertThatNoException()
                .isThrownBy(() -> javax.imageio.ImageIO.write(image, "png", bytes));

        Answer answer = client.post("/api/detect", Part.file("image", bytes.toByteArray()));

        assertThat(answer.problem()).isEqualTo("image-too-large");
        assertThat(answer.json().get("detail").asString()).contains("400x400");
    }

    @Test
    void wrong_requests_are_problems_of_their_kind() {
        for (String path : UPLOADS) {
            HttpRequest.Builder text = HttpRequest.newBuilder()
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString("hello"));
            assertThat(client.send("POST", path, text).problem()).isEqualTo("unsupported-media-type");
            assertThat(client.post(path, Part.text("other", "1")).problem()).isEqualTo("invalid-parameter");
        }
        assertThat(client.raw("/api/verify", HttpRequest.newBuilder().GET()).problem())
                .isEqualTo("method-not-allowed");
        assertThat(client.raw("/api/nothing", HttpRequest.newBuilder().GET()).problem())
                .isEqualTo("not-found");
    }

    @Test
    void thresholds_that_make_no_sense_are_refused_with_the_reason() {
        assertThat(verify(ANNA, ANNA, Part.text("threshold", "2"))
                        .json()
                        .get("detail")
                        .asString())
                .contains("2.0");
        assertThat(verify(ANNA, ANNA, Part.text("threshold", "NaN")).problem()).isEqualTo("invalid-parameter");
        assertThat(verify(ANNA, ANNA, Part.text("threshold", "much")).problem()).isEqualTo("invalid-parameter");
        assertThat(verify(ANNA, ANNA, Part.text("fmr", "0.001"))
                        .json()
                        .get("detail")
                        .asString())
                .contains("calibration");
        assertThat(verify(ANNA, ANNA, Part.text("fmr", "0.001"), Part.text("threshold", "0.5"))
                        .problem())
                .isEqualTo("invalid-parameter");
        assertThat(verify(ANNA, ANNA, Part.text("selection", "BEST")).problem()).isEqualTo("invalid-parameter");
    }

    @Test
    void liveness_is_told_when_it_is_asked_for_and_changes_no_outcome() {
        Answer asked = verify(ANNA, ANNA, Part.text("liveness", "true"));
        assertThat(asked.json().get("outcome").asString()).isEqualTo("MATCH");
        for (String side : List.of("reference", "query")) {
            assertThat(asked.json().at("/" + side + "/liveness/score").asDouble())
                    .isEqualTo(0.9);
            assertThat(asked.json().at("/" + side + "/liveness/live").asBoolean())
                    .isTrue();
        }
        assertThat(verify(ANNA, ANNA).json().at("/query/liveness").isMissingNode())
                .isTrue();
        assertThat(verify(ANNA, NOBODY, Part.text("liveness", "true"))
                        .json()
                        .at("/query/liveness")
                        .isMissingNode())
                .isTrue();
        assertThat(verify(ANNA, ANNA, Part.text("liveness", "maybe")).problem()).isEqualTo("invalid-parameter");
    }

    private static Answer show(String id, byte[] frame) {
        return client.post("/api/liveness/" + id, Part.file("frame", frame));
    }

    /** Does what it is asked for, in ten frames there and ten back, until it is over. */
    private static JsonNode follow(JsonNode started) {
        JsonNode state = started;
        Optional<Move> doing = Optional.empty();
        int tenths = 0;
        while (!Set.of("PASSED", "FAILED").contains(state.get("phase").asString())) {
            Optional<Move> asked = Optional.ofNullable(state.get("move")).map(move -> Move.valueOf(move.asString()));
            // first back to the middle, then what is asked for
            if (tenths == 0) {
                doing = asked;
            }
            boolean forth = doing.isPresent() && doing.equals(asked);
            tenths = Math.max(0, Math.min(10, tenths + (forth ? 1 : -1)));
            double share = tenths / 10.0;
            byte[] frame = doing.map(move -> RunningService.moved(Color.GREEN, move, share))
                    .orElse(ANNA);
            state = show(started.get("id").asString(), frame).json();
        }
        return state;
    }

    @Test
    void who_moves_as_asked_passes_and_is_forgotten() {
        JsonNode started = client.post("/api/liveness").json();
        assertThat(started.get("phase").asString()).isEqualTo("LOOK_STRAIGHT");
        assertThat(started.get("instruction").asString()).isEqualTo("Look straight into the camera.");

        JsonNode passed = follow(started);

        assertThat(passed.get("phase").asString()).isEqualTo("PASSED");
        assertThat(passed.get("done").asInt()).isEqualTo(3);
        assertThat(show(started.get("id").asString(), ANNA).problem()).isEqualTo("not-found");
    }

    @Test
    void a_still_photo_a_missing_face_and_another_one_fail_with_the_reason() {
        String still = client.post("/api/liveness").json().get("id").asString();
        JsonNode state = show(still, ANNA).json();
        while (!state.has("reason")) {
            state = show(still, ANNA).json();
        }
        assertThat(state.at("/reason/code").asString()).isEqualTo("TOO_LATE");

        String lost = client.post("/api/liveness").json().get("id").asString();
        assertThat(show(lost, NOBODY).json().at("/hint/code").asString()).isEqualTo("NO_FACE");
        assertThat(show(lost, CROWD).json().at("/hint/code").asString()).isEqualTo("SEVERAL_FACES");

        String other = client.post("/api/liveness").json().get("id").asString();
        for (int i = 0; i < 5; i++) {
            show(other, ANNA);
        }
        assertThat(show(other, BERT).json().at("/reason/code").asString()).isEqualTo("OTHER_FACE");
    }

    @Test
    void sessions_are_bounded_in_number_and_in_time() {
        Stages stages = new Stages();
        try (RunningService few = RunningService.start(stages, "service.challenge.sessions=2")) {
            Client caller = new Client(few.port());
            String first = caller.post("/api/liveness").json().get("id").asString();
            assertThat(caller.post("/api/liveness").status()).isEqualTo(200);
            Answer full = caller.post("/api/liveness");
            assertThat(full.problem()).isEqualTo("overloaded");
            assertThat(full.header("Retry-After")).isEqualTo("5");

            stages.clock.pass(Duration.ofSeconds(61));

            assertThat(caller.post("/api/liveness/" + first, Part.file("frame", ANNA))
                            .problem())
                    .isEqualTo("not-found");
            assertThat(caller.post("/api/liveness").status()).isEqualTo(200);
        }
    }

    @Test
    void frames_are_small() {
        try (RunningService small =
                RunningService.start(new Stages(), "service.challenge.max-frame-bytes=" + (ANNA.length - 1) + "B")) {
            Client caller = new Client(small.port());
            String id = caller.post("/api/liveness").json().get("id").asString();
            Answer answer = caller.post("/api/liveness/" + id, Part.file("frame", ANNA));
            assertThat(answer.problem()).isEqualTo("image-too-large");
        }
    }

    @Test
    void a_seed_makes_every_session_ask_for_the_same() {
        try (RunningService fixed = RunningService.start(new Stages(), "service.challenge.seed=7")) {
            Client caller = new Client(fixed.port());
            Set<String> moves = new TreeSet<>();
            for (int i = 0; i < 10; i++) {
                String id = caller.post("/api/liveness").json().get("id").asString();
                JsonNode state = null;
                for (int frame = 0; frame < 3; frame++) {
                    state = caller.post("/api/liveness/" + id, Part.file("frame", ANNA))
                            .json();
                }
                moves.add(state.get("move").asString());
            }
            assertThat(moves).hasSize(1);
        }
    }

    @Test
    void models_tells_the_model_and_the_limits() {
        Answer answer = client.get("/api/models");
        assertThat(answer.json().at("/models/0/id").asString()).isEqualTo("colour");
        assertThat(answer.json().at("/limits/maxImageBytes").asInt()).isEqualTo(20 * 1024);
        assertThat(answer.json().at("/limits/maxPixels").asInt()).isEqualTo(30_000);
    }

    @Test
    void request_ids_are_taken_over_only_when_harmless() {
        assertThat(client.send("GET", "/api/models", HttpRequest.newBuilder().header("X-Request-Id", "abc-1.2"))
                        .header("X-Request-Id"))
                .isEqualTo("abc-1.2");
        assertThat(client.send("GET", "/api/models", HttpRequest.newBuilder().header("X-Request-Id", "a b<c>"))
                        .header("X-Request-Id"))
                .matches("[0-9a-f-]{36}");
    }

    @Test
    void security_headers_are_on_every_answer_and_no_answer_is_kept() {
        for (String path : List.of("/api/models", "/docs/index.html", "/api/nothing", "/openapi.yaml")) {
            Answer answer = client.raw(path, HttpRequest.newBuilder().GET());
            assertThat(answer.header("Content-Security-Policy"))
                    .as(path)
                    .contains("default-src 'self'")
                    .contains("frame-ancestors 'none'");
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        }
        assertThat(client.get("/api/models").header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void pages_of_other_origins_are_refused_by_default_and_let_in_when_listed() {
        HttpRequest.Builder foreign = HttpRequest.newBuilder().header("Origin", "https://elsewhere.example");
        Answer closed = client.raw("/api/models", foreign.copy().GET());
        assertThat(closed.status()).isEqualTo(403);
        assertThat(closed.header("Access-Control-Allow-Origin")).isEmpty();

        try (RunningService open =
                RunningService.start(new Stages(), "service.cors-origins=https://elsewhere.example")) {
            assertThat(new Client(open.port())
                            .send("GET", "/api/models", foreign.copy().GET())
                            .header("Access-Control-Allow-Origin"))
                    .isEqualTo("https://elsewhere.example");
        }
    }

    @Test
    void a_page_of_the_same_origin_may_post_behind_a_proxy_that_ends_tls_too() {
        HttpRequest.Builder own =
                client.form(Part.file("image", ANNA)).header("Origin", "http://127.0.0.1:" + service.port());
        assertThat(client.send("POST", "/api/detect", own).status()).isEqualTo(200);

        HttpRequest.Builder secure = client.form(Part.file("image", ANNA)).header("Origin", "https://127.0.0.1");
        assertThat(client.raw("/api/detect", secure.copy()).status()).isEqualTo(403);
        assertThat(client.send("POST", "/api/detect", secure.header("X-Forwarded-Proto", "https"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_listed_page_may_read_refusals_and_may_send_the_key() {
        String page = "https://elsewhere.example";
        try (RunningService locked =
                RunningService.start(new Stages(), "service.cors-origins=" + page, "service.api-key=open sesame")) {
            Client caller = new Client(locked.port());
            Answer refused =
                    caller.send("GET", "/api/models", HttpRequest.newBuilder().header("Origin", page));
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo(page);

            Answer preflight = caller.raw(
                    "/api/verify",
                    HttpRequest.newBuilder()
                            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                            .header("Origin", page)
                            .header("Access-Control-Request-Method", "POST")
                            .header("Access-Control-Request-Headers", "x-api-key"));
            assertThat(preflight.status()).isEqualTo(200);
            assertThat(preflight.header("Access-Control-Allow-Headers")).isEqualToIgnoringCase("X-API-Key");
        }
    }

    @Test
    void the_page_of_the_document_loads_only_from_here() {
        for (String path : List.of("/docs/index.html", "/docs/docs.js")) {
            String text = new String(
                    client.raw(path, HttpRequest.newBuilder().GET()).response().body(), StandardCharsets.UTF_8);
            assertThat(text).as(path).doesNotContain("http:").doesNotContain("https:");
        }
        String page = new String(
                client.raw("/docs/index.html", HttpRequest.newBuilder().GET())
                        .response()
                        .body(),
                StandardCharsets.UTF_8);
        String script = page.replaceAll("(?s).*script src=\"(/webjars[^\"]*)\".*", "$1");
        assertThat(client.raw(script, HttpRequest.newBuilder().GET()).status()).isEqualTo(200);
    }

    @Test
    void prometheus_gets_requests_stages_queue_and_outcomes() {
        verify(ANNA, ANNA);
        String metrics = new String(
                client.raw("/actuator/prometheus", HttpRequest.newBuilder().GET())
                        .response()
                        .body(),
                StandardCharsets.UTF_8);
        assertThat(metrics)
                .contains("http_server_requests_seconds_count")
                .contains("facever_stage_seconds_count{stage=\"decode\"}")
                .contains("facever_stage_seconds_count{stage=\"embed\"}")
                .contains("service_queue_depth")
                .contains("service_outcomes_total{outcome=\"match\"}");
    }

    @Test
    void without_the_key_nothing_of_the_interface_is_told() {
        try (RunningService locked = RunningService.start(new Stages(), "service.api-key=open sesame")) {
            Client caller = new Client(locked.port());
            for (String path : UPLOADS) {
                assertThat(caller.post(path, parts(path, ANNA)).problem()).isEqualTo("api-key-required");
            }
            assertThat(caller.get("/api/models").status()).isEqualTo(401);
            HttpRequest.Builder wrong = HttpRequest.newBuilder().header("X-API-Key", "open sesamf");
            assertThat(caller.send("GET", "/api/models", wrong).status()).isEqualTo(401);
            HttpRequest.Builder right = HttpRequest.newBuilder().header("X-API-Key", "open sesame");
            assertThat(caller.send("GET", "/api/models", right).status()).isEqualTo(200);
            assertThat(caller.raw("/actuator/health/liveness", HttpRequest.newBuilder())
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void an_address_written_in_another_way_goes_round_neither_the_key_nor_the_limit() {
        List<String> spellings = List.of("/%61pi/detect", "/api;a=b/detect", "/api/detect;a=b", "/ap%69/detect");
        assertThat(spellings).allSatisfy(path -> assertThat(
                        client.raw(path, client.form(Part.file("image", ANNA))).status())
                .as("%s is an address of the interface", path)
                .isEqualTo(200));
        try (RunningService locked = RunningService.start(new Stages(), "service.api-key=open sesame");
                RunningService full = RunningService.start(new Stages())) {
            full.takeAllSlots();
            for (String path : spellings) {
                HttpRequest.Builder upload = client.form(Part.file("image", ANNA));
                assertThat(new Client(locked.port()).raw(path, upload.copy()).problem())
                        .as(path)
                        .isEqualTo("api-key-required");
                assertThat(new Client(full.port()).raw(path, upload.copy()).problem())
                        .as(path)
                        .isEqualTo("overloaded");
            }
        }
    }

    @Test
    void an_upload_to_no_address_of_the_interface_is_dropped_unread() {
        byte[] large = Client.body(Part.file("image", new byte[30_000]));
        for (String[] request : new String[][] {
            {"POST", "/api/nothing", "not-found"},
            {"POST", "/docs/nothing", "not-found"},
            {"PUT", "/api/detect", "method-not-allowed"},
        }) {
            HttpRequest.Builder upload =
                    client.form().method(request[0], HttpRequest.BodyPublishers.ofByteArray(large));
            assertThat(client.raw(request[1], upload).problem())
                    .as("read, it would be image-too-large")
                    .isEqualTo(request[2]);
        }
    }

    @Test
    void no_upload_becomes_a_file(@TempDir Path folder) throws Exception {
        Stages held = new Stages();
        try (RunningService watched = RunningService.start(held, "server.tomcat.basedir=" + folder)) {
            Client caller = new Client(watched.port());
            held.permits.drainPermits();
            held.began.set(new CountDownLatch(1));
            byte[] large = Arrays.copyOf(ANNA, 5_000_000);
            CompletableFuture<Answer> running = async(() -> caller.post("/api/detect", Part.file("image", large)));
            held.began.get().await();
            try (Stream<Path> files = Files.walk(folder)) {
                assertThat(files).hasSizeGreaterThan(1).noneMatch(Files::isRegularFile);
            }
            held.permits.release(1000);
            assertThat(running.get().status()).isEqualTo(200);
        }
    }

    @Test
    void beyond_workers_and_queue_requests_are_refused_and_those_let_in_are_answered() throws Exception {
        Stages held = new Stages();
        try (RunningService small = RunningService.start(held, "service.workers=1", "service.queue=1")) {
            Client caller = new Client(small.port());
            held.permits.drainPermits();
            held.began.set(new CountDownLatch(1));
            CompletableFuture<Answer> running = async(() -> caller.post("/api/detect", Part.file("image", ANNA)));
            held.began.get().await();
            CompletableFuture<Answer> waiting = async(() -> caller.post("/api/detect", Part.file("image", ANNA)));
            awaitMetric(caller, "service_slots_taken 2.0");

            for (String path : UPLOADS) {
                Answer refused = caller.post(path, parts(path, ANNA));
                assertThat(refused.status()).isEqualTo(429);
                assertThat(refused.problem()).isEqualTo("overloaded");
                assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 30);
            }

            held.permits.release(1000);
            assertThat(running.get().status()).isEqualTo(200);
            assertThat(waiting.get().status()).isEqualTo(200);
            assertThat(caller.post("/api/detect", Part.file("image", ANNA)).status())
                    .isEqualTo(200);
        }
    }

    private static <T> CompletableFuture<T> async(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, job -> new Thread(job, "caller").start());
    }

    private static void awaitMetric(Client caller, String line) {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            while (!new String(
                            caller.raw("/actuator/prometheus", HttpRequest.newBuilder())
                                    .response()
                                    .body(),
                            StandardCharsets.UTF_8)
                    .contains(line)) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void an_answer_that_takes_too_long_is_given_up() {
        Stages held = new Stages();
        try (RunningService slow = RunningService.start(held, "service.time-limit=100ms")) {
            Client caller = new Client(slow.port());
            held.permits.drainPermits();
            for (String path : UPLOADS) {
                Answer answer = caller.post(path, parts(path, ANNA));
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.problem()).isEqualTo("time-limit");
            }
            held.permits.release(1000);
        }
    }

    @Test
    void stopping_lets_the_running_request_finish() throws Exception {
        Stages held = new Stages();
        RunningService stopping = RunningService.start(held);
        int port = stopping.port();
        Client caller = new Client(port);
        held.permits.drainPermits();
        held.began.set(new CountDownLatch(1));
        CompletableFuture<Answer> running = async(() -> caller.post("/api/detect", Part.file("image", ANNA)));
        held.began.get().await();

        CompletableFuture<Void> stopped =
                CompletableFuture.runAsync(stopping::close, job -> new Thread(job, "stop").start());
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            while (accepts(port)) {
                // a pause, as each connection holds a port for a minute after its end, and there are not many
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        });
        assertThat(running)
                .as("the request that runs while nothing new is taken in")
                .isNotDone();
        held.permits.release(1000);

        assertThat(running.get().status()).isEqualTo(200);
        stopped.get();
    }

    private static boolean accepts(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    @Test
    void alive_but_not_ready_until_the_models_answer() throws Exception {
        Stages held = new Stages();
        held.permits.drainPermits();
        CompletableFuture<Integer> port = new CompletableFuture<>();
        CompletableFuture<RunningService> started =
                async(() -> RunningService.start(held, (ApplicationListener<WebServerInitializedEvent>)
                        event -> port.complete(event.getWebServer().getPort())));
        Client caller = new Client(port.get());

        assertThat(caller.raw("/actuator/health/liveness", HttpRequest.newBuilder())
                        .status())
                .isEqualTo(200);
        assertThat(caller.post("/api/liveness").problem()).isEqualTo("not-ready");
        Answer early = caller.get("/api/models");
        assertThat(early.status()).isEqualTo(503);
        assertThat(early.problem()).isEqualTo("not-ready");
        assertThat(caller.raw("/actuator/health/readiness", HttpRequest.newBuilder())
                        .status())
                .as("answered while the models are held")
                .isEqualTo(503);

        held.permits.release(1000);
        try (RunningService ready = started.get()) {
            assertThat(ready.port()).isEqualTo(port.get());
            assertThat(caller.raw("/actuator/health/readiness", HttpRequest.newBuilder())
                            .status())
                    .isEqualTo(200);
            assertThat(caller.get("/api/models").status()).isEqualTo(200);
        }
    }

    @Test
    void the_document_names_what_the_code_knows() {
        assertThat(client.documented("/components/schemas/Problem/properties/type/enum"))
                .isEqualTo(names(Problem.values(), problem -> problem.type().toString()));
        String verification = "/components/schemas/Verification/properties";
        assertThat(client.documented(verification + "/outcome/enum")).isEqualTo(names(Outcome.values(), Enum::name));
        assertThat(client.documented(verification + "/reasons/items/properties/code/enum"))
                .isEqualTo(names(Reason.values(), Enum::name));
        assertThat(client.documented("/components/schemas/Challenge/properties/phase/enum"))
                .isEqualTo(names(ActiveLiveness.Phase.values(), Enum::name));
        assertThat(client.documented("/components/schemas/Challenge/properties/move/enum"))
                .isEqualTo(names(Move.values(), Enum::name));
        assertThat(client.documented("/components/schemas/ChallengeReason/properties/code/enum"))
                .isEqualTo(names(ActiveLiveness.Reason.values(), Enum::name));
        assertThat(client.documented("/components/schemas/Selection/enum"))
                .isEqualTo(names(FaceSelection.values(), Enum::name));
    }

    private static <T> Set<String> names(T[] values, Function<T, String> name) {
        return Arrays.stream(values).map(name).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Every kind of frame, for the answers that the document names. */
    private static void showEverything(String id) {
        String path = "/api/liveness/" + id;
        show(id, ANNA);
        show(id, NO_IMAGE);
        show(id, new byte[30_000]);
        show("none", ANNA);
        client.post(path);
        client.send(
                "POST",
                path,
                HttpRequest.newBuilder()
                        .header("Content-Type", "text/plain")
                        .POST(HttpRequest.BodyPublishers.noBody()));
    }

    @Test
    void every_answer_that_the_document_names_occurs() throws Exception {
        Set<String> seen = new TreeSet<>();
        for (String path : UPLOADS) {
            client.post(path, parts(path, ANNA));
            client.post(path, parts(path, NO_IMAGE));
            client.post(path, parts(path, new byte[30_000]));
            client.post(path);
            client.send(
                    "POST",
                    path,
                    HttpRequest.newBuilder()
                            .header("Content-Type", "text/plain")
                            .POST(HttpRequest.BodyPublishers.noBody()));
        }
        client.get("/api/models");
        showEverything(client.post("/api/liveness").json().get("id").asString());
        seen.addAll(client.seen());
        Stages held = new Stages();
        try (RunningService locked = RunningService.start(new Stages(), "service.api-key=key");
                RunningService slow = RunningService.start(held, "service.time-limit=50ms", "service.workers=1");
                RunningService full = RunningService.start(new Stages(), "service.workers=1", "service.queue=0")) {
            Client lockedOut = new Client(locked.port());
            UPLOADS.forEach(path -> lockedOut.post(path, parts(path, ANNA)));
            lockedOut.get("/api/models");
            lockedOut.post("/api/liveness");
            lockedOut.post("/api/liveness/none");
            seen.addAll(lockedOut.seen());

            Client patient = new Client(slow.port());
            held.permits.drainPermits();
            UPLOADS.forEach(path -> patient.post(path, parts(path, ANNA)));
            String waiting = patient.post("/api/liveness").json().get("id").asString();
            patient.post("/api/liveness/" + waiting, Part.file("frame", ANNA));
            held.permits.release(1000);
            seen.addAll(patient.seen());

            Client crowd = new Client(full.port());
            full.takeAllSlots();
            UPLOADS.forEach(path -> crowd.post(path, parts(path, ANNA)));
            crowd.post("/api/liveness");
            crowd.post("/api/liveness/none");
            seen.addAll(crowd.seen());
        }
        // its own test shows them: alive_but_not_ready_until_the_models_answer
        seen.add("GET /api/models 503");
        seen.add("POST /api/liveness 503");

        assertThat(client.documented()).isEqualTo(seen);
    }
}
