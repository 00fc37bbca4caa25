package dev.kintsugi.healing;

import java.util.function.Function;

/** What is found out once about each class, and kept as long as the class is. */
final class PerClass<T> extends ClassValue<T> {
    private final Function<Class<?>, T> found;

    PerClass(Function<Class<?>, T> found) {
        this.found = found;
    }

    @Override
    protected T computeValue(Class<?> type) {
        return found.apply(type);
    }
}
