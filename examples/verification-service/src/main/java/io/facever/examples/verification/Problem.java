package io.facever.examples.verification;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/** The kinds of problem documents. The {@link #type} of each is part of the interface: it never changes. */
enum Problem {
    INVALID_PARAMETER(HttpStatus.BAD_REQUEST, "A parameter is missing or can't be used"),
    API_KEY_REQUIRED(HttpStatus.UNAUTHORIZED, "The API key is missing or wrong"),
    NOT_FOUND(HttpStatus.NOT_FOUND, "There is nothing at this address"),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "This address does not take this method"),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "The answer can't be given in a media type that was asked for"),
    IMAGE_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The image is too large"),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The request must be multipart/form-data"),
    NOT_AN_IMAGE(HttpStatus.UNPROCESSABLE_CONTENT, "The file is not an image that can be read"),
    NO_FACE(HttpStatus.UNPROCESSABLE_CONTENT, "No face was found"),
    SEVERAL_FACES(HttpStatus.UNPROCESSABLE_CONTENT, "Several faces were found where one is required"),
    OVERLOADED(HttpStatus.TOO_MANY_REQUESTS, "The service is busy"),
    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "The service failed"),
    NOT_READY(HttpStatus.SERVICE_UNAVAILABLE, "The models are not loaded yet"),
    TIME_LIMIT(HttpStatus.SERVICE_UNAVAILABLE, "The answer took too long");

    private final HttpStatus status;
    private final String title;

    Problem(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    HttpStatus status() {
        return status;
    }

    String title() {
        return title;
    }

    /** A name, not a place: a tag URI (RFC 4151). */
    URI type() {
        return URI.create(
                "tag:facever.io,2026:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    /** The kind for errors that Spring found, of which only the status is known. */
    static Optional<Problem> ofStatus(int status) {
        return Arrays.stream(values())
                .filter(problem -> problem.status.value() == status)
                .findFirst();
    }
}
