package dev.kintsugi.client.event;

import org.jspecify.annotations.Nullable;

/**
 * One thing decided because of an event, for people and screens.
 *
 * @param kind what kind of decision
 * @param step the step it concerns; null for the whole run
 * @param attempt the attempt it starts or ends; 0 when none
 * @param phase the phase of repair it belongs to; null outside repairs
 * @param text one line for people
 * @param detail a content hash (a diff) or an approval's hash, where there is one; null otherwise
 */
public record Note(
        Kind kind,
        @Nullable String step,
        int attempt,
        @Nullable Phase phase,
        String text,
        @Nullable String detail) {

    /** Kinds of decision. */
    public enum Kind {
        STATUS_CHANGED,
        STEP_QUEUED,
        REPAIR_OPENED,
        PHASE_ENTERED,
        PATCH_TRIED,
        PATCH_REFUSED,
        PATCH_ACCEPTED,
        PATCH_REJECTED,
        REPLANNED,
        REPAIR_VERIFIED,
        REPAIR_FAILED,
        APPROVAL_NEEDED,
        UNDO_QUEUED,
        BUDGET_EXHAUSTED,
        SLO_BREACHED,
        /** A {@code once} step is about to be handed out; the detail is its effect key. */
        EFFECT_INTENDED,
        /** Its own command is asked whether it happened; the detail is its effect key. */
        EFFECT_ASKED,
        /** It took effect, once; the detail is its effect key. */
        EFFECT_SETTLED,
        REMARK
    }
}
