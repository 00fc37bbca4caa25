package dev.kintsugi.server.platform;

import org.jspecify.annotations.Nullable;

/**
 * Why the server cannot start: one sentence that says what is wrong and what to do. The main
 * program prints the message alone and exits with {@link #EXIT_CODE}.
 */
public final class StartFailure extends RuntimeException {
    /** The exit code of a server or command that its surroundings do not let work. */
    public static final int EXIT_CODE = 5;

    private static final long serialVersionUID = 1;

    public StartFailure(String message) {
        this(message, null);
    }

    public StartFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
