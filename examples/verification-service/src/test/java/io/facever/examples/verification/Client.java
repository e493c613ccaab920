package io.facever.examples.verification;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls the service over HTTP and holds every answer against the OpenAPI document. */
final class Client {
    private static final String DOCUMENT = "/static/openapi.yaml";
    private static final String BOUNDARY = "----part-of-a-test";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI base;
    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Set<String> seen = new ConcurrentSkipListSet<>();

    Client(int port) {
        this.base = URI.create("http://127.0.0.1:" + port);
        try (InputStream stream = Client.class.getResourceAsStream(DOCUMENT)) {
            Map<String, Object> yaml = new Yaml().load(stream);
            this.document = JSON.valueToTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String json = document.toString();
        this.registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(Map.of("https://openapi.test/openapi.json", json)));
    }

    /** An answer that fits the document. */
    record Answer(int status, HttpResponse<byte[]> response) {
        JsonNode json() {
            return JSON.readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        String problem() {
            return json().get("type").asString().replace("tag:facever.io,2026:problem:", "");
        }
    }

    /** A part of a form: text or bytes. */
    static final class Part {
        private final String name;
        private final byte[] body;
        private final boolean file;

        private Part(String name, byte[] body, boolean file) {
            this.name = name;
            this.body = body;
            this.file = file;
        }

        static Part file(String name, byte[] body) {
            return new Part(name, body, true);
        }

        static Part text(String name, String value) {
            return new Part(name, value.getBytes(StandardCharsets.UTF_8), false);
        }
    }

    Answer post(String path, Part... parts) {
        return send("POST", path, form(parts));
    }

    HttpRequest.Builder form(Part... parts) {
        return HttpRequest.newBuilder()
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body(parts)));
    }

    static byte[] body(Part... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Part part : parts) {
            String head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + part.name + "\""
                    + (part.file ? "; filename=\"photo\"\r\nContent-Type: application/octet-stream" : "")
                    + "\r\n\r\n";
            body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
            body.writeBytes(part.body);
            body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    Answer get(String path) {
        return send("GET", path, HttpRequest.newBuilder().GET());
    }

    /** Sends a call of the interface, and checks that the document knows the answer. */
    Answer send(String method, String path, HttpRequest.Builder request) {
        Answer answer = raw(path, request);
        if (path.startsWith("/api/")) {
            check(method, path.replaceFirst("^(/api/liveness/).+", "$1{id}"), answer);
        }
        return answer;
    }

    /** Sends anything, and checks nothing. */
    Answer raw(String path, HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response =
                    http.send(request.uri(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void check(String method, String path, Answer answer) {
        String operation = method + " " + path + " " + answer.status();
        String pointer =
                "/paths/" + escape(path) + "/" + method.toLowerCase(Locale.ROOT) + "/responses/" + answer.status();
        JsonNode documented = document.at(pointer);
        assertThat(documented.isMissingNode())
                .as(
                        "%s is documented; the answer was %s",
                        operation, new String(answer.response().body(), StandardCharsets.UTF_8))
                .isFalse();
        if (documented.has("$ref")) {
            pointer = documented.get("$ref").asString().substring(1);
            documented = document.at(pointer);
        }
        String mediaType = answer.header("Content-Type").replaceAll(";.*", "");
        assertThat(documented.get("content").propertyNames())
                .as("media types of %s", operation)
                .contains(mediaType);
        JsonNode headers = documented.get("headers");
        if (headers != null) {
            headers.propertyNames().forEach(name -> assertThat(answer.header(name))
                    .as("header %s of %s", name, operation)
                    .isNotEmpty());
        }
        Schema schema = registry.getSchema(SchemaLocation.of(
                "https://openapi.test/openapi.json#" + pointer + "/content/" + escape(mediaType) + "/schema"));
        assertThat(schema.validate(new String(answer.response().body(), StandardCharsets.UTF_8), InputFormat.JSON))
                .as("%s against the document", operation)
                .isEmpty();
        assertThat(answer.header("X-Request-Id")).isNotEmpty();
        seen.add(operation);
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /** Operations and statuses that were checked. */
    Set<String> seen() {
        return new TreeSet<>(seen);
    }

    /** The names that the document lists at a place. */
    Set<String> documented(String pointer) {
        Set<String> all = new TreeSet<>();
        document.at(pointer).forEach(name -> all.add(name.asString()));
        return all;
    }

    /** Operations and statuses that the document names. */
    Set<String> documented() {
        Set<String> all = new TreeSet<>();
        document.get("paths")
                .forEachEntry((path, methods) -> methods.forEachEntry((method, operation) -> operation
                        .get("responses")
                        .propertyNames()
                        .forEach(status -> all.add(method.toUpperCase(Locale.ROOT) + " " + path + " " + status))));
        return all;
    }
}
