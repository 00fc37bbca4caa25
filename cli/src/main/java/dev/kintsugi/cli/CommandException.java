package dev.kintsugi.cli;

import java.util.List;

/** The command cannot be done; the message says why and what to do about it. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;
    private final transient List<String> problems;

    CommandException(ExitCode exitCode, String message) {
        this(exitCode, message, List.of());
    }

    /**
     * @param problems each mistake of a bad plan, with its position
     */
    CommandException(ExitCode exitCode, String message, List<String> problems) {
        super(message);
        this.exitCode = exitCode;
        this.problems = List.copyOf(problems);
    }

    ExitCode exitCode() {
        return exitCode;
    }

    List<String> problems() {
        return problems;
    }
}
