package dev.kintsugi.server.healing;

import dev.kintsugi.server.platform.ProblemResponse;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what would change something while the server only reads, and says why: by the names of
 * what is unhealthy and no more, as it stands before the door and answers strangers, too. What ends
 * work that is under way is still taken, and so is the order to stop.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MaintenanceFilter extends OncePerRequestFilter {
    /** Getting better takes at least so long. */
    static final int RETRY_AFTER_SECONDS = 15;

    private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> NEW_WORK =
            Set.of("/api/v1/work/lease", "/api/v1/work/register");

    private final ServerHealth health;

    MaintenanceFilter(ServerHealth health) {
        this.health = health;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return health.mayWrite() || READS.contains(request.getMethod()) || endsWork(request);
    }

    private static boolean endsWork(HttpServletRequest request) {
        String path = path(request);
        return path.startsWith("/git/")
                || path.equals("/api/v1/shutdown")
                || path.startsWith("/api/v1/work/") && !NEW_WORK.contains(path);
    }

    /** As what serves the request sees it: decoded, without parameters and detours. */
    private static String path(HttpServletRequest request) {
        String below = request.getPathInfo();
        return below == null ? request.getServletPath() : request.getServletPath() + below;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader("Retry-After", "" + RETRY_AFTER_SECONDS);
        ProblemResponse.of(
                        503,
                        "maintenance",
                        "Only reading",
                        "This server only reads at the moment, as these are unhealthy: %s. Ask again in %d s."
                                .formatted(
                                        String.join(", ", health.because()), RETRY_AFTER_SECONDS),
                        List.of())
                .write(response);
    }
}
