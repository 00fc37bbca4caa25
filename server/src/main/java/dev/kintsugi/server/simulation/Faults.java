package dev.kintsugi.server.simulation;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** What goes wrong, and how often. Every draw comes from the seed. */
final class Faults {
    /** How wrong machines' clocks are at most, slow or fast, in a world where they are. */
    private static final List<Duration> WORST_CLOCKS =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(40), Duration.ofHours(1));

    private final SplittableRandom random;
    private final Chances chances;
    private final Duration worstClock;
    private Duration slowDiskUntil = Duration.ZERO;
    private boolean calm;

    /**
     * How often things go wrong, each in [0, 1].
     *
     * @param lostRequest a call never reaches the server
     * @param lostReply a call takes effect and the caller does not hear of it
     * @param late a call reaches the server after the caller has given it up
     * @param doubled a call reaches the server twice
     * @param crashedTransaction a transaction ends before its commit
     * @param slow the database keeps somebody waiting
     * @param jump a server's clock jumps at a call
     * @param freeze a worker that lives freezes once, by up to 90 s
     * @param stop a worker is stopped while it waits for the tasks that it is given
     */
    private record Chances(
            double lostRequest,
            double lostReply,
            double late,
            double doubled,
            double crashedTransaction,
            double slow,
            double jump,
            double freeze,
            double stop) {}

    /** Some seeds are calm, most are rough. */
    Faults(SplittableRandom random) {
        this.random = random;
        var roughness = random.nextDouble();
        chances =
                new Chances(
                        0.05 * roughness,
                        0.05 * roughness,
                        0.05 * roughness,
                        0.05 * roughness,
                        0.02 * roughness,
                        0.05 * roughness,
                        0.01 * roughness,
                        0.5 * roughness,
                        0.005 * roughness);
        worstClock = WORST_CLOCKS.get(random.nextInt(WORST_CLOCKS.size()));
    }

    /** Commits take long until then. */
    void slowDisk(Duration until) {
        slowDiskUntil = until;
    }

    boolean diskIsSlow(Duration now) {
        return !calm && now.compareTo(slowDiskUntil) < 0;
    }

    double lostRequest() {
        return chances.lostRequest;
    }

    double lostReply() {
        return chances.lostReply;
    }

    double late() {
        return chances.late;
    }

    double doubled() {
        return chances.doubled;
    }

    double crashedTransaction() {
        return chances.crashedTransaction;
    }

    double slow() {
        return chances.slow;
    }

    double jump() {
        return chances.jump;
    }

    double freeze() {
        return chances.freeze;
    }

    double stop() {
        return chances.stop;
    }

    boolean strikes(double chance) {
        return !calm && random.nextDouble() < chance;
    }

    /** Nothing goes wrong while somebody only looks. */
    <T> T calmly(Supplier<T> look) {
        var before = calm;
        calm = true;
        try {
            return look.get();
        } finally {
            calm = before;
        }
    }

    Duration upTo(Duration longest) {
        return Duration.ofMillis(random.nextLong(longest.toMillis() + 1));
    }

    /** How wrong a machine's clock is. */
    Duration clockError() {
        var worst = (int) worstClock.toMillis();
        return Duration.ofMillis(random.nextInt(-worst, worst + 1));
    }

    /** Something that broke on purpose. */
    static final class Struck extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Struck(String what) {
            super(what, null, false, false);
        }
    }
}
