package dev.kintsugi.cli.local;

import org.jspecify.annotations.Nullable;

/** No local server can be had; the message says why and what to do. */
public final class LocalServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LocalServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
