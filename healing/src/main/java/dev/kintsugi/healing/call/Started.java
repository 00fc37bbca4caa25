package dev.kintsugi.healing.call;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Work on virtual threads. */
final class Started {
    private Started() {}

    /**
     * Does work on a thread of its own, which is interrupted when the future is cancelled or
     * completed from elsewhere.
     *
     * @param deadline in which the work is done; null when there is none
     */
    static <T> CompletableFuture<T> on(@Nullable Deadline deadline, Callable<? extends T> work) {
        var future = new CompletableFuture<T>();
        Thread thread =
                Thread.ofVirtual()
                        .name("kintsugi-call")
                        .unstarted(() -> within(deadline, () -> complete(future, work)));
        future.whenComplete((_, _) -> {
            if (Thread.currentThread() != thread) {
                thread.interrupt();
            }
        });
        thread.start();
        return future;
    }

    static void within(@Nullable Deadline deadline, Runnable action) {
        if (deadline == null) {
            action.run();
        } else {
            ScopedValue.where(Deadline.CURRENT, deadline).run(action);
        }
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
