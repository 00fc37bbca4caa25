package dev.kintsugi.server.observe;

import dev.kintsugi.server.platform.Readiness;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.swagger.v3.oas.annotations.Hidden;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Whether the server lives, whether it can take work now, and its metrics. */
@RestController
@Hidden // not part of the API: for probes and scrapers
final class HealthController {
    private static final int PATIENCE_SECONDS = 2;
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final ApplicationAvailability availability;
    private final DataSource database;
    private final PrometheusMeterRegistry metrics;
    private final List<Readiness> parts;

    HealthController(
            ApplicationAvailability availability,
            DataSource database,
            PrometheusMeterRegistry metrics,
            List<Readiness> parts) {
        this.availability = availability;
        this.database = database;
        this.metrics = metrics;
        this.parts = List.copyOf(parts);
    }

    /**
     * @param status {@code UP} or {@code DOWN}
     */
    record Health(String status) {
        static final Health UP = new Health("UP");
        static final Health DOWN = new Health("DOWN");
    }

    @GetMapping(path = "/health/live", produces = MediaType.APPLICATION_JSON_VALUE)
    Health live() {
        return Health.UP;
    }

    @GetMapping(path = "/health/ready", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Health> ready() {
        boolean accepting = availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC;
        return accepting && parts.stream().allMatch(Readiness::ready) && databaseAnswers()
                ? ResponseEntity.ok(Health.UP)
                : ResponseEntity.status(503).body(Health.DOWN);
    }

    @GetMapping(path = "/metrics", produces = PROMETHEUS_TEXT)
    String metrics() {
        return metrics.scrape();
    }

    private boolean databaseAnswers() {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(PATIENCE_SECONDS);
        } catch (SQLException _) {
            return false;
        }
    }
}
