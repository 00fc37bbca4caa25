package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Diff;
import dev.kintsugi.cli.screen.Display;
import dev.kintsugi.cli.screen.Line;
import dev.kintsugi.cli.screen.Screen;
import dev.kintsugi.cli.screen.Story;
import dev.kintsugi.cli.screen.Style;
import dev.kintsugi.cli.screen.Summary;
import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.EventStream;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.StreamItem;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.run.RunView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Follows a run to its end, shows it, and answers what it asks. */
final class Follower {
    private static final Duration TICK = Duration.ofMillis(100);

    /** Every so often the view is asked for even if the timeline is silent: 3 s. */
    private static final int TICKS_PER_LOOK = 30;

    /**
     * How to follow.
     *
     * @param json whether entries are printed as JSON instead of words
     * @param decided whether every rollback is approved or denied; null to ask
     * @param repository where the plan's repository is; null when it is not known here
     * @param history whether to tell what happened before
     */
    record Manner(
            boolean json, @Nullable Boolean decided, @Nullable String repository, boolean history) {

        /** Everything is told, and a rollback asked about. */
        static Manner of(boolean json) {
            return new Manner(json, null, null, true);
        }

        Manner decided(boolean approve) {
            return new Manner(json, approve, repository, history);
        }

        Manner in(String place) {
            return new Manner(json, decided, place, history);
        }

        Manner withoutHistory() {
            return new Manner(json, decided, repository, false);
        }
    }

    private final Shell shell;
    private final KintsugiClient client;
    private final Manner manner;
    private final Display display;
    private final Answers answers;
    private final Prompt prompt;
    private final String run;
    private final long known;
    private Screen screen;
    private boolean stale = true;
    private boolean cancelling;

    Follower(Shell shell, KintsugiClient client, RunView view, Manner manner) {
        this.shell = shell;
        this.client = client;
        this.manner = manner;
        this.display = shell.display();
        this.prompt = new Prompt(shell);
        this.answers = new Answers(shell, client, prompt, manner.decided());
        this.run = view.run();
        this.known = manner.history() ? 0 : view.seq();
        this.screen = Screen.of(view);
    }

    /** Returns when the run has ended, waits for somebody who is not here, or was left alone. */
    ExitCode follow() {
        try (var events = client.events(run, 0)) {
            var left = watch(events);
            display.erase();
            if (left != null) {
                if (manner.json()) {
                    refresh();
                    close();
                }
                return left;
            }
        } catch (ApiException e) {
            display.erase();
            if (e.status() == 0) {
                throw new CommandException(
                        ExitCode.ENVIRONMENT,
                        "%s%nThe run is kept: `kintsugi resume %s` goes on with it"
                                .formatted(e.detail(), run));
            }
            throw e;
        }
        refresh();
        close();
        return ExitCode.of(screen.status());
    }

    /** Null once the run has ended or nobody answers it, else how the user left it. */
    private @Nullable ExitCode watch(EventStream events) {
        for (int silent = 0; ; ) {
            var item = events.next(TICK);
            silent = item == null ? silent + 1 : 0;
            switch (item) {
                case StreamItem.Entry(var entry) -> tell(entry);
                case StreamItem.Unknown unknown -> tell(unknown);
                case StreamItem.Progress progress -> tell(progress);
                case StreamItem.End _ -> {
                    return null;
                }
                case null -> {
                    if ((stale || silent % TICKS_PER_LOOK == 0) && !lookAndAnswer()) {
                        return null;
                    }
                }
            }
            if (shell.interrupts().get() > 0) {
                var left = interrupted();
                if (left != null) {
                    return left;
                }
            }
            if (!manner.json()) {
                display.draw(screen, shell.world().instant());
            }
        }
    }

    private void tell(TimelineEntry entry) {
        screen = screen.after(entry);
        stale |= entry.notes().stream().anyMatch(Follower::changesTheView);
        if (entry.seq() <= known) {
            return;
        }
        if (manner.json()) {
            shell.sayJson(entry);
        } else {
            display.print(lines(entry));
        }
    }

    private void tell(StreamItem.Unknown unknown) {
        screen = screen.after(unknown);
        if (unknown.seq() <= known) {
            return;
        }
        if (manner.json()) {
            shell.say(unknown.json());
        } else {
            var remark = "    entry %d is of a kind that only a newer kintsugi can show";
            display.print(List.of(Line.of(Style.DIM, remark.formatted(unknown.seq()))));
        }
    }

    private static boolean changesTheView(Note note) {
        return switch (note.kind()) {
            case STATUS_CHANGED, REPAIR_OPENED, REPAIR_VERIFIED, REPAIR_FAILED, APPROVAL_NEEDED ->
                    true;
            case STEP_QUEUED,
                    PHASE_ENTERED,
                    PATCH_TRIED,
                    PATCH_REFUSED,
                    PATCH_ACCEPTED,
                    PATCH_REJECTED,
                    REPLANNED,
                    UNDO_QUEUED,
                    BUDGET_EXHAUSTED,
                    SLO_BREACHED,
                    EFFECT_INTENDED,
                    EFFECT_ASKED,
                    EFFECT_SETTLED,
                    REMARK ->
                    false;
        };
    }

    private List<Line> lines(TimelineEntry entry) {
        if (display.isLive() && entry.event() instanceof RunEvent.StepSucceeded success) {
            boolean plain = success.remarks().isEmpty() && entry.notes().isEmpty();
            if (plain) {
                return List.of(); // the block below shows it
            }
        }
        var lines = new ArrayList<>(Story.of(entry));
        entry.notes().stream()
                .filter(note -> note.kind() == Note.Kind.PATCH_TRIED)
                .forEach(note -> lines.addAll(diff(note.detail())));
        return lines;
    }

    private List<Line> diff(@Nullable String hash) {
        if (hash == null) {
            return List.of();
        }
        try {
            return Diff.of(new String(client.blob(hash), StandardCharsets.UTF_8));
        } catch (ApiException e) {
            return List.of(Line.of(Style.DIM, "      the diff cannot be shown: " + e.detail()));
        }
    }

    private void tell(StreamItem.Progress progress) {
        var before = screen;
        screen = screen.after(progress);
        boolean news = before != screen && progress.status().equals("running");
        if (news && !display.isLive() && !manner.json()) {
            var attempt = progress.attempt() > 1 ? " attempt " + progress.attempt() : "";
            display.print(List.of(Line.of("  ▶ " + progress.step() + attempt)));
        }
    }

    /** Whether to go on watching. */
    private boolean lookAndAnswer() {
        refresh();
        if (screen.status().isFinal()) {
            return screen.seq() < screen.view().seq(); // what is missing still comes
        }
        if (screen.status() != RunStatus.WAITING || !Answers.asksSomebody(screen.view())) {
            return true;
        }
        display.erase();
        var outcome = answers.answer(screen.view());
        stale = true;
        return outcome == Answers.Outcome.GOES_ON;
    }

    private void refresh() {
        screen = screen.refreshed(client.run(run));
        stale = false;
    }

    /** Ctrl-C: once asks, twice leaves the run alone. Null to go on watching. */
    private @Nullable ExitCode interrupted() {
        display.erase();
        if (cancelling || shell.interrupts().get() > 1) {
            return leave();
        }
        shell.interrupts().set(0);
        var answer =
                shell.console().asks()
                        ? prompt.ask("\n[c]ancel the run, [d]etach from it, or [g]o on watching? ")
                        : "c"; // whoever interrupts a script wants the work stopped
        shell.interrupts().set(0);
        if (answer == null || answer.startsWith("d")) {
            return leave();
        }
        if (answer.startsWith("c")) {
            client.cancel(run);
            cancelling = true;
            shell.warn("cancelling; Ctrl-C leaves without waiting for it");
        }
        return null;
    }

    private ExitCode leave() {
        shell.warn(
                "%nThe run goes on: `kintsugi status %s` shows it, `kintsugi resume %s` follows it"
                        .formatted(run, run));
        return ExitCode.WAITING;
    }

    private void close() {
        if (manner.json()) {
            shell.say(ResultLine.of(screen.view()));
            return;
        }
        display.draw(screen, shell.world().instant());
        display.keep();
        display.printWhole(Summary.of(screen, manner.repository()));
    }
}
