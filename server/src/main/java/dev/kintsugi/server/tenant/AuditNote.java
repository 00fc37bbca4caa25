package dev.kintsugi.server.tenant;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * What the audit trail says of the request that is being handled, where method and path do not tell
 * it all: approved or denied, the old value and the new. Never a secret.
 */
public final class AuditNote {
    /** Longest note, in characters; what comes beyond is cut off. */
    static final int MAX = 1_000;

    static final String NAME = AuditNote.class.getName();

    private AuditNote() {}

    /** Notes it for the request of this thread, in place of what was noted before. */
    public static void set(String detail) {
        RequestContextHolder.currentRequestAttributes()
                .setAttribute(
                        NAME,
                        detail.substring(0, Math.min(MAX, detail.length())),
                        RequestAttributes.SCOPE_REQUEST);
    }
}
