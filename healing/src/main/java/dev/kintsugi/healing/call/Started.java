package dev.kintsugi.healing.call;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Work on virtual threads. */
final class Started {
    private Started() {}

    /**
     * Does work on a thread of its own, which is interrupted when the future is cancelled or
     * completed from elsewhere.
     *
     * @param bounds within which the work is done
     */
    static <T> CompletableFuture<T> on(Bounds bounds, Callable<? extends T> work) {
        var future = new CompletableFuture<T>();
        Thread thread =
                Thread.ofVirtual()
                        .name("kintsugi-call")
                        .unstarted(() -> bounds.run(() -> complete(future, work)));
        future.whenComplete((_, _) -> {
            if (Thread.currentThread() != thread) {
                thread.interrupt();
            }
        });
        thread.start();
        return future;
    }

    private static <T> void complete(CompletableFuture<T> future, Callable<? extends T> work) {
        T value;
        try {
            value = work.call();
        } catch (Throwable thrown) {
            future.completeExceptionally(thrown);
            return;
        }
        future.complete(value);
    }
}
