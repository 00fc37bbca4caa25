package dev.kintsugi.healing.engine;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.health.ComponentHealth;
import dev.kintsugi.healing.health.HealthMonitor;
import java.util.Optional;

/**
 * Tells how a component's calls went to the handle that the monitor has for it at the time; to
 * nobody while it has none.
 */
record Health(HealthMonitor monitor, String component) implements HealingListener {

    @Override
    public void onEvent(HealingEvent event) {
        Optional<ComponentHealth> handle = monitor.find(component);
        if (handle.isPresent()) {
            handle.get().onEvent(event);
        }
    }

    @Override
    public void onSuccess(String name, long nanos) {
        Optional<ComponentHealth> handle = monitor.find(component);
        if (handle.isPresent()) {
            handle.get().onSuccess(name, nanos);
        }
    }
}
