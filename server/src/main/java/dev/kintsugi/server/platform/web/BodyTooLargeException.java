package dev.kintsugi.server.platform.web;

import dev.kintsugi.server.platform.ProblemResponse;
import java.io.IOException;
import java.util.List;

/**
 * A body went past its limit while it was read. An I/O exception, so that readers stop as at a
 * broken connection.
 */
final class BodyTooLargeException extends IOException {
    private static final long serialVersionUID = 1;
    private static final int MEBIBYTE = 1024 * 1024;

    BodyTooLargeException(long limit) {
        super("The body has more than %d MiB, the limit here.".formatted(limit / MEBIBYTE));
    }

    ProblemResponse response() {
        return ProblemResponse.of(
                413, "too_large", "Too large", String.valueOf(getMessage()), List.of());
    }
}
