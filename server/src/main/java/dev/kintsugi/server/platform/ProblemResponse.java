package dev.kintsugi.server.platform;

import dev.kintsugi.client.json.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Problem details (RFC 9457) as they travel.
 *
 * @param code stable, for programs
 * @param problems each mistake of the input; empty for other problems
 */
public record ProblemResponse(
        String type, String title, int status, String detail, String code, List<String> problems) {
    public static final String CONTENT_TYPE = "application/problem+json";

    public ProblemResponse {
        problems = List.copyOf(problems);
    }

    public static ProblemResponse of(ProblemException e) {
        return of(e.status(), e.code(), e.title(), String.valueOf(e.getMessage()), e.problems());
    }

    public static ProblemResponse of(
            int status, String code, String title, String detail, List<String> problems) {
        return new ProblemResponse("about:blank", title, status, detail, code, problems);
    }

    /** Answers with it, from a filter, where no controller is at hand. */
    public void write(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        response.setContentType(CONTENT_TYPE);
        response.getOutputStream()
                .write(Json.mapper().writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
    }
}
