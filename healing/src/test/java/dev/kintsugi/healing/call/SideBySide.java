package dev.kintsugi.healing.call;

import java.util.concurrent.Callable;

/**
 * One edge case, and what becomes of it in each library, told in the words of the table in the
 * documentation.
 */
record SideBySide(
        String title,
        Callable<String> kintsugi,
        Callable<String> resilience4j,
        Callable<String> failsafe) {

    /** Counts how often it is called, and fails each time. */
    static final class Failing {
        private final Throwable failure;
        private int calls;

        Failing(Throwable failure) {
            this.failure = failure;
        }

        String call() throws Exception {
            calls++;
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        }

        int calls() {
            return calls;
        }
    }

    /** What a call ends with. */
    static String ending(Callable<?> call) {
        try {
            return "returns " + call.call();
        } catch (Throwable e) {
            return "throws " + e.getClass().getSimpleName();
        }
    }

    static String calls(int count) {
        return count == 1 ? "1 call" : count + " calls";
    }
}
