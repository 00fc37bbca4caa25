package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.json.Json;
import java.util.List;

/** Log entries as clients see them. */
final class Timelines {
    private Timelines() {}

    static TimelineEntry entry(String run, LoggedEvent logged) {
        var entry = LogEntry.read(logged.body());
        var notes = Json.mapper().readValue(logged.notes(), Note[].class);
        return new TimelineEntry(run, logged.seq(), entry.at(), entry.event(), List.of(notes));
    }
}
