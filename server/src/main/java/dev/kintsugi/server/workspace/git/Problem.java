package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.json.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/**
 * Problem details (RFC 9457).
 *
 * @param code stable, for programs
 * @param detail for people
 * @param paths files in conflict; empty otherwise
 */
record Problem(String type, int status, String code, String detail, List<String> paths) {
    Problem {
        paths = List.copyOf(paths);
    }

    static Problem of(int status, String code, String detail) {
        return new Problem("about:blank", status, code, detail, List.of());
    }

    void sendTo(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.getOutputStream().write(Json.mapper().writeValueAsBytes(this));
    }
}
