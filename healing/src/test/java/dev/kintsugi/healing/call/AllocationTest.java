package dev.kintsugi.healing.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a call that goes well leaves to the garbage collector. */
class AllocationTest {
    private static final int WARM_UP = 200_000;
    private static final int CALLS = 1_000;
    private static final int BATCHES = 200;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Recovery recovery =
            Recovery.of("model")
                    .retry(Retry.attempts(3))
                    .breaker(Breaker.opensAfter(5))
                    .bulkhead(Bulkhead.atMost(8));
    private final Operation<String, RuntimeException> operation = () -> "poem";

    /** The best of several batches: the compiler and lanes that grow allocate now and then. */
    @Test
    void aCallThatGoesWellAllocatesNothing() {
        call(WARM_UP);

        long least = Long.MAX_VALUE;
        for (int i = 0; i < BATCHES && least > 0; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            call(CALLS);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }

        assertThat(least).isZero();
    }

    private void call(int times) {
        for (int i = 0; i < times; i++) {
            recovery.call(operation);
        }
    }
}
