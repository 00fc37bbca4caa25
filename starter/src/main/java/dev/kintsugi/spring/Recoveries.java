package dev.kintsugi.spring;

import dev.kintsugi.healing.call.Recovery;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.health.ComponentHealth;
import dev.kintsugi.healing.health.HealthMonitor;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The recoveries of an application's components, by name: those that {@link Healed} uses, and for
 * calls that are not a method of a bean. Safe for use by many threads.
 */
public final class Recoveries {

    /** How many components there may be. */
    public static final int MAX_COMPONENTS = 10_000;

    private static final PropertyPath COMPONENTS = HealingProperties.PATH.then("components");

    private final HealingProperties properties;
    private final ComponentProperties defaults = ComponentProperties.defaults();
    private final Setting setting;
    private final HealthMonitor health;
    private final ConcurrentHashMap<String, Recovery> recoveries = new ConcurrentHashMap<>();

    /** Makes the recoveries of all components that have properties, so that these are checked. */
    Recoveries(HealingProperties properties, Setting setting, HealthMonitor health) {
        this.properties = properties;
        this.setting = setting;
        this.health = health;
        properties.components().keySet().forEach(this::of);
    }

    /**
     * The recovery of a component, the same one for every call, with the policies that its
     * properties say, or the defaults.
     *
     * @throws IllegalStateException when there are {@link #MAX_COMPONENTS} already
     */
    public Recovery of(String component) {
        Recovery known = recoveries.get(Objects.requireNonNull(component, "component"));
        return known == null ? recoveries.computeIfAbsent(component, this::make) : known;
    }

    /** The recovery of a component, if there is one. */
    Optional<Recovery> find(String component) {
        return Optional.ofNullable(recoveries.get(component));
    }

    /** All recoveries that were made so far, by the components' names. */
    Collection<Recovery> all() {
        return new TreeMap<>(recoveries).values();
    }

    private Recovery make(String component) {
        if (recoveries.size() >= MAX_COMPONENTS) {
            throw new IllegalStateException(
                    "there are %d components already, %s is one too many"
                            .formatted(MAX_COMPONENTS, component));
        }
        ComponentProperties own = properties.components().getOrDefault(component, defaults);
        PropertyPath path = COMPONENTS.then(component);
        ComponentHealth record =
                own.critical() ? health.registerCritical(component) : health.register(component);
        Setting its = own.setting(setting, path).listener(record);
        return own.around(Recovery.of(component, its), path);
    }
}
