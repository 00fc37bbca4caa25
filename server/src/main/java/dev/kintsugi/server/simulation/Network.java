package dev.kintsugi.server.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The ways between workers and servers. Some are cut for a while: between one worker and one server
 * or all of them, there, back, or both.
 */
final class Network {
    /** Stands for all servers. */
    static final int ALL = -1;

    private final SimulatedTime time;
    private final List<Cut> cuts = new ArrayList<>();

    Network(SimulatedTime time) {
        this.time = time;
    }

    /** What of a call is lost. */
    enum Way {
        /** It never reaches the server. */
        THERE,
        /** It takes effect, and nobody hears of it. */
        BACK,
        BOTH
    }

    /**
     * @param server its number, or {@link #ALL}
     * @param until since the world began
     */
    record Cut(int worker, int server, Way way, Duration until) {}

    void cut(Cut cut) {
        cuts.add(cut);
    }

    /** Whether calls of the worker reach the server now. */
    boolean leadsThere(int worker, int server) {
        return passes(worker, server, Way.BACK);
    }

    /** Whether the server's answers reach the worker now. */
    boolean leadsBack(int worker, int server) {
        return passes(worker, server, Way.THERE);
    }

    private boolean passes(int worker, int server, Way other) {
        return cuts.stream()
                .filter(cut -> cut.worker == worker)
                .filter(cut -> cut.server == ALL || cut.server == server)
                .noneMatch(cut -> cut.way != other && time.elapsed().compareTo(cut.until) < 0);
    }
}
