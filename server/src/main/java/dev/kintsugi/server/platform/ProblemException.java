package dev.kintsugi.server.platform;

import java.util.List;

/**
 * A request that cannot be fulfilled, and why. At the HTTP edge it becomes problem details (RFC
 * 9457). Rooms extend it for their own cases.
 */
public abstract class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final String title;
    private final transient List<String> problems;

    /**
     * @param status of HTTP, 400 to 599
     * @param code stable, snake case, for programs
     * @param title the same for every problem of this code
     * @param detail one sentence about this one: where, and what to do
     */
    protected ProblemException(int status, String code, String title, String detail) {
        this(status, code, title, detail, List.of());
    }

    /** As above, with each mistake of the input on a line of its own. */
    protected ProblemException(
            int status, String code, String title, String detail, List<String> problems) {
        super(detail);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status must be in [400, 599], was " + status);
        }
        this.status = status;
        this.code = code;
        this.title = title;
        this.problems = List.copyOf(problems);
    }

    public final int status() {
        return status;
    }

    public final String code() {
        return code;
    }

    public final String title() {
        return title;
    }

    /** Each mistake with its position; empty for other problems. */
    public final List<String> problems() {
        return problems;
    }
}
