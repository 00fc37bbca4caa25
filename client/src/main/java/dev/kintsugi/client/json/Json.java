package dev.kintsugi.client.json;

import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON mapping of all wire records: snake case, ISO 8601 times, lower-case enums. */
public final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(
                            DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS,
                            DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .build();

    private Json() {}

    /** The mapper itself; immutable and safe for many threads. */
    public static JsonMapper mapper() {
        return MAPPER;
    }
}
