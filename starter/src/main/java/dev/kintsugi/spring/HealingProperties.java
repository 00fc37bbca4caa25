package dev.kintsugi.spring;

import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How calls of components heal.
 *
 * @param enabled Whether methods with @Healed heal.
 * @param monitoring How components are looked after.
 * @param components Policies of components by their names.
 */
@ConfigurationProperties(prefix = "kintsugi.healing", ignoreUnknownFields = false)
record HealingProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue Monitoring monitoring,
        @DefaultValue Map<String, ComponentProperties> components) {

    static final PropertyPath PATH = new PropertyPath("kintsugi.healing");

    /**
     * How components are looked after.
     *
     * @param enabled Whether the health of all components is looked at regularly.
     * @param interval How often it is, 10 ms to 1 hour.
     */
    record Monitoring(
            @DefaultValue("true") boolean enabled, @DefaultValue("30s") Duration interval) {}
}
