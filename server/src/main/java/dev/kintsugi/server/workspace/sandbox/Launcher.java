package dev.kintsugi.server.workspace.sandbox;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * The one thread that starts processes. Linux ties "die with parent" to the thread that forked, not
 * to its process: a child started from a pooled or virtual thread is killed when that thread ends.
 * This one ends with the worker.
 */
final class Launcher implements AutoCloseable {
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("sandbox-launcher").factory());

    Process launch(ProcessBuilder builder) throws IOException {
        try {
            // join() ignores interrupts: a process started but not returned would be nobody's.
            return CompletableFuture.supplyAsync(() -> start(builder), thread).join();
        } catch (RejectedExecutionException e) {
            throw new IOException("the sandbox is closed because the worker is stopping", e);
        } catch (CompletionException e) {
            throw new IOException("cannot start a process: " + e.getMessage(), e);
        }
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
