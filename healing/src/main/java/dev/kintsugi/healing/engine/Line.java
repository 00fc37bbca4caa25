package dev.kintsugi.healing.engine;

import dev.kintsugi.healing.call.Fallback;
import dev.kintsugi.healing.call.Operation;
import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.WithFallback;
import dev.kintsugi.healing.detect.CallSite;
import java.util.List;
import java.util.function.UnaryOperator;

/** The way of one component's calls: its policies, and who serves when they do not help. */
sealed interface Line {

    Recovery recovery();

    <X extends Exception> Object call(CallSite site, Operation<?, X> operation) throws X;

    /** The same with other policies. */
    Line with(UnaryOperator<Recovery> policies);

    record Plain(Recovery recovery) implements Line {
        @Override
        public <X extends Exception> Object call(CallSite site, Operation<?, X> operation)
                throws X {
            return recovery.call(site, operation);
        }

        @Override
        public Line with(UnaryOperator<Recovery> policies) {
            return new Plain(policies.apply(recovery));
        }
    }

    record Backed(WithFallback<Object> backed, List<Fallback<Object>> fallbacks) implements Line {
        @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
        static Backed of(Recovery recovery, List<Fallback<Object>> fallbacks) {
            Fallback<Object>[] each = fallbacks.toArray(new Fallback[0]);
            return new Backed(recovery.fallback(each), fallbacks);
        }

        @Override
        public Recovery recovery() {
            return backed.recovery();
        }

        @Override
        public <X extends Exception> Object call(CallSite site, Operation<?, X> operation)
                throws X {
            return backed.call(site, operation);
        }

        @Override
        public Line with(UnaryOperator<Recovery> policies) {
            return of(policies.apply(recovery()), fallbacks);
        }
    }
}
