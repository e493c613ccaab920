package io.facever.examples.verification;

import io.facever.ImageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.multipart.MaxUploadSizeExceededException;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Turns everything that can go wrong into problem documents (RFC 9457). */
@RestControllerAdvice
final class ProblemAdvice extends ResponseEntityExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    private final ServiceProperties properties;

    ProblemAdvice(ServiceProperties properties) {
        this.properties = properties;
    }

    @ExceptionHandler
    ResponseEntity<Object> known(ProblemException e) {
        HttpHeaders headers = new HttpHeaders();
        e.retryAfter().ifPresent(wait -> headers.set(HttpHeaders.RETRY_AFTER, Long.toString(wait.toSeconds())));
        return answer(e.problem(), String.valueOf(e.getMessage()), headers);
    }

    @ExceptionHandler
    ResponseEntity<Object> image(ImageException e) {
        // the message names sizes and formats, never a pixel
        Problem problem = e.anchor().equals("image-too-large") ? Problem.IMAGE_TOO_LARGE : Problem.NOT_AN_IMAGE;
        return answer(problem, String.valueOf(e.getMessage()), new HttpHeaders());
    }

    @ExceptionHandler
    ResponseEntity<Object> multipart(MultipartException e) {
        return answer(
                Problem.INVALID_PARAMETER, "the body is no complete multipart/form-data document", new HttpHeaders());
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception e) {
        LOG.error("a request failed", e);
        return answer(
                Problem.INTERNAL_ERROR,
                "the log of the service says more under the id of this request",
                new HttpHeaders());
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMaxUploadSizeExceededException(
            MaxUploadSizeExceededException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(
                Problem.IMAGE_TOO_LARGE,
                "an image has at most " + properties.maxImageBytes().toBytes() + " bytes, and a request at most "
                        + properties.maxRequestBytes().toBytes() + "; send a smaller one",
                headers);
    }

    /** What Spring itself refuses: unknown addresses, methods, media types, missing parts. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Problem problem = Problem.ofStatus(status.value()).orElse(Problem.INTERNAL_ERROR);
        String detail =
                body instanceof ProblemDetail found && found.getDetail() != null ? found.getDetail() : problem.title();
        return answer(problem, detail, headers);
    }

    private static ResponseEntity<Object> answer(Problem problem, String detail, HttpHeaders headers) {
        ProblemDetail body = ProblemDetail.forStatusAndDetail(problem.status(), detail);
        body.setType(problem.type());
        body.setTitle(problem.title());
        String requestId = MDC.get(RequestLog.MDC_KEY);
        if (requestId != null) {
            body.setProperty("requestId", requestId);
        }
        return ResponseEntity.status(problem.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body);
    }
}
