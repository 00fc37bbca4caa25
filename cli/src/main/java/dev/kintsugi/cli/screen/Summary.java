package dev.kintsugi.cli.screen;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.run.RunView;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is said at the end of a run: what broke, how it was mended, what it took, where it is. */
public final class Summary {
    private Summary() {}

    /**
     * The summary.
     *
     * @param repository where the plan's repository is; null when it is not known here
     */
    public static List<Line> of(Screen screen, @Nullable String repository) {
        var view = screen.view();
        var lines = new ArrayList<Line>();
        lines.add(verdict(screen));
        if (view.stuck() != null) {
            lines.add(Line.of("  stuck: " + view.stuck()));
        }
        var reason = view.reason();
        if (reason != null) {
            lines.add(Line.of("  " + reason));
        }
        int width = screen.repairs().stream().mapToInt(r -> Text.width(r.step())).max().orElse(0);
        screen.repairs().forEach(repair -> lines.addAll(repair(repair, width)));
        var branch = screen.branch();
        if (branch != null) {
            lines.addAll(branch(branch, repository));
        }
        return lines;
    }

    private static Line verdict(Screen screen) {
        var view = screen.view();
        long healed =
                screen.repairs().stream().filter(r -> r.outcome() == Repair.Outcome.HEALED).count();
        var spent =
                "  %s · %s · %s"
                        .formatted(
                                Text.time(view.durationMs()),
                                Text.count(view.attempts(), "repair attempt"),
                                Text.dollars(new BigDecimal(view.costUsd())));
        return headline(view, healed).and(Style.DIM, spent);
    }

    private static Line headline(RunView view, long healed) {
        var name = view.name() + " ";
        return switch (view.status()) {
            case SUCCEEDED ->
                    Line.of(Style.GREEN, "✓ ")
                            .and(Style.BOLD, name + (healed > 0 ? "healed" : "succeeded"));
            case FAILED -> Line.of(Style.RED, "✗ ").and(Style.BOLD, name + "failed");
            case ROLLED_BACK -> Line.of(Style.YELLOW, "↶ ").and(Style.BOLD, name + "rolled back");
            case CANCELLED -> Line.of(Style.YELLOW, "■ ").and(Style.BOLD, name + "cancelled");
            case WAITING -> Line.of(Style.YELLOW, "? ").and(Style.BOLD, name + "waits");
            case QUEUED, RUNNING, REPAIRING, ROLLING_BACK ->
                    Line.of(Style.CYAN, "▶ ")
                            .and(Style.BOLD, name + "goes on: " + Story.lower(view.status()));
        };
    }

    private static List<Line> repair(Repair repair, int width) {
        var phase = repair.phase();
        var means = repair.means();
        var broke = Line.of("  " + Text.pad(repair.step(), width) + "  broke   ");
        var lines = new ArrayList<Line>();
        lines.add(broke.and(repair.failure()));
        var indent = "  " + " ".repeat(width) + "  ";
        var by = (phase == null ? "" : Story.lower(phase)) + (means == null ? "" : ": " + means);
        lines.add(
                switch (repair.outcome()) {
                    case HEALED -> Line.of(indent).and(Style.GREEN, "healed  ").and(by);
                    case FAILED -> Line.of(indent).and(Style.RED, "stayed  ").and(by);
                    case OPEN -> Line.of(indent).and(Style.YELLOW, "open    ").and(by);
                });
        return lines;
    }

    private static List<Line> branch(String branch, @Nullable String repository) {
        var in = repository == null ? "" : " -C " + quoted(repository);
        return List.of(
                Line.of("  mended work is on branch ").and(Style.BOLD, branch),
                Line.of(Style.DIM, "    git" + in + " log -p HEAD.." + branch));
    }

    private static String quoted(String path) {
        return path.matches("[\\w./~-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }

    /** Whether a run in this state has said its last word. */
    public static boolean isLast(RunStatus status) {
        return status.isFinal() || status == RunStatus.WAITING;
    }
}
