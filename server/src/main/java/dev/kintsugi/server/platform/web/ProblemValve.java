package dev.kintsugi.server.platform.web;

import dev.kintsugi.server.platform.ProblemResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Says in problem details what the web server itself refuses, such as a path that cannot be
 * decoded, before any filter or controller sees it.
 */
final class ProblemValve extends ErrorReportValve {
    @Override
    protected void report(Request request, Response response, @Nullable Throwable cause) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        var known = HttpStatus.resolve(status);
        if (known == null) {
            known = HttpStatus.BAD_REQUEST;
        }
        boolean bad = known == HttpStatus.BAD_REQUEST;
        try {
            ProblemResponse.of(
                            status,
                            bad ? "bad_input" : known.name().toLowerCase(Locale.ROOT),
                            bad ? "Bad input" : known.getReasonPhrase(),
                            "The web server refuses this request before reading it: is its path a"
                                    + " valid one?",
                            List.of())
                    .write(response);
        } catch (IOException | IllegalStateException e) {
            container.getLogger().debug("a refusal could not be sent", e);
        }
    }
}
