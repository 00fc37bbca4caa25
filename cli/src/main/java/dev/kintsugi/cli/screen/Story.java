package dev.kintsugi.cli.screen;

import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.task.Patch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells a timeline in words: the lines that stay. */
public final class Story {
    private Story() {}

    /** What there is to say about an entry; nothing for what only machines care about. */
    public static List<Line> of(TimelineEntry entry) {
        var lines = new ArrayList<Line>();
        var line = happened(entry.event());
        if (line != null) {
            lines.add(line);
        }
        if (entry.event() instanceof RunEvent.PatchProposed proposed
                && proposed.patch() instanceof Patch.StepPatch patch) {
            lines.addAll(changes(patch));
        }
        for (var note : entry.notes()) {
            var said = noted(note);
            if (said != null) {
                lines.add(said);
            }
        }
        return lines;
    }

    private static @Nullable Line happened(RunEvent event) {
        return switch (event) {
            case RunEvent.StepSucceeded e ->
                    Line.of(Style.GREEN, "  ✓ ")
                            .and(e.step())
                            .and(Style.DIM, attempt(e.attempt()))
                            .and(Style.DIM, "  " + Text.time(e.usage().durationMillis()));
            case RunEvent.StepFailed e ->
                    Line.of(Style.RED, "  ✗ ")
                            .and(Style.BOLD, e.step())
                            .and(Style.DIM, attempt(e.attempt()))
                            .and(": " + e.failure().message())
                            .and(Style.DIM, "  (" + lower(e.failure().failureClass()) + ")");
            case RunEvent.WorkspaceReady e ->
                    Line.of(Style.DIM, "  workspace at " + shortHash(e.commit()));
            case RunEvent.WorkspaceFailed e ->
                    Line.of(Style.RED, "  ✗ workspace: " + e.failure().message());
            case RunEvent.TaskLost e ->
                    Line.of(Style.YELLOW, "  ↺ ")
                            .and(e.step() + attempt(e.attempt()) + " was lost: " + e.reason());
            case RunEvent.PatchProposed e ->
                    Line.of(Style.MAGENTA, "    ✎ ")
                            .and(e.step() + ": " + e.patch().title())
                            .and(Style.DIM, "  (" + source(e.patch()) + ")");
            case RunEvent.PatchNotFound e ->
                    Line.of(Style.DIM, "    no patch known for " + e.step());
            case RunEvent.RecheckEnded e ->
                    e.failure() == null
                            ? Line.of(Style.DIM, "    ✓ " + e.step() + " still passes")
                            : Line.of(Style.RED, "    ✗ " + e.step() + " no longer passes: ")
                                    .and(e.failure().message());
            case RunEvent.UndoEnded e ->
                    e.failure() == null
                            ? Line.of(Style.YELLOW, "  ↶ ").and(e.step() + " undone")
                            : Line.of(Style.RED, "  ✗ undo of " + e.step() + " failed: ")
                                    .and(e.failure().message());
            case RunEvent.DeliveryFailed e ->
                    Line.of(Style.RED, "  ✗ delivery: " + e.failure().message());
            case RunEvent.CancelRequested e -> Line.of(Style.YELLOW, "  cancelled by " + e.by());
            case RunEvent.ApprovalAnswered e ->
                    Line.of(
                            Style.YELLOW,
                            "  rollback "
                                    + (e.approved() ? "approved" : "denied")
                                    + " by "
                                    + e.by());
            case RunEvent.EffectAnswered e ->
                    Line.of(
                            Style.YELLOW,
                            "  %s %s, says %s"
                                    .formatted(
                                            e.step(),
                                            e.happened() ? "did happen" : "did not happen",
                                            e.by()));
            case RunEvent.EffectReconciled e -> Line.of(Style.YELLOW, "  " + found(e));
            case RunEvent.WaitEnded e ->
                    e.failure() == null
                            ? null
                            : Line.of(Style.RED, "  ✗ ")
                                    .and(Style.BOLD, e.step())
                                    .and(" will not get what it waits for: ")
                                    .and(e.failure().message());
            case RunEvent.Faulted e ->
                    Line.of(
                            Style.RED,
                            "  ✗ " + e.event() + " could not be taken in: " + e.reason());
            case RunEvent.RunAccepted _,
                    RunEvent.Delivered _,
                    RunEvent.TimerFired _,
                    RunEvent.BudgetAnswered _,
                    RunEvent.BreakerAnswered _,
                    RunEvent.BegunAnswered _,
                    RunEvent.ConditionAnswered _,
                    RunEvent.LateCost _,
                    RunEvent.WaitBegun _,
                    RunEvent.Promoted _ ->
                    null;
        };
    }

    private static String found(RunEvent.EffectReconciled answer) {
        return switch (answer.verdict()) {
            case HAPPENED -> answer.step() + " did happen, its command says";
            case DID_NOT_HAPPEN -> answer.step() + " did not happen, its command says";
            case UNKNOWN -> "nobody can tell whether " + answer.step() + " happened";
        };
    }

    private static @Nullable Line noted(Note note) {
        return switch (note.kind()) {
            case PHASE_ENTERED -> phase(note);
            case REPLANNED -> Line.of(Style.MAGENTA, "    ✎ ").and(about(note));
            case PATCH_REFUSED, PATCH_REJECTED -> Line.of(Style.DIM, "    ✗ " + about(note));
            case PATCH_ACCEPTED -> Line.of(Style.GREEN, "    ✓ ").and(about(note));
            case REPAIR_VERIFIED -> Line.of(Style.GREEN, "  ✚ ").and(Style.GREEN, about(note));
            case REPAIR_FAILED -> Line.of(Style.RED, "  ✗ ").and(about(note));
            case APPROVAL_NEEDED -> Line.of(Style.YELLOW, "  ? ").and(Style.BOLD, note.text());
            case UNDO_QUEUED -> Line.of(Style.YELLOW, "  ↶ ").and(about(note));
            case BUDGET_EXHAUSTED, SLO_BREACHED -> Line.of(Style.YELLOW, "  ! ").and(note.text());
            case REMARK, EFFECT_SETTLED -> Line.of(Style.DIM, "    " + about(note));
            case EFFECT_ASKED -> Line.of(Style.YELLOW, "  ? ").and(about(note));
            case STATUS_CHANGED, STEP_QUEUED, REPAIR_OPENED, PATCH_TRIED, EFFECT_INTENDED -> null;
        };
    }

    private static Line phase(Note note) {
        var phase = note.phase();
        return Line.of(colour(phase), "    → " + (phase == null ? "repair" : lower(phase)) + " ")
                .and(about(note));
    }

    /** The colour of a phase, from harmless to grave. */
    static Style colour(@Nullable Phase phase) {
        return switch (phase) {
            case null -> Style.PLAIN;
            case RETRY -> Style.CYAN;
            case PATCH, REPLAN -> Style.MAGENTA;
            case ROLLBACK -> Style.YELLOW;
        };
    }

    private static String about(Note note) {
        var step = note.step();
        return step == null ? note.text() : step + ": " + note.text();
    }

    private static String attempt(int attempt) {
        return attempt <= 1 ? "" : " attempt " + attempt;
    }

    private static String source(Patch patch) {
        var source = lower(patch.source());
        return switch (patch) {
            case Patch.TreePatch tree ->
                    source + ", " + Text.count(tree.lines(), "line") + " in " + files(tree);
            case Patch.StepPatch _ -> source;
        };
    }

    /** What a patch changes of its step, old and new, as far as the log knows the old. */
    private static List<Line> changes(Patch.StepPatch patch) {
        var lines = new ArrayList<Line>();
        var replaced = patch.replaced();
        patch.env()
                .forEach((name, value) -> {
                    var old = replaced == null ? "" : replaced.env().getOrDefault(name, "unset");
                    lines.add(change(name, old, value));
                });
        var timeout = patch.timeoutMillis();
        if (timeout != null) {
            var old = replaced == null ? "" : Text.time(replaced.timeoutMillis());
            lines.add(change("timeout", old, Text.time(timeout)));
        }
        return lines;
    }

    private static Line change(String what, String old, String now) {
        return Line.of("      " + what + ": ")
                .and(Style.RED, old.isEmpty() ? "" : old + " ")
                .and("→ ")
                .and(Style.GREEN, now);
    }

    private static String files(Patch.TreePatch patch) {
        return patch.files().size() == 1
                ? patch.files().getFirst()
                : Text.count(patch.files().size(), "file");
    }

    private static String shortHash(String commit) {
        return commit.substring(0, Math.min(10, commit.length()));
    }

    /** A constant as people read it. */
    public static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
