package dev.kintsugi.server.workspace;

import dev.kintsugi.client.json.Sha256;
import dev.kintsugi.healing.Failure;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.Severity;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Work on a workspace that could not be done; the message says where and what to do. */
public final class WorkspaceException extends RuntimeException {
    private static final int MAX_MESSAGE = 500;

    private final Code code;

    public WorkspaceException(Code code, String message) {
        this(code, message, null);
    }

    public WorkspaceException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    /** This as a run's failure. Equal codes have equal fingerprints, whatever the paths. */
    public Failure failure() {
        var message = String.valueOf(getMessage()).lines().findFirst().orElse("");
        return new Failure(
                code.category,
                code.failureClass,
                Severity.HIGH,
                code.rule(),
                Sha256.brief(code.rule()),
                message.substring(0, Math.min(MAX_MESSAGE, message.length())),
                code.maybeTransient,
                null,
                new TreeMap<>());
    }

    /** What kind of trouble it is; stable. */
    public enum Code {
        /** The plan names a path or host that this server does not take work from. */
        NOT_ALLOWED(FailureCategory.AUTHORIZATION, FailureClass.SECURITY, false),
        NOT_A_REPOSITORY(FailureCategory.VALIDATION, FailureClass.INFRA, false),
        UNKNOWN_REF(FailureCategory.VALIDATION, FailureClass.INFRA, false),
        EMPTY_REPOSITORY(FailureCategory.VALIDATION, FailureClass.INFRA, false),
        /** A repository of a kind that cannot be worked on: shallow, or with LFS files. */
        UNSUPPORTED(FailureCategory.VALIDATION, FailureClass.INFRA, false),
        /** Two changes of the same lines. */
        CONFLICT(FailureCategory.VALIDATION, FailureClass.RUNTIME, false),
        /** A secret's value is among what would be committed. */
        SECRET_REVEALED(FailureCategory.AUTHORIZATION, FailureClass.SECURITY, false),
        TOO_LARGE(FailureCategory.RESOURCE, FailureClass.RUNTIME, false),
        PATCH_DOES_NOT_APPLY(FailureCategory.VALIDATION, FailureClass.RUNTIME, false),
        /** The branch to deliver is already there and holds something else. */
        BRANCH_EXISTS(FailureCategory.VALIDATION, FailureClass.INFRA, false),
        /** What would be delivered is not what the steps left behind. */
        DELIVERY_DIFFERS(FailureCategory.VALIDATION, FailureClass.RUNTIME, false),
        STALE_LEASE(FailureCategory.AUTHORIZATION, FailureClass.INFRA, false),
        GIT_MISSING(FailureCategory.CONFIGURATION, FailureClass.INFRA, false),
        /** Git or the network did not do its part. */
        GIT_FAILED(FailureCategory.NETWORK, FailureClass.INFRA, true);

        private final FailureCategory category;
        private final FailureClass failureClass;
        private final boolean maybeTransient;

        Code(FailureCategory category, FailureClass failureClass, boolean maybeTransient) {
            this.category = category;
            this.failureClass = failureClass;
            this.maybeTransient = maybeTransient;
        }

        /** The code as it appears in failures and problem details. */
        public String rule() {
            return "workspace." + name().toLowerCase(Locale.ROOT);
        }
    }
}
