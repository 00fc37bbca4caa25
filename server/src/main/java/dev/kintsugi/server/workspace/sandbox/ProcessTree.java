package dev.kintsugi.server.workspace.sandbox;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * All processes that a command started, however they hid: its descendants; on Linux also those of
 * its session and those that carry its marker in their environment, so that a daemon that forked
 * twice and left the session is found. A process that does both and clears its environment escapes,
 * except from bubblewrap, whose process namespace ends with it.
 *
 * @param root the command's first process, which is not part of the tree; null when it is gone
 * @param marker value of {@link #VARIABLE}, unique for the command
 */
record ProcessTree(@Nullable ProcessHandle root, String marker) {
    /** The environment variable by which a command's processes are known. */
    static final String VARIABLE = "KINTSUGI_SANDBOX";

    /** Looks for survivors, each time killing those found; a fork may slip through one look. */
    private static final int KILL_ROUNDS = 50;

    private static final long ROUND_MILLIS = 20;

    /** Asks every process to end. */
    void terminate() {
        members().values().forEach(ProcessHandle::destroy);
    }

    /**
     * Kills every process and waits until they are gone, at most a second or so.
     *
     * @return whether they are
     */
    boolean kill() {
        for (int round = 0; round < KILL_ROUNDS; round++) {
            var members = members();
            if (members.isEmpty()) {
                return true;
            }
            members.values().forEach(ProcessHandle::destroyForcibly);
            members.values().forEach(ProcessTree::awaitBriefly);
        }
        return members().isEmpty();
    }

    private static void awaitBriefly(ProcessHandle handle) {
        try {
            handle.onExit().get(ROUND_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException _) {
            // The next look tells.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // killing goes on: it is what an interrupt asks for
        }
    }

    private Map<Long, ProcessHandle> members() {
        var members = new LinkedHashMap<Long, ProcessHandle>();
        if (root != null) {
            root.descendants().forEach(child -> members.put(child.pid(), child));
        }
        if (ProcFs.isPresent()) {
            ProcFs.pids().stream()
                    .filter(pid -> !members.containsKey(pid) && isOurs(pid))
                    .forEach(pid ->
                            ProcessHandle.of(pid).ifPresent(handle -> members.put(pid, handle)));
            members.keySet().removeIf(pid -> ProcFs.stat(pid).isEmpty()); // dead, not yet reaped
        }
        return members;
    }

    private boolean isOurs(long pid) {
        if (root != null && pid == root.pid()) {
            return false;
        }
        return isOfSession(pid) || ProcFs.hasVariable(pid, VARIABLE + "=" + marker);
    }

    private boolean isOfSession(long pid) {
        return root != null
                && ProcFs.stat(pid).filter(stat -> stat.session() == root.pid()).isPresent();
    }
}
