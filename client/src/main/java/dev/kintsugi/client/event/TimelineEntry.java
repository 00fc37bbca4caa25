package dev.kintsugi.client.event;

import java.time.Instant;
import java.util.List;

/**
 * One entry of a run's timeline.
 *
 * @param run the run's id
 * @param seq 1 for the first; no gaps
 * @param at when it was taken up
 * @param event what happened
 * @param notes what was decided because of it
 */
public record TimelineEntry(String run, long seq, Instant at, RunEvent event, List<Note> notes) {
    public TimelineEntry {
        notes = List.copyOf(notes);
    }
}
