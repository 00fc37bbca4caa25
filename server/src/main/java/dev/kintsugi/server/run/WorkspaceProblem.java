package dev.kintsugi.server.run;

import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.ProblemException;
import dev.kintsugi.server.platform.UnavailableException;
import dev.kintsugi.server.workspace.WorkspaceException;

/** Tells a client whose part it is that a workspace cannot be used. */
final class WorkspaceProblem {
    private WorkspaceProblem() {}

    static ProblemException of(WorkspaceException e) {
        var message = String.valueOf(e.getMessage());
        return switch (e.code()) {
            case GIT_MISSING, GIT_FAILED -> new UnavailableException(message);
            case NOT_ALLOWED,
                    NOT_A_REPOSITORY,
                    UNKNOWN_REF,
                    EMPTY_REPOSITORY,
                    UNSUPPORTED,
                    CONFLICT,
                    SECRET_REVEALED,
                    TOO_LARGE,
                    PATCH_DOES_NOT_APPLY,
                    BRANCH_EXISTS,
                    DELIVERY_DIFFERS,
                    STALE_LEASE ->
                    new BadInputException(message);
        };
    }
}
