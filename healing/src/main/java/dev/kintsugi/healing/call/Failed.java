package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.Rejection;
import dev.kintsugi.healing.detect.CallSite;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** An attempt that did not serve the caller. For one thread at a time. */
final class Failed {
    /** Clients' own timeouts are in whole milliseconds, and come somewhat sooner or later. */
    private static final Duration NEARLY = Duration.ofMillis(10);

    private final Throwable thrown;
    private final @Nullable Rejection by;
    private final CallSite site;
    private final Component component;
    private final long marksBefore;
    private @Nullable ErrorContext error;

    /**
     * @param thrown what the caller gets unless something else helps
     * @param by why the attempt was not even made; null when it was made
     * @param marksBefore how many {@link Attempts#marks} there were when it began
     */
    Failed(
            Throwable thrown,
            @Nullable Rejection by,
            CallSite site,
            Component component,
            long marksBefore) {
        this.thrown = thrown;
        this.by = by;
        this.site = site;
        this.component = component;
        this.marksBefore = marksBefore;
    }

    Throwable thrown() {
        return thrown;
    }

    @Nullable Rejection by() {
        return by;
    }

    boolean wasMade() {
        return by == null;
    }

    /** How many calls it was, those of inner recoveries counted one by one; 0 when not made. */
    int calls() {
        return wasMade() ? Attempts.spentBelow(thrown, marksBefore) : 0;
    }

    /** What it means; found out when first asked, for most rejections never. */
    ErrorContext error() {
        ErrorContext known = error;
        if (known == null) {
            known =
                    by != null && thrown instanceof CallRejected rejected
                            ? component.meaning(rejected, site)
                            : component.detector.detect(thrown, site);
            error = known;
        }
        return known;
    }

    /**
     * Whether it is nothing that a policy may answer: the caller gave the call up, or the program
     * itself is broken.
     */
    boolean isFinal() {
        return thrown instanceof Error || isGivenUp();
    }

    private boolean isGivenUp() {
        return thrown instanceof InterruptedException || thrown instanceof CancellationException;
    }

    /**
     * Whether it says nothing of the component: the caller gave the call up, or had less time left
     * than the component may take. Asked in the scope of the call that the attempt belongs to.
     */
    boolean isCallers() {
        return isGivenUp()
                || (thrown instanceof CallTimedOut late
                        ? late.isCallersDeadline()
                        : heededAnothersDeadline());
    }

    /**
     * Whether the operation itself gave up in time, as {@link Deadline#remaining} lets it, or was
     * not let call another component any more.
     */
    private boolean heededAnothersDeadline() {
        Deadline deadline = Deadline.current();
        return deadline != null
                && wasMade()
                && !deadline.owner().equals(component.name)
                && Deadline.isWithin(NEARLY)
                && error().category() == FailureCategory.TIMEOUT;
    }
}
