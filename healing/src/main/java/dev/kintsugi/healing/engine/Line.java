package dev.kintsugi.healing.engine;

import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Operation;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.WithFallback;
import dev.kintsugi.healing.detect.CallSite;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The way of one component's calls: its policies, and who serves when they do not help.
 *
 * @param backed the recovery with its fallbacks; null when there are none
 */
record Line(
        String component,
        Recovery recovery,
        List<Fallback<Object>> fallbacks,
        @Nullable WithFallback<Object> backed) {

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    Line(String component, Recovery recovery, List<Fallback<Object>> fallbacks) {
        Fallback<Object>[] each = fallbacks.toArray(new Fallback[0]);
        this(component, recovery, fallbacks, each.length == 0 ? null : recovery.fallback(each));
    }

    <X extends Exception> Object call(CallSite site, Operation<?, X> operation) throws X {
        return backed == null ? recovery.call(site, operation) : backed.call(site, operation);
    }

    CompletableFuture<Object> callAsync(
            CallSite site, Supplier<? extends CompletionStage<Object>> operation) {
        return backed == null
                ? recovery.callAsync(site, operation)
                : backed.callAsync(site, operation);
    }

    /** The same with other policies. */
    Line with(UnaryOperator<Recovery> policies) {
        return new Line(component, policies.apply(recovery), fallbacks);
    }
}
