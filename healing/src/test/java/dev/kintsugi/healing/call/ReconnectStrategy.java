package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;

/** As a third party would bring one: it knows one failure, mends it and calls once more. */
public final class ReconnectStrategy implements RecoveryStrategy {
    static final String STALE = "stale connection of the test of strategies";

    @Override
    public String name() {
        return "reconnect";
    }

    @Override
    public boolean handles(ErrorContext error) {
        return error.failure().message().contains(STALE);
    }

    @Override
    public <T> T recover(ErrorContext error, Operation<? extends T, ?> operation) throws Exception {
        return operation.call();
    }
}
