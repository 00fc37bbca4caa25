package dev.kintsugi.server.run;

import dev.kintsugi.client.run.RunView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Wakes those in this process who follow a run, and tells them what is not kept: who took which
 * attempt.
 */
public final class RunFeed implements RunListener {
    /** Most transient changes held for one follower; the oldest go first. */
    private static final int MAX_PROGRESS = 1_000;

    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private volatile boolean open = true;

    /** An attempt that began. */
    record Progress(String step, int attempt, String status, String worker) {}

    @Override
    public void turned(String tenant, RunView view) {
        each(tenant, view.run(), Follower::wake);
    }

    @Override
    public void started(String tenant, String run, String step, int attempt, String worker) {
        each(tenant, run, follower -> follower.add(new Progress(step, attempt, "running", worker)));
    }

    private void each(String tenant, String run, java.util.function.Consumer<Follower> what) {
        for (var follower : followers) {
            if (follower.run.equals(run) && follower.tenant.equals(tenant)) {
                what.accept(follower);
            }
        }
    }

    /** Whether followers should go on; they are woken when they should not. */
    boolean open() {
        return open;
    }

    /** Sends the followers home, who would otherwise hold up the server's stop. */
    @EventListener
    void close(ContextClosedEvent closed) {
        open = false;
        followers.forEach(Follower::wake);
    }

    Follower follow(String tenant, String run) {
        var follower = new Follower(tenant, run);
        followers.add(follower);
        return follower;
    }

    /** One who follows a run. */
    final class Follower implements AutoCloseable {
        private final String tenant;
        private final String run;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final ArrayDeque<Progress> progress = new ArrayDeque<>();
        private boolean woken = true;

        private Follower(String tenant, String run) {
            this.tenant = tenant;
            this.run = run;
        }

        private void wake() {
            lock.lock();
            try {
                woken = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void add(Progress change) {
            lock.lock();
            try {
                if (progress.size() == MAX_PROGRESS) {
                    progress.poll();
                }
                progress.add(change);
            } finally {
                lock.unlock();
            }
            wake();
        }

        /** Waits until something changed, at most so long, and takes the transient changes. */
        List<Progress> await(Duration atMost) throws InterruptedException {
            lock.lock();
            try {
                var nanos = atMost.toNanos();
                while (!woken && nanos > 0) {
                    nanos = changed.awaitNanos(nanos);
                }
                woken = false;
                var taken = List.copyOf(progress);
                progress.clear();
                return taken;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            followers.remove(this);
        }
    }
}
