package dev.kintsugi.spring;

import java.util.function.Function;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** What the names of some properties begin with, so that errors can say which one is wrong. */
record PropertyPath(String name) {

    PropertyPath then(String part) {
        return new PropertyPath(name + "." + part);
    }

    /**
     * What the library makes of a property's value.
     *
     * @throws InvalidConfigurationPropertyValueException when it refuses it
     */
    <V, P> P checked(String property, V value, Function<V, P> policy) {
        try {
            return policy.apply(value);
        } catch (IllegalArgumentException e) {
            throw refused(property, value, String.valueOf(e.getMessage()));
        }
    }

    InvalidConfigurationPropertyValueException refused(String property, Object value, String why) {
        return new InvalidConfigurationPropertyValueException(then(property).name(), value, why);
    }
}
