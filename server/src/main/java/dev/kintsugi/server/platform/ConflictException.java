package dev.kintsugi.server.platform;

/** What is asked for does not fit the present state; asking again later may. */
public final class ConflictException extends ProblemException {
    private static final long serialVersionUID = 1;

    public ConflictException(String detail) {
        super(409, "conflict", "Conflict", detail);
    }
}
