package dev.kintsugi.healing.time;

/**
 * A ticker that one thread moves on every {@value TimeAndChance#ROUGH_MILLIS} ms, for calls so
 * quick that to ask the machine's own would cost as much again. The thread begins with the first
 * question and takes less than a thousandth of a core.
 */
final class RoughTicker {
    private static volatile long now = System.nanoTime();

    static {
        Thread.ofPlatform().daemon().name("kintsugi-ticker").start(RoughTicker::tick);
    }

    private RoughTicker() {}

    static long nanos() {
        return now;
    }

    @SuppressWarnings("InfiniteLoopStatement") // a daemon: ends with the program
    private static void tick() {
        while (true) {
            try {
                Thread.sleep(TimeAndChance.ROUGH_MILLIS);
            } catch (InterruptedException e) {
                // Nobody has a reason to stop the time of all others.
            }
            now = System.nanoTime();
        }
    }
}
