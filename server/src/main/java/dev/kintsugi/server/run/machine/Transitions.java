package dev.kintsugi.server.run.machine;

import static dev.kintsugi.client.event.RunStatus.CANCELLED;
import static dev.kintsugi.client.event.RunStatus.FAILED;
import static dev.kintsugi.client.event.RunStatus.QUEUED;
import static dev.kintsugi.client.event.RunStatus.REPAIRING;
import static dev.kintsugi.client.event.RunStatus.ROLLED_BACK;
import static dev.kintsugi.client.event.RunStatus.ROLLING_BACK;
import static dev.kintsugi.client.event.RunStatus.RUNNING;
import static dev.kintsugi.client.event.RunStatus.SUCCEEDED;
import static dev.kintsugi.client.event.RunStatus.WAITING;

import dev.kintsugi.client.event.RunStatus;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The legal moves between statuses of a run. */
public final class Transitions {
    private static final Map<RunStatus, Set<RunStatus>> LEGAL = new EnumMap<>(RunStatus.class);

    static {
        LEGAL.put(QUEUED, EnumSet.of(RUNNING, SUCCEEDED, FAILED, CANCELLED));
        LEGAL.put(RUNNING, EnumSet.of(REPAIRING, WAITING, SUCCEEDED, FAILED, CANCELLED));
        LEGAL.put(REPAIRING, EnumSet.of(RUNNING, WAITING, SUCCEEDED, FAILED, CANCELLED));
        LEGAL.put(
                WAITING,
                EnumSet.of(
                        RUNNING,
                        REPAIRING,
                        ROLLING_BACK,
                        SUCCEEDED,
                        FAILED,
                        ROLLED_BACK,
                        CANCELLED));
        LEGAL.put(ROLLING_BACK, EnumSet.of(ROLLED_BACK, FAILED, CANCELLED));
        for (var end : EnumSet.of(SUCCEEDED, FAILED, ROLLED_BACK, CANCELLED)) {
            LEGAL.put(end, EnumSet.noneOf(RunStatus.class));
        }
    }

    private Transitions() {}

    /** Whether a run may move from one status to the other; staying is not a move. */
    public static boolean legal(RunStatus from, RunStatus to) {
        return Objects.requireNonNull(LEGAL.get(from)).contains(to);
    }
}
