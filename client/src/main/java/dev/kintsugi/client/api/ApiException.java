package dev.kintsugi.client.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that did not succeed: what the server said about it, or that no server answered.
 *
 * <p>{@link #status()} is the HTTP status, 0 when no answer came. {@link #code()} is stable: the
 * server's own, or one of {@code unreachable}, {@code timeout}, {@code interrupted}, {@code
 * too_large}, {@code unreadable} (an answer that is not what it should be).
 */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String detail;
    private final transient List<String> problems;
    private final @Nullable String retryAfter;

    /**
     * @param retryAfter when the same request may be accepted, as the server said it; null when
     *     repeating it is no use, or may do it twice
     */
    ApiException(
            int status,
            String code,
            String detail,
            List<String> problems,
            @Nullable String retryAfter) {
        super(problems.isEmpty() ? detail : detail + ": " + String.join("; ", problems));
        this.status = status;
        this.code = code;
        this.detail = detail;
        this.problems = List.copyOf(problems);
        this.retryAfter = retryAfter;
    }

    static ApiException unanswered(String code, String detail, Throwable cause) {
        var exception = new ApiException(0, code, detail, List.of(), null);
        exception.initCause(cause);
        return exception;
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    /** One sentence for people. */
    public String detail() {
        return detail;
    }

    @Nullable String retryAfter() {
        return retryAfter;
    }

    /** Each mistake of a bad plan, with its position; empty for other errors. */
    public List<String> problems() {
        return problems;
    }
}
