package dev.kintsugi.server.platform;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How long what is over is kept beside runs, of which each tenant says it; whole days in the
 * environment variables {@code KINTSUGI_KEEP_*}. Defaults are in {@code application.yaml}.
 *
 * @param tasks of the queue after their end
 * @param metrics of attempts
 * @param messages after they were delivered or given up
 * @param audit who changed what
 */
@ConfigurationProperties("kintsugi.keep")
public record KeepSettings(Duration tasks, Duration metrics, Duration messages, Duration audit) {
    private static final Duration LEAST = Duration.ofDays(1);

    public KeepSettings {
        require("KINTSUGI_KEEP_TASKS_DAYS", tasks);
        require("KINTSUGI_KEEP_METRICS_DAYS", metrics);
        require("KINTSUGI_KEEP_MESSAGES_DAYS", messages);
        require("KINTSUGI_KEEP_AUDIT_DAYS", audit);
    }

    private static void require(String variable, Duration value) {
        if (value.compareTo(LEAST) < 0) {
            throw new StartFailure(
                    "%s must be in [1, …], was %d.".formatted(variable, value.toDays()));
        }
    }
}
