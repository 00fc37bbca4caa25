package dev.kintsugi.server.workspace.sandbox;

import java.util.Optional;

/**
 * A process that cannot be mistaken for a later one with the same number.
 *
 * @param pid its number
 * @param start when it started: on Linux boot id and clock ticks since boot, which no change of the
 *     wall clock moves; elsewhere milliseconds since 1970
 */
record ProcessIdentity(long pid, String start) {

    /** The process as it is now, unless it is gone. */
    static Optional<ProcessIdentity> of(long pid) {
        if (ProcFs.isPresent()) {
            return ProcFs.stat(pid)
                    .map(stat ->
                            new ProcessIdentity(pid, ProcFs.bootId() + ":" + stat.startTicks()));
        }
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .map(start -> new ProcessIdentity(pid, Long.toString(start.toEpochMilli())));
    }

    static ProcessIdentity ofThisWorker() {
        var pid = ProcessHandle.current().pid();
        return of(pid).orElseThrow(() -> new IllegalStateException("no process " + pid));
    }

    boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }
}
