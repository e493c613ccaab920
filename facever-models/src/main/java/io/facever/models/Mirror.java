package io.facever.models;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where published files are read from: a folder, a base URL of the same layout, or their public addresses. */
interface Mirror {
    /** Opens a file from its start. */
    InputStream open(SourceFile source) throws IOException, InterruptedException;

    /** Where a file is, for messages. */
    String locate(SourceFile source);

    /** How many files to read at once. */
    int parallel();

    /** Whether reading opens a connection. */
    boolean isRemote();

    /**
     * Understands a setting.
     *
     * @param setting folder or base URL; empty for the public addresses
     * @throws IllegalArgumentException when it is an address over plain http that is not this machine's own
     */
    static Mirror of(Optional<String> setting) {
        if (setting.isEmpty()) {
            return new Web("https://");
        }
        String place = setting.get();
        if (place.startsWith("https://") || isLoopback(place)) {
            return new Web(place.endsWith("/") ? place : place + "/");
        }
        if (place.startsWith("http://")) {
            throw new IllegalArgumentException(
                    "the mirror " + place + " is neither https nor on this machine; use https, or a folder");
        }
        return new Folder(place.startsWith("file:") ? Path.of(URI.create(place)) : Path.of(place));
    }

    private static boolean isLoopback(String place) {
        if (!place.startsWith("http://")) {
            return false;
        }
        try {
            return Optional.ofNullable(URI.create(place).getHost())
                    .filter(host ->
                            host.equals("localhost") || Character.isDigit(host.charAt(0)) || host.startsWith("["))
                    .map(host -> {
                        try {
                            // no name is looked up: these are "localhost" and literal addresses
                            return InetAddress.getByName(host).isLoopbackAddress();
                        } catch (UnknownHostException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .orElse(false);
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** A folder with the layout {@code <host>/<path of the URL>}. */
    record Folder(Path root) implements Mirror {
        @Override
        public InputStream open(SourceFile source) throws IOException {
            return Files.newInputStream(root.resolve(source.path()));
        }

        @Override
        public String locate(SourceFile source) {
            return root.resolve(source.path()).toString();
        }

        @Override
        public int parallel() {
            return 2;
        }

        @Override
        public boolean isRemote() {
            return false;
        }
    }

    /** Addresses that start with a base. */
    final class Web implements Mirror {
        private static final Duration CONNECT = Duration.ofSeconds(20);
        private static final Duration RESPOND = Duration.ofSeconds(60);
        private static final int OK = 200;

        private final String base;
        /**
         * Made with the first request: a client holds a thread and a selector, and an address may only be looked at.
         */
        private Optional<HttpClient> client = Optional.empty();

        Web(String base) {
            this.base = base;
        }

        private synchronized HttpClient client() {
            HttpClient made = client.orElseGet(() -> HttpClient.newBuilder()
                    .connectTimeout(CONNECT)
                    // follows from https to https only
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .build());
            client = Optional.of(made);
            return made;
        }

        @Override
        public InputStream open(SourceFile source) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(locate(source)))
                    .timeout(RESPOND)
                    .build();
            HttpResponse<InputStream> response = client().send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != OK) {
                response.body().close();
                throw new IOException("the server answered with status " + response.statusCode());
            }
            return response.body();
        }

        @Override
        public String locate(SourceFile source) {
            return base + source.path();
        }

        @Override
        public int parallel() {
            return 6;
        }

        @Override
        public boolean isRemote() {
            return true;
        }
    }
}
