package dev.kintsugi.server.workspace.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command that runs in a sandbox. When its first process ends, whatever else it started is killed
 * and its output ends.
 */
public final class SandboxedProcess {
    /** How long processes have to end after they were asked to, before they are killed. */
    public static final Duration GRACE = Duration.ofSeconds(5);

    private final Process process;
    private final ProcessTree tree;
    private final CompletableFuture<Integer> exit;

    SandboxedProcess(Process process, ProcessTree tree) {
        this.process = process;
        this.tree = tree;
        this.exit =
                process.onExit()
                        .thenApplyAsync(
                                ended -> {
                                    tree.kill();
                                    return ended.exitValue();
                                },
                                Thread::startVirtualThread);
    }

    /** Puts it on record, so that it does not outlive its worker. */
    static SandboxedProcess recorded(Process process, AttemptFolder folder) throws IOException {
        var started =
                new SandboxedProcess(process, new ProcessTree(process.toHandle(), folder.marker()));
        try {
            ProcessRecord.of(folder.marker()).started(process.pid()).write(folder.record());
            return started;
        } catch (IOException e) {
            started.stop();
            throw e;
        }
    }

    /** What it writes to its output and error streams, as it comes. */
    public InputStream output() {
        return process.getInputStream();
    }

    /** Number of its first process on this machine. */
    public long pid() {
        return process.pid();
    }

    /**
     * Waits until it and all that it started are gone.
     *
     * @return its exit code; 128 + n where signal n ended it
     */
    public int waitFor() throws InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot end what process " + pid() + " started", e);
        }
    }

    /**
     * Asks every process to end, and kills those that have not after {@link #GRACE}. Returns when
     * all are gone; an interrupt shortens the grace. Further calls wait for the same.
     */
    public synchronized void stop() {
        if (!exit.isDone()) {
            tree.terminate();
            awaitFor(GRACE);
        }
        process.toHandle().destroyForcibly(); // not Process's: that closes the output unread
        tree.kill();
        exit.join();
    }

    private void awaitFor(Duration time) {
        try {
            exit.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException _) {
            // It had its chance.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
