package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskKind;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.Repository;

/** What an attempt's result, folder and commits are called. */
final class AttemptName {
    private static final Pattern STEP = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private AttemptName() {}

    /** The only ref that an attempt may push: {@code refs/kintsugi/<run>/<step>/<attempt>}. */
    static String ref(Task task) {
        var ref = "refs/kintsugi/%s/%s/%s".formatted(task.run(), step(task), number(task));
        // Some steps' names are no names for refs, such as a.lock and a..b. No step has a % in its.
        return Repository.isValidRefName(ref)
                ? ref
                : "refs/kintsugi/%s/%s/%s"
                        .formatted(task.run(), step(task).replace(".", "%2E"), number(task));
    }

    /** The folder below the step's: one per lease, since a lost worker may still write to its. */
    static String folder(LeasedTask leased) {
        return number(leased.task()) + "." + leased.token();
    }

    static String step(Task task) {
        if (!STEP.matcher(task.step()).matches()) {
            throw new IllegalArgumentException(
                    "task.step must be a step's id, was '%s'".formatted(task.step()));
        }
        return task.step();
    }

    /** For people. */
    static String title(Task task) {
        return "step %s, attempt %s".formatted(task.step(), number(task));
    }

    private static String number(Task task) {
        return task.kind() == TaskKind.STEP
                ? String.valueOf(task.attempt())
                : task.attempt() + "-" + task.kind().name().toLowerCase(Locale.ROOT);
    }
}
