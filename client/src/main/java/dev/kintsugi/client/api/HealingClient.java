package dev.kintsugi.client.api;

import dev.kintsugi.client.healing.BreakerView;
import dev.kintsugi.client.healing.ComponentHealthView;
import dev.kintsugi.client.healing.DeadLetterView;
import dev.kintsugi.client.healing.Outcomes;
import dev.kintsugi.client.healing.SystemHealthView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * The call level of a server: components, their health and circuit breakers. Safe for many threads.
 */
public final class HealingClient {
    private static final String BASE = "/api/v1/healing";

    private final Exchange exchange;

    HealingClient(Exchange exchange) {
        this.exchange = exchange;
    }

    /** How all components together are. */
    public SystemHealthView health() {
        return exchange.read(exchange.get(BASE + "/health"), SystemHealthView.class);
    }

    /** How a component is. */
    public ComponentHealthView health(String component) {
        return exchange.read(
                exchange.get(BASE + "/health?component=" + encoded(component)),
                ComponentHealthView.class);
    }

    /** How each component is, sorted by name. */
    public ComponentHealthView.HealthList healthOfAll() {
        return exchange.read(
                exchange.get(BASE + "/health/components"), ComponentHealthView.HealthList.class);
    }

    /** The circuit breakers of all components that have one, sorted by name. */
    public BreakerView.BreakerList breakers() {
        return exchange.read(
                exchange.get(BASE + "/circuit-breakers"), BreakerView.BreakerList.class);
    }

    /** Closes a component's circuit breaker. */
    public BreakerView resetBreaker(String component) {
        return exchange.read(
                exchange.post(
                        BASE + "/circuit-breakers/reset", new BreakerView.BreakerReset(component)),
                BreakerView.class);
    }

    /** Reports how calls went; may be sent again with the same batch id when no answer came. */
    public Outcomes.Taken report(String component, Outcomes outcomes) {
        return exchange.read(
                exchange.post(
                        BASE + "/component/%s/outcomes".formatted(encoded(component)), outcomes),
                Outcomes.Taken.class);
    }

    /**
     * The last calls that were given up for the request's own fault, newest first.
     *
     * @param count 1 to 1,000
     */
    public DeadLetterView.DeadLetterList deadLetters(int count) {
        return exchange.read(
                exchange.get(BASE + "/dead-letters?count=" + count),
                DeadLetterView.DeadLetterList.class);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
