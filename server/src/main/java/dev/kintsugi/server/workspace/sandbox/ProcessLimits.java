package dev.kintsugi.server.workspace.sandbox;

/**
 * What one command may take of the machine besides memory and time, set by the shell that starts
 * it. A lower limit of the machine stays; where the system has none of a kind, it is left out.
 */
final class ProcessLimits {
    /** Most files that one process may have open at once. */
    static final int OPEN_FILES = 65_536;

    /**
     * Most processes and threads that the worker's user may have when the command starts another;
     * Linux counts them per user, and not for root.
     */
    static final int PROCESSES = 16_384;

    /** Lines for {@code sh}; {@code -p} is dash's word for {@code -u}. */
    static final String SHELL =
            """
            ulimit -n %1$d 2>/dev/null
            ulimit -u %2$d 2>/dev/null || ulimit -p %2$d 2>/dev/null
            """
                    .formatted(OPEN_FILES, PROCESSES);

    private ProcessLimits() {}
}
