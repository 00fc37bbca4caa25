package dev.kintsugi.server.platform;

/** The server, or what it runs on, lacks something that the request needs. */
public final class UnavailableException extends ProblemException {
    private static final long serialVersionUID = 1;

    public UnavailableException(String detail) {
        super(503, "unavailable", "Unavailable", detail);
    }
}
