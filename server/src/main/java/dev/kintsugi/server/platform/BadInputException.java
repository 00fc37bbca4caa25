package dev.kintsugi.server.platform;

import java.util.List;

/** The request says something that cannot be. */
public final class BadInputException extends ProblemException {
    private static final long serialVersionUID = 1;

    public BadInputException(String detail) {
        this(detail, List.of());
    }

    /**
     * @param problems each mistake with its position
     */
    public BadInputException(String detail, List<String> problems) {
        super(400, "bad_input", "Bad input", detail, problems);
    }
}
