package dev.kintsugi.server.healing;

import dev.kintsugi.server.platform.ProblemResponse;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what would change something while the server only reads, and what begins runs while it
 * begins none, and says why: by the names of what is unhealthy and no more, as it stands before the
 * door and answers strangers, too. What ends work that is under way is still taken, and so is the
 * order to stop.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MaintenanceFilter extends OncePerRequestFilter {
    /** Getting better takes at least so long. */
    static final int RETRY_AFTER_SECONDS = 15;

    private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> NEW_WORK =
            Set.of("/api/v1/work/lease", "/api/v1/work/register");

    private static final Pattern BEGINS_RUN = Pattern.compile("/api/v1/runs(/[^/]+/fork)?");

    private final ServerHealth health;

    MaintenanceFilter(ServerHealth health) {
        this.health = health;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return READS.contains(request.getMethod())
                || endsWork(request)
                || (beginsRun(request) ? health.mayBeginRuns() : health.mayWrite());
    }

    private static boolean beginsRun(HttpServletRequest request) {
        return BEGINS_RUN.matcher(path(request)).matches();
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
                        health.mayWrite() ? "No new runs" : "Only reading",
                        "This server %s at the moment, as these are unhealthy: %s. Ask again in %d s."
                                .formatted(
                                        health.mayWrite() ? "begins no runs" : "only reads",
                                        String.join(", ", health.because()),
                                        RETRY_AFTER_SECONDS),
                        List.of())
                .write(response);
    }
}
