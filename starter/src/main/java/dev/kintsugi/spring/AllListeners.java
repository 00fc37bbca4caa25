package dev.kintsugi.spring;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells each listener, also when another fails. */
record AllListeners(List<HealingListener> listeners) implements HealingListener {
    private static final Logger LOG = LoggerFactory.getLogger(AllListeners.class);

    @Override
    public void onEvent(HealingEvent event) {
        for (HealingListener each : listeners) {
            try {
                each.onEvent(event);
            } catch (Throwable e) { // an Error too is the listener's own matter
                LOG.warn("{}: a listener failed on {}", event.component(), event, e);
            }
        }
    }
}
