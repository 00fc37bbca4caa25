package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;

/** A fallback by another operation. */
record Other<T>(String name, Operation<? extends T, ?> operation) implements Fallback<T> {

    @Override
    public T serve(ErrorContext error) throws Exception {
        return operation.call();
    }

    @Override
    public String toString() {
        return name;
    }
}
