package dev.kintsugi.healing.call;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An operation that fails of what it is given, one after the other, and then goes well. */
final class Flaky implements Operation<String, Exception> {
    private final ArrayDeque<Exception> failures;
    private final AtomicInteger calls = new AtomicInteger();

    Flaky(Exception... failures) {
        this.failures = new ArrayDeque<>(List.of(failures));
    }

    @Override
    public synchronized String call() throws Exception {
        calls.incrementAndGet();
        Exception failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
        return "poem";
    }

    int calls() {
        return calls.get();
    }
}
