package dev.kintsugi.server.platform.web;

import dev.kintsugi.server.platform.ProblemException;
import dev.kintsugi.server.platform.ProblemResponse;
import dev.kintsugi.server.platform.TooManyException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.JacksonException;

/**
 * Translates whatever a controller throws to problem details, once. Stack traces go to the log
 * alone.
 */
@RestControllerAdvice
final class ProblemAdvice extends ResponseEntityExceptionHandler {
    private static final ProblemResponse BAD_BODY =
            ProblemResponse.of(400, "bad_input", "Bad input", "The body is missing.", List.of());
    private static final String NOT_A_CHARACTER = "22021";
    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    @ExceptionHandler
    ResponseEntity<Object> problem(ProblemException e) {
        var headers = new HttpHeaders();
        if (e instanceof TooManyException tooMany) {
            headers.set(
                    HttpHeaders.RETRY_AFTER, "" + Math.max(1, tooMany.retryAfter().toSeconds()));
        }
        return answer(ProblemResponse.of(e), headers);
    }

    /** Texts come from the request, and PostgreSQL keeps every character but one. */
    @ExceptionHandler
    @Nullable ResponseEntity<Object> unkeepable(
            DataIntegrityViolationException e, WebRequest request) {
        if (e.getMostSpecificCause() instanceof SQLException cause
                && NOT_A_CHARACTER.equals(cause.getSQLState())) {
            return answer(
                    ProblemResponse.of(
                            400,
                            "bad_input",
                            "Bad input",
                            "A text in the request has the character U+0000, which cannot be kept.",
                            List.of()),
                    new HttpHeaders());
        }
        return unexpected(e, request);
    }

    @ExceptionHandler
    @Nullable ResponseEntity<Object> unexpected(Exception e, WebRequest request) {
        if (DatabaseAway.isCauseOf(e)) {
            LOG.warn("{} found no database: {}", request.getDescription(false), e.toString());
            var headers = new HttpHeaders();
            headers.set(HttpHeaders.RETRY_AFTER, "" + DatabaseAway.RETRY_AFTER_SECONDS);
            return answer(DatabaseAway.PROBLEM, headers);
        }
        LOG.error("{} failed", request.getDescription(false), e);
        return answer(
                ProblemResponse.of(
                        500,
                        "internal",
                        "Internal error",
                        "The server failed; its log says why.",
                        List.of()),
                new HttpHeaders());
    }

    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        ProblemResponse problem = BAD_BODY;
        // The innermost cause that says something: Jackson wraps what the body's stream throws.
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            problem =
                    switch (cause) {
                        case BodyTooLargeException tooLarge -> tooLarge.response();
                        case ProblemException known -> ProblemResponse.of(known);
                        case JacksonException json -> MalformedJson.response(json);
                        case Throwable _ -> problem;
                    };
        }
        return answer(problem, headers);
    }

    @Override
    protected ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String detail = "%s: \"%s\" does not fit here".formatted(e.getPropertyName(), e.getValue());
        return answer(
                ProblemResponse.of(400, "bad_input", "Bad input", detail, List.of()), headers);
    }

    @Override
    protected ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String detail = "There is no %s /%s.".formatted(e.getHttpMethod(), e.getResourcePath());
        return answer(
                ProblemResponse.of(404, "not_found", "Not found", detail, List.of()), headers);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e,
            @Nullable Object body,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        if (e instanceof ErrorResponse known) {
            var detail = known.getBody().getDetail();
            String title = String.valueOf(known.getBody().getTitle());
            return answer(
                    ProblemResponse.of(
                            status.value(),
                            code(status),
                            title,
                            detail == null ? title : detail,
                            List.of()),
                    headers);
        }
        return unexpected(e, request);
    }

    private static String code(HttpStatusCode status) {
        HttpStatus known = HttpStatus.resolve(status.value());
        if (known == null || known == HttpStatus.BAD_REQUEST) {
            return "bad_input";
        }
        return known.name().toLowerCase(Locale.ROOT);
    }

    private static ResponseEntity<Object> answer(ProblemResponse problem, HttpHeaders headers) {
        return ResponseEntity.status(problem.status())
                .headers(headers)
                .contentType(MediaType.parseMediaType(ProblemResponse.CONTENT_TYPE))
                .body(problem);
    }
}
