package dev.kintsugi.server.workspace;

import dev.kintsugi.client.task.Task;
import java.util.regex.Pattern;

/**
 * Names the repository that belongs to one run.
 *
 * @param tenant whose run it is: 1 to 100 letters, digits, dashes and underscores
 * @param run the run's id, of the same shape
 */
public record RunRepository(String tenant, String run) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}");

    public RunRepository {
        check("tenant", tenant);
        check("run", run);
    }

    public static RunRepository of(Task task) {
        return new RunRepository(task.tenant(), task.run());
    }

    private static void check(String parameter, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "%s must be 1 to 100 letters, digits, dashes and underscores, was '%s'"
                            .formatted(parameter, value));
        }
    }
}
