package dev.kintsugi.healing.health;

import java.util.Collection;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** Asks the own checks of many components, side by side, so that slow ones do not add up. */
final class OwnChecks {
    private static final int AT_ONCE = 256;

    private OwnChecks() {}

    /** Returns when every check that was due has answered or run out of time. */
    static void ask(Collection<ComponentHealth> components) {
        var due = components.stream().flatMap(it -> it.ownCheck().stream()).toList();
        if (due.isEmpty()) {
            return;
        }
        var places = new Semaphore(AT_ONCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            due.forEach(check -> threads.execute(() -> ask(check, places)));
        }
    }

    private static void ask(TimedCheck check, Semaphore places) {
        try {
            places.acquire();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // monitoring ends
            return;
        }
        try {
            check.askIfDue();
        } finally {
            places.release();
        }
    }
}
