package dev.kintsugi.cli;

import dev.kintsugi.cli.screen.Text;
import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.run.RunView;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers what a waiting run asks: by what was decided on the command line, else by asking at the
 * terminal. Each request is answered once.
 */
final class Answers {
    private static final int CONFLICT = 409;

    private final Shell shell;
    private final KintsugiClient client;
    private final Prompt prompt;
    private final @Nullable Boolean decided;
    private final Set<String> answered = new HashSet<>();

    /**
     * The answers for one run.
     *
     * @param decided whether every rollback is approved or denied; null to ask
     */
    Answers(Shell shell, KintsugiClient client, Prompt prompt, @Nullable Boolean decided) {
        this.shell = shell;
        this.client = client;
        this.prompt = prompt;
        this.decided = decided;
    }

    /** What came of it. */
    enum Outcome {
        /** The run can go on, or goes on by itself. */
        GOES_ON,
        /** Nobody here answers: the user has been told how to. */
        STAYS
    }

    Outcome answer(RunView view) {
        var waitingFor = view.waitingFor();
        return switch (waitingFor) {
            case APPROVAL -> approval(view, view.approval());
            case EFFECT_UNKNOWN -> effect(view);
            case LOCK, RUN -> Outcome.GOES_ON;
            case null -> Outcome.GOES_ON;
        };
    }

    private Outcome approval(RunView view, RunView.@Nullable Approval approval) {
        if (approval == null || answered.contains(approval.hash())) {
            return Outcome.GOES_ON;
        }
        Boolean approved = decided;
        if (approved == null) {
            show(shell, approval);
            approved = shell.console().asks() ? yesOrNo("Undo this? [y/n] ") : null;
        }
        if (approved == null) {
            shell.warn(
                    """
                    The run waits for this approval. Answer with
                      kintsugi approve %1$s --hash %2$s
                      kintsugi approve %1$s --hash %2$s --deny\
                    """
                            .formatted(view.run(), approval.hash()));
            return Outcome.STAYS;
        }
        boolean yes = approved;
        unlessTooLate(() -> client.answerRollback(view.run(), approval.hash(), yes, null));
        answered.add(approval.hash());
        return Outcome.GOES_ON;
    }

    /** Somebody else may have answered meanwhile, or what is asked have changed. */
    private void unlessTooLate(Runnable answer) {
        try {
            answer.run();
        } catch (ApiException e) {
            if (e.status() != CONFLICT) {
                throw e;
            }
            shell.warn("This answer came too late: " + Text.safe(e.detail()));
        }
    }

    /** Shows what would be undone, and why. */
    static void show(Shell shell, RunView.Approval approval) {
        shell.warn("Rollback needs your approval: " + Text.safe(approval.reason()));
        approval.undo()
                .forEach(undo ->
                        shell.warn(
                                "  undo %s: %s".formatted(undo.step(), Text.safe(undo.command()))));
        shell.warn("  hash %s, open until %s".formatted(approval.hash(), approval.expiresAt()));
    }

    private Outcome effect(RunView view) {
        var unknown =
                view.steps().stream()
                        .filter(step -> step.status() == RunView.StepStatus.UNKNOWN)
                        .filter(step -> !answered.contains(key(step)))
                        .toList();
        if (unknown.isEmpty()) {
            return Outcome.GOES_ON;
        }
        var step = unknown.getFirst().step();
        var reason = view.reason();
        shell.warn(reason == null ? "Nobody knows whether it happened." : Text.safe(reason));
        var happened =
                shell.console().asks() ? yesOrNo("Did step " + step + " happen? [y/n] ") : null;
        if (happened == null) {
            shell.warn(
                    """
                    The run waits for this answer. Give it with
                      kintsugi resume %1$s --step %2$s --happened
                      kintsugi resume %1$s --step %2$s --no-happened\
                    """
                            .formatted(view.run(), step));
            return Outcome.STAYS;
        }
        boolean did = happened;
        unlessTooLate(() -> client.resume(view.run(), step, did));
        answered.add(key(unknown.getFirst()));
        return Outcome.GOES_ON;
    }

    /** The same step may be lost again at a later attempt, and that is another question. */
    private static String key(RunView.StepView step) {
        return step.step() + ":" + step.attempt();
    }

    private @Nullable Boolean yesOrNo(String question) {
        while (true) {
            var answer = prompt.ask(question);
            if (answer == null) {
                return null;
            }
            switch (answer) {
                case "y", "yes" -> {
                    return true;
                }
                case "n", "no" -> {
                    return false;
                }
                default -> shell.warn("Please answer y or n; Ctrl-C leaves the run waiting.");
            }
        }
    }

    /** Whether the run waits for something that somebody here could answer. */
    static boolean asksSomebody(RunView view) {
        return Objects.equals(view.waitingFor(), WaitingFor.APPROVAL)
                || Objects.equals(view.waitingFor(), WaitingFor.EFFECT_UNKNOWN);
    }
}
