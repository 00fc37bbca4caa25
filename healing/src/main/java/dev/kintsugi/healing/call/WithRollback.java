package dev.kintsugi.healing.call;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.detect.CallSite;
import dev.kintsugi.healing.rollback.RolledBack;
import dev.kintsugi.healing.rollback.RolledBack.Part;
import dev.kintsugi.healing.rollback.Undo;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A recovery that takes back what a call did when its last attempt failed, and then throws what
 * that threw; what could not be taken back is suppressed in it. Between attempts nothing is taken
 * back: where attempts do not bear repetition, have one. Also a call that was cancelled or
 * interrupted is taken back, and one that failed of an {@link Error}.
 *
 * <p>For one call, as its undo is. It has no fallbacks: where others are to serve after what was
 * done is taken back, make this the operation of a recovery that has them, and one attempt.
 *
 * <pre>{@code
 * order.fallback(Fallback.to("later", this::queue))
 *     .call(() -> booking.rollback(Undo.restoring(state, this::restore)).call(this::book));
 * }</pre>
 */
public final class WithRollback {
    private final Recovery recovery;
    private final Undo undo;

    WithRollback(Recovery recovery, Undo undo) {
        this.recovery = recovery;
        this.undo = undo;
    }

    /** Makes the call; its result, or what the last attempt threw. */
    public <T, X extends Exception> T call(Operation<? extends T, X> operation) throws X {
        return call(recovery.component().site, operation);
    }

    /** As {@link #call(Operation)}, for a call of which more is known. */
    public <T, X extends Exception> T call(CallSite site, Operation<? extends T, X> operation)
            throws X {
        Object outcome = recovery.outcome(site, operation);
        if (outcome instanceof Trouble trouble && !trouble.isOver()) {
            throw Recovery.<X>thrown(tookBack(trouble));
        }
        undo.succeeded();
        return Recovery.value(outcome instanceof Trouble trouble ? trouble.outcome() : outcome);
    }

    /**
     * As {@link Recovery#callAsync(Supplier)}, also for a call that is cancelled: it is taken back
     * on a virtual thread, and so does it end. Work that goes on after its future was cancelled or
     * timed out may do again what was just taken back: begin only what heeds that, or use {@link
     * #start}, which takes back after its thread has ended.
     */
    public <T> CompletableFuture<T> callAsync(Supplier<? extends CompletionStage<T>> operation) {
        var call = new AsyncCall<T>(recovery, recovery.component().site, operation);
        return call.finish(
                value ->
                        apart(
                                call,
                                () -> {
                                    undo.succeeded();
                                    call.complete(value);
                                }),
                trouble -> apart(call, () -> call.fail(tookBack(trouble))),
                trouble -> apart(call, () -> tookBack(trouble)));
    }

    /** As {@link Recovery#start}. */
    public <T> CompletableFuture<T> start(Operation<? extends T, ?> operation) {
        return Started.on(Bounds.current(), () -> this.<T, Exception>call(operation::call));
    }

    /** Journals and compensations may block. */
    private static void apart(AsyncCall<?> call, Runnable action) {
        Thread.startVirtualThread(() -> {
            try {
                action.run();
            } catch (Throwable thrown) {
                call.fail(thrown);
            }
        });
    }

    /** The policies in the order in which they apply, the outermost first. */
    public String describe() {
        return "rollback > " + recovery.describe();
    }

    private Throwable tookBack(Trouble trouble) {
        Throwable thrown = trouble.last().thrown();
        Component component = recovery.component();
        long began = component.time.ticker().nanos();
        RolledBack result = result(thrown);
        var told = new TreeMap<String, String>();
        for (RolledBack.Outcome each : RolledBack.Outcome.values()) {
            long count = result == null ? 0 : result.count(each);
            if (count > 0) {
                told.put("rollback_" + each.key(), Long.toString(count));
            }
        }
        boolean complete = result != null && result.complete();
        component.ended(
                component.later(trouble, began),
                RecoveryAction.ROLLBACK,
                complete ? Outcome.CONTAINED : Outcome.FAILED,
                told);
        return thrown;
    }

    private @Nullable RolledBack result(Throwable thrown) {
        try {
            RolledBack result = undo.run();
            for (Part part : result.parts()) {
                if (part.failure() != null) {
                    WithFallback.suppress(thrown, part.failure());
                }
            }
            return result;
        } catch (RuntimeException e) {
            WithFallback.suppress(thrown, e);
            return null;
        }
    }
}
