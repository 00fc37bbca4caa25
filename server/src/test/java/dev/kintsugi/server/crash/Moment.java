package dev.kintsugi.server.crash;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunEvent.RecheckEnded;
import dev.kintsugi.client.event.RunEvent.RunAccepted;
import dev.kintsugi.client.event.RunEvent.StepSucceeded;
import dev.kintsugi.client.event.RunEvent.WorkspaceReady;
import dev.kintsugi.client.event.TimelineEntry;
import java.util.List;
import java.util.function.Predicate;

/** Points in the course of the quickstart at which the server is killed. */
enum Moment {
    REPOSITORY_IS_BROUGHT_IN(event(RunAccepted.class::isInstance, 1)),
    FIRST_STEPS_ARE_DONE(event(WorkspaceReady.class::isInstance, 1)),
    RETRY_WAITS(entered(Phase.RETRY)),
    PATCH_IS_LOOKED_FOR(entered(Phase.PATCH)),
    PATCH_IS_PROVEN(note(note -> note.kind() == Note.Kind.PATCH_TRIED, 1)),
    ANOTHER_PATCH_IS_PROVEN(note(note -> note.kind() == Note.Kind.PATCH_TRIED, 2)),
    PASSED_STEPS_ARE_REPEATED(event(RecheckEnded.class::isInstance, 1)),
    REPORT_IS_PRINTED(succeeded("report")),
    ALTERNATIVE_IS_TRIED(note(note -> note.kind() == Note.Kind.REPLANNED, 1)),
    UPGRADE_IS_DONE(succeeded("upgrade")),
    WORK_IS_DELIVERED(succeeded("package"));

    private final Predicate<List<TimelineEntry>> reached;

    Moment(Predicate<List<TimelineEntry>> reached) {
        this.reached = reached;
    }

    boolean reached(List<TimelineEntry> timeline) {
        return reached.test(timeline);
    }

    private static Predicate<List<TimelineEntry>> event(Predicate<RunEvent> which, int times) {
        return timeline ->
                timeline.stream().filter(entry -> which.test(entry.event())).count() >= times;
    }

    private static Predicate<List<TimelineEntry>> succeeded(String step) {
        return event(event -> event instanceof StepSucceeded done && done.step().equals(step), 1);
    }

    private static Predicate<List<TimelineEntry>> entered(Phase phase) {
        return note(note -> note.kind() == Note.Kind.PHASE_ENTERED && note.phase() == phase, 1);
    }

    private static Predicate<List<TimelineEntry>> note(Predicate<Note> which, int times) {
        return timeline ->
                timeline.stream().flatMap(entry -> entry.notes().stream()).filter(which).count()
                        >= times;
    }
}
