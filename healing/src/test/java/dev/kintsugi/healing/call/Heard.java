package dev.kintsugi.healing.call;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it hears. */
final class Heard implements HealingListener {
    private final List<HealingEvent> events = new ArrayList<>();
    private int successes;

    @Override
    public synchronized void onEvent(HealingEvent event) {
        events.add(event);
    }

    @Override
    public synchronized void onSuccess(String component, long nanos) {
        successes++;
    }

    synchronized int successes() {
        return successes;
    }

    synchronized <E extends HealingEvent> List<E> all(Class<E> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
