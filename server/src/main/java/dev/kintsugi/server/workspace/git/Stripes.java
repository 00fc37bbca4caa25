package dev.kintsugi.server.workspace.git;

import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** A fixed number of locks shared by any number of folders. Never hold two of the same stripes. */
final class Stripes {
    private static final int COUNT = 64;

    private final ReentrantLock[] locks =
            IntStream.range(0, COUNT)
                    .mapToObj(_ -> new ReentrantLock())
                    .toArray(ReentrantLock[]::new);

    /** Waits for the folder's lock; closing gives it back. */
    Held hold(Object folder) throws InterruptedException {
        var lock = locks[Math.floorMod(folder.hashCode(), COUNT)];
        lock.lockInterruptibly();
        return lock::unlock;
    }

    /** A lock that is held. */
    @FunctionalInterface
    interface Held extends AutoCloseable {
        @Override
        void close();
    }
}
