package dev.kintsugi.healing.call;

/**
 * What a call does. May be made several times for one call.
 *
 * @param <X> what it throws besides runtime exceptions; inferred as {@code RuntimeException} for a
 *     lambda that throws nothing that is checked
 */
@FunctionalInterface
public interface Operation<T, X extends Exception> {
    T call() throws X;
}
