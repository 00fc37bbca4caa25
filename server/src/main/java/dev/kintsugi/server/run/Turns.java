package dev.kintsugi.server.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Brings what happens to runs into turns. What arrives while a turn's transaction is being written
 * waits and shares the next one, so that one commit carries the events of many runs when there is
 * much to do, and nobody waits when there is little. A run always has the same lane, so that a
 * server never waits for itself.
 */
public final class Turns {
    /** Most arrivals that share a transaction. */
    static final int MOST_AT_ONCE = 512;

    /** While one lane's transaction reaches the disk, another's is computed. */
    private static final int LANES = 2;

    private final Executor executor;
    private volatile BiConsumer<String, Throwable> trouble = (_, _) -> {};
    private final List<Lane> lanes;
    private final Set<String> signalled = ConcurrentHashMap.newKeySet();
    private volatile Consumer<List<Arrival<?>>> turn = _ -> {};

    /**
     * @param executor takes turns that nobody waits for
     */
    public Turns(Executor executor) {
        this.executor = executor;
        lanes = IntStream.range(0, LANES).mapToObj(_ -> new Lane()).toList();
    }

    /**
     * Says what a turn is.
     *
     * @param how answers every arrival it is given
     * @param failed told the run and the cause when a turn fails that nobody waits for
     */
    void attach(Consumer<List<Arrival<?>>> how, BiConsumer<String, Throwable> failed) {
        turn = how;
        trouble = failed;
    }

    /** Has a turn taken for the run soon. */
    public void request(String run) {
        if (signalled.add(run)) {
            var lane = lane(run);
            lane.waiting.add(Arrival.of(run));
            executor.execute(lane::turn);
        }
    }

    /**
     * Has the arrival taken up and waits for the commit; takes the turn itself unless another
     * thread is at it.
     */
    <T> T take(Arrival<T> arrival) {
        var lane = lane(arrival.run());
        lane.waiting.add(arrival);
        lane.turn();
        try {
            return arrival.answer().join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    private Lane lane(String run) {
        return lanes.get(Math.floorMod(run.hashCode(), lanes.size()));
    }

    private final class Lane {
        private final Queue<Arrival<?>> waiting = new ConcurrentLinkedQueue<>();
        private final ReentrantLock busy = new ReentrantLock();

        /** Whoever comes while a turn is taken leaves what they bring to its taker. */
        private void turn() {
            if (waiting.isEmpty() || !busy.tryLock()) {
                return;
            }
            try {
                takeUp(some());
            } finally {
                busy.unlock();
            }
            if (!waiting.isEmpty()) {
                executor.execute(this::turn);
            }
        }

        private List<Arrival<?>> some() {
            var taken = new ArrayList<Arrival<?>>();
            while (taken.size() < MOST_AT_ONCE && waiting.poll() instanceof Arrival<?> next) {
                if (next instanceof Arrival.Signal) {
                    // before the turn: what arrives while it is taken asks for another
                    signalled.remove(next.run());
                }
                taken.add(next);
            }
            return taken;
        }
    }

    /** Together; when that fails, each alone, so that none suffers from another. */
    private void takeUp(List<Arrival<?>> arrivals) {
        try {
            turn.accept(arrivals);
        } catch (RuntimeException | Error e) {
            if (arrivals.size() > 1) {
                arrivals.forEach(arrival -> {
                    if (!arrival.answer().isDone()) { // as a copy of one that was refused is
                        takeUp(List.of(arrival));
                    }
                });
            } else {
                var alone = arrivals.getFirst();
                alone.answer().completeExceptionally(e);
                if (alone instanceof Arrival.Signal) {
                    trouble.accept(alone.run(), e);
                }
            }
        }
    }
}
