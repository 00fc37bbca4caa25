package dev.kintsugi.server.workspace;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkWire.Answer;
import dev.kintsugi.healing.Failure;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What an agent elsewhere is asked, and what its answer means. Safe for many threads. */
public interface AgentCalls {

    /**
     * The input of an agent's task with its references filled in.
     *
     * @return null when the task is for no agent
     * @throws RefusedException when a reference leads nowhere
     */
    @Nullable JsonNode input(Task task) throws RefusedException;

    /** An answer as a result, with the tenant's secrets masked. */
    TaskResult result(Task task, Answer answer);

    /**
     * An output as a worker elsewhere made it, with the tenant's secrets masked.
     *
     * @throws RefusedException when it is not a JSON object of at most 1 MiB
     */
    byte[] output(String tenant, byte[] output) throws RefusedException;

    /** Whether a text holds one of the tenant's secrets. */
    boolean reveals(String tenant, String text);

    /** A text without the tenant's secrets. */
    String masked(String tenant, String text);

    /** An input that cannot be made, or an output that cannot be taken. */
    final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Failure failure;

        public RefusedException(Failure failure) {
            super(failure.message());
            this.failure = failure;
        }

        /** Why, as the step's failure. */
        public Failure failure() {
            return failure;
        }
    }
}
