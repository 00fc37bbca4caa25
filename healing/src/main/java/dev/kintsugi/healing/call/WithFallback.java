package dev.kintsugi.healing.call;

import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.RecoveryResult.Outcome;
import dev.kintsugi.healing.detect.CallSite;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A recovery with others that serve when the operation does not, one after the other. Immutable,
 * and safe for use by many threads.
 *
 * <p>Requests that would be refused everywhere do not reach them, nor what a person must look at,
 * nor calls whose thread is interrupted: nobody waits for their answer. An {@link Error} of one is
 * thrown, with the operation's own exception suppressed in it. When none can serve, the caller gets
 * the operation's own exception, and theirs are suppressed in it.
 */
public final class WithFallback<T> {
    static final int MAX_FALLBACKS = 10;

    private final Recovery recovery;
    private final List<Fallback<T>> fallbacks;

    WithFallback(Recovery recovery, List<Fallback<T>> fallbacks) {
        Check.count("fallbacks", fallbacks.size(), 1, MAX_FALLBACKS);
        this.recovery = recovery;
        this.fallbacks = fallbacks;
    }

    /** Makes a call; what served it, or what the operation's last attempt threw. */
    public <X extends Exception> T call(Operation<? extends T, X> operation) throws X {
        CallSite site = recovery.component().site;
        Object outcome = recovery.outcome(site, operation);
        return outcome instanceof Trouble trouble
                ? this.<X>served(trouble).value()
                : served(Recovery.<T>value(outcome));
    }

    /** As {@link #call(Operation)}, for a call of which more is known. */
    public <X extends Exception> T call(CallSite site, Operation<? extends T, X> operation)
            throws X {
        return serve(site, operation).value();
    }

    /** Makes a call and says who served it. */
    public <X extends Exception> Served<T> serve(Operation<? extends T, X> operation) throws X {
        return serve(recovery.component().site, operation);
    }

    /** As {@link #serve(Operation)}, for a call of which more is known. */
    public <X extends Exception> Served<T> serve(CallSite site, Operation<? extends T, X> operation)
            throws X {
        Object outcome = recovery.outcome(site, operation);
        return outcome instanceof Trouble trouble
                ? this.<X>served(trouble)
                : new Served<>(served(Recovery.<T>value(outcome)), recovery.component().name, null);
    }

    /** As {@link Recovery#callAsync(Supplier)}; fallbacks run on virtual threads. */
    public CompletableFuture<T> callAsync(Supplier<? extends CompletionStage<T>> operation) {
        return callAsync(recovery.component().site, operation);
    }

    /** As {@link #callAsync(Supplier)}, for a call of which more is known. */
    public CompletableFuture<T> callAsync(
            CallSite site, Supplier<? extends CompletionStage<T>> operation) {
        var call = new AsyncCall<T>(recovery, site, operation);
        return call.finish(
                value -> call.complete(served(value)),
                trouble -> call.fall(() -> this.<Exception>served(trouble).value()),
                recovery::gaveUp);
    }

    /** As {@link Recovery#start}. */
    public CompletableFuture<T> start(Operation<? extends T, ?> operation) {
        return Started.on(Bounds.current(), () -> this.<Exception>call(operation::call));
    }

    /** The same policies without the fallbacks; also statistics and the breaker. */
    public Recovery recovery() {
        return recovery;
    }

    /** What was counted of the component's calls. */
    public CallStatistics statistics() {
        return recovery.statistics();
    }

    /** The policies in the order in which they apply, the outermost first. */
    public String describe() {
        var names = fallbacks.stream().map(Fallback::name).toList();
        return "fallback(%s) > %s".formatted(String.join(", ", names), recovery.describe());
    }

    @Override
    public String toString() {
        return recovery.component().name + ": " + describe();
    }

    private T served(T value) {
        for (Fallback<T> each : fallbacks) {
            try {
                each.served(value);
            } catch (Throwable thrown) {
                recovery.component().warn(each.name() + " took no note of a value", thrown);
            }
        }
        return value;
    }

    private <X extends Exception> Served<T> served(Trouble trouble) throws X {
        if (trouble.isOver()) {
            T value = served(Recovery.<T>value(trouble.outcome()));
            return new Served<>(value, recovery.component().name, trouble.error());
        }
        Throwable thrown = trouble.last().thrown();
        Component component = recovery.component();
        boolean mayHelp =
                !trouble.last().isFinal() && component.detector.shouldFallback(trouble.error());
        long began = component.time.ticker().nanos();
        RecoveryAction tried = trouble.repeated() ? RecoveryAction.RETRY_BACKOFF : null;
        for (Fallback<T> each : mayHelp ? fallbacks : List.<Fallback<T>>of()) {
            if (Thread.currentThread().isInterrupted()) {
                break; // nobody waits for an answer any more
            }
            tried = RecoveryAction.FALLBACK;
            try {
                T value = each.serve(trouble.error(), thrown);
                ended(component.later(trouble, began), each);
                return new Served<>(value, each.name(), trouble.error());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                suppress(thrown, e);
            } catch (Error e) {
                suppress(e, recovery.gaveUp(component.later(trouble, began), tried));
                throw e;
            }
        }
        throw Recovery.<X>thrown(recovery.gaveUp(component.later(trouble, began), tried));
    }

    /** An exception that is kept and thrown again must not grow for ever. */
    static void suppress(Throwable in, Throwable suppressed) {
        if (suppressed != in && in.getSuppressed().length < MAX_FALLBACKS) {
            in.addSuppressed(suppressed);
        }
    }

    private void ended(Trouble trouble, Fallback<T> server) {
        SortedMap<String, String> by = new TreeMap<>();
        by.put("served_by", server.name());
        recovery.component().ended(trouble, RecoveryAction.FALLBACK, Outcome.RECOVERED, by);
    }
}
