package dev.kintsugi.server.platform.web;

import dev.kintsugi.server.platform.ProblemResponse;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what is new while the server starts or stops, with the time after which another, or the
 * next, may answer. What ends work that is under way is still taken.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StoppingFilter extends OncePerRequestFilter {
    /** When to ask again. */
    static final int RETRY_AFTER_SECONDS = 5;

    private static final Set<String> ENDS_WORK =
            Set.of(
                    "/api/v1/work/heartbeat",
                    "/api/v1/work/complete",
                    "/api/v1/work/release",
                    "/api/v1/work/log",
                    "/api/v1/work/leave",
                    "/api/v1/work/blobs");

    private final ApplicationAvailability availability;

    StoppingFilter(ApplicationAvailability availability) {
        this.availability = availability;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        var path = request.getRequestURI();
        return availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC
                || ENDS_WORK.contains(path)
                || path.startsWith("/git/")
                || path.startsWith("/health/")
                || path.equals("/metrics");
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader("Retry-After", "" + RETRY_AFTER_SECONDS);
        response.setHeader("Connection", "close");
        ProblemResponse.of(
                        503,
                        "unavailable",
                        "Unavailable",
                        "This server starts or stops: ask again in %d s."
                                .formatted(RETRY_AFTER_SECONDS),
                        List.of())
                .write(response);
    }
}
