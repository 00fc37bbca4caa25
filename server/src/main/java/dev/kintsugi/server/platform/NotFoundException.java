package dev.kintsugi.server.platform;

/** There is no such thing, or it is another tenant's, which looks the same. */
public final class NotFoundException extends ProblemException {
    private static final long serialVersionUID = 1;

    /**
     * @param kind such as {@code run}
     */
    public NotFoundException(String kind, String id) {
        super(404, "not_found", "Not found", "There is no %s %s.".formatted(kind, id));
    }
}
