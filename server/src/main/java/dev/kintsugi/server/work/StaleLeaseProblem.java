package dev.kintsugi.server.work;

import dev.kintsugi.client.task.WorkerProtocol.StaleLeaseException;
import dev.kintsugi.server.platform.ProblemException;

/** A worker is too late: 409, {@code stale_lease}. */
final class StaleLeaseProblem extends ProblemException {
    private static final long serialVersionUID = 1;

    StaleLeaseProblem(StaleLeaseException cause) {
        super(
                409,
                "stale_lease",
                "Lease not current",
                "The %s. Stop this work: it is another worker's, done, or cancelled."
                        .formatted(cause.getMessage()));
        initCause(cause);
    }
}
