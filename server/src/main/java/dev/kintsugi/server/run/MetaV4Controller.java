package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent.ApprovalAnswered;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.run.RunView.Phases;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.tenant.AuditNote;
import dev.kintsugi.server.tenant.Caller;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The paths that Meta-Builder v4 names. */
@RestController
@RequestMapping("/api/meta/v4")
final class MetaV4Controller {
    private static final int PAGE = 1_000;

    private final Runs runs;
    private final RunStatistics statistics;

    MetaV4Controller(Runs runs, RunStatistics statistics) {
        this.runs = runs;
        this.statistics = statistics;
    }

    @PostMapping("/runs/{id}/promote")
    RunView promote(Caller caller, @PathVariable String id) {
        return runs.promote(caller.tenant(), id, caller.label());
    }

    /**
     * A page of a run's timeline.
     *
     * @param next the {@code after} of the next page; null when this is the last
     */
    record Timeline(String runId, List<TimelineEntry> entries, @Nullable Long next) {}

    @GetMapping("/runs/{id}/timeline")
    Timeline timeline(
            Caller caller, @PathVariable String id, @RequestParam(defaultValue = "0") long after) {
        var entries = runs.timeline(caller.tenant(), id, after, PAGE);
        return new Timeline(id, entries, entries.size() < PAGE ? null : entries.getLast().seq());
    }

    @GetMapping("/stats")
    RunStatistics.Stats stats(Caller caller) {
        return statistics.of(caller.tenant());
    }

    /**
     * How a run's repairs stand.
     *
     * @param ladder which phases it may use
     * @param attempts repair attempts used
     * @param phases repairs tried of each kind
     * @param approval what a human is asked; null when nothing is
     * @param repairs what happened in repairs, the latest last; of one page of the timeline
     * @param next the {@code after} of the next page; null when this is the last
     */
    record RepairStatus(
            String runId,
            RunStatus status,
            Ladder ladder,
            int attempts,
            Phases phases,
            @Nullable Approval approval,
            List<RepairStep> repairs,
            @Nullable Long next) {}

    /** One thing that happened in a repair. */
    record RepairStep(
            long seq,
            @Nullable String step,
            int attempt,
            @Nullable Phase phase,
            Note.Kind kind,
            String text) {}

    @GetMapping("/runs/{id}/repair-status")
    RepairStatus repairStatus(
            Caller caller, @PathVariable String id, @RequestParam(defaultValue = "0") long after) {
        var view = runs.view(caller.tenant(), id);
        var page = timeline(caller, id, after);
        var repairs = new ArrayList<RepairStep>();
        for (var entry : page.entries()) {
            for (var note : entry.notes()) {
                if (isRepair(note.kind())) {
                    repairs.add(
                            new RepairStep(
                                    entry.seq(),
                                    note.step(),
                                    note.attempt(),
                                    note.phase(),
                                    note.kind(),
                                    note.text()));
                }
            }
        }
        return new RepairStatus(
                id,
                view.status(),
                view.ladder(),
                view.attempts(),
                view.phases(),
                view.approval(),
                repairs,
                page.next());
    }

    private static boolean isRepair(Note.Kind kind) {
        return switch (kind) {
            case REPAIR_OPENED,
                    PHASE_ENTERED,
                    PATCH_TRIED,
                    PATCH_REFUSED,
                    PATCH_ACCEPTED,
                    PATCH_REJECTED,
                    REPLANNED,
                    REPAIR_VERIFIED,
                    REPAIR_FAILED,
                    APPROVAL_NEEDED,
                    UNDO_QUEUED,
                    BUDGET_EXHAUSTED ->
                    true;
            case STATUS_CHANGED,
                    STEP_QUEUED,
                    SLO_BREACHED,
                    EFFECT_INTENDED,
                    EFFECT_ASKED,
                    EFFECT_SETTLED,
                    REMARK ->
                    false;
        };
    }

    /**
     * A human's answer.
     *
     * @param hash of what was shown to be undone
     * @param approved whether to undo it; true by default, as the path says
     */
    record ApprovalRequest(
            @Nullable String hash, @Nullable Boolean approved, @Nullable String comment) {}

    @PostMapping("/runs/{id}/approve-rollback")
    RunView approveRollback(
            Caller caller, @PathVariable String id, @RequestBody ApprovalRequest request) {
        if (request.hash() == null) {
            throw new BadInputException(
                    "hash: an approval says what it approves; GET /api/meta/v4/runs/%s/repair-status shows it"
                            .formatted(id));
        }
        boolean approved = request.approved() == null || request.approved();
        var view =
                runs.answerApproval(
                        caller.tenant(),
                        id,
                        new ApprovalAnswered(
                                request.hash(), approved, caller.label(), request.comment()));
        AuditNote.set((approved ? "approved" : "denied") + ": rollback " + request.hash());
        return view;
    }
}
