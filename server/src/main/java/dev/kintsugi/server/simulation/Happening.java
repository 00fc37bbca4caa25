package dev.kintsugi.server.simulation;

import java.time.Duration;
import java.util.List;

/**
 * One line of a replayed world.
 *
 * @param elapsed simulated time since the world began
 * @param who a run's id, a process, or the people
 * @param what an event of the run's log as JSON, or what was done to the process
 * @param notes what the run decided because of it
 */
public record Happening(Duration elapsed, String who, String what, List<String> notes) {
    public Happening {
        notes = List.copyOf(notes);
    }
}
