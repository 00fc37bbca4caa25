package dev.kintsugi.client.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON mapping of all wire records: snake case, ISO 8601 times, lower-case enums.
 *
 * <p>A component that is null is left out, so that a record can gain nullable components without
 * changing the bytes of those already written. Methods such as {@code isFinal()} are not written.
 * What a newer server adds is ignored when read.
 */
public final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .enumNamingStrategy(EnumNamingStrategies.SNAKE_CASE)
                    .changeDefaultPropertyInclusion(
                            inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
                    .changeDefaultVisibility(
                            visibility -> visibility.withIsGetterVisibility(Visibility.NONE))
                    .disable(
                            DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS,
                            DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .build();

    private Json() {}

    /** The mapper itself; immutable and safe for many threads. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /**
     * The value's canonical bytes (RFC 8785): the same for equal values, on every machine and in
     * every version, and so fit to be hashed.
     *
     * <p>Numbers are integers of at most 2<sup>53</sup> − 1 either way, the only ones that every
     * JSON reader reads alike. One departure from the RFC: a lone surrogate, which it refuses, is
     * written as U+FFFD, because text cut off in the middle of a character must not stop a log.
     *
     * @throws IllegalArgumentException when the value holds a number that is not such an integer;
     *     write a larger one as a string
     */
    public static byte[] canonical(Object value) {
        return Canonical.bytes(MAPPER.valueToTree(value));
    }
}
