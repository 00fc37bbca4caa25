package dev.kintsugi.healing.call;

import dev.kintsugi.healing.ErrorContext;

/** A fallback by a function. */
record Other<T>(String name, Source<T> source) implements Fallback<T> {

    @FunctionalInterface
    interface Source<T> {
        T from(ErrorContext error) throws Exception;
    }

    @Override
    public T serve(ErrorContext error) throws Exception {
        return source.from(error);
    }

    @Override
    public String toString() {
        return name;
    }
}
