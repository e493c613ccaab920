package io.facever.examples.verification;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Lets in who has the key, if one is set, and as many uploads as can be worked on. It decides before the body is read,
 * so a refused upload costs no memory.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 3)
final class Admission extends OncePerRequestFilter {
    static final String KEY_HEADER = "X-API-Key";

    private final InferencePool pool;
    private final Optional<byte[]> key;
    private final HandlerExceptionResolver problems;

    Admission(
            InferencePool pool,
            ServiceProperties properties,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.pool = pool;
        this.key = properties.requiredKey().map(text -> text.getBytes(StandardCharsets.UTF_8));
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !Api.isFor(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (key.isPresent() && !hasKey(request, key.get())) {
            refuse(
                    request,
                    response,
                    new ProblemException(Problem.API_KEY_REQUIRED, "send the key in the header " + KEY_HEADER));
            return;
        }
        if (!request.getMethod().equals("POST")) {
            chain.doFilter(request, response);
            return;
        }
        if (!pool.enter()) {
            refuse(request, response, pool.overloaded());
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            pool.leave();
        }
    }

    private static boolean hasKey(HttpServletRequest request, byte[] key) {
        String given = Optional.ofNullable(request.getHeader(KEY_HEADER)).orElse("");
        // takes as long for a key that is nearly right
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), key);
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, ProblemException e) {
        problems.resolveException(request, response, null, e);
    }
}
