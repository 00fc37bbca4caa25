package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.BreakerView;
import dev.kintsugi.client.healing.ComponentHealthView;
import dev.kintsugi.client.healing.ComponentStats;
import dev.kintsugi.client.healing.ComponentView;
import dev.kintsugi.client.healing.DegradationView;
import dev.kintsugi.client.healing.MonitoringView;
import dev.kintsugi.client.healing.Outcomes;
import dev.kintsugi.client.healing.Registration;
import dev.kintsugi.client.healing.SystemHealthView;
import dev.kintsugi.server.tenant.Caller;
import dev.kintsugi.server.tenant.Scope;
import java.time.InstantSource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Components, their health and their circuit breakers, by the paths that YAGO names. */
@RestController
@RequestMapping("/api/v1/healing")
final class HealingController {
    private static final int CREATED = 201;
    private static final int OK = 200;

    private final Components components;
    private final OutcomeBatches outcomes;
    private final Monitorings monitorings;
    private final ServerHealth server;
    private final InstantSource clock;

    HealingController(
            Components components,
            OutcomeBatches outcomes,
            Monitorings monitorings,
            ServerHealth server,
            InstantSource clock) {
        this.components = components;
        this.outcomes = outcomes;
        this.monitorings = monitorings;
        this.server = server;
        this.clock = clock;
    }

    /** All components together. */
    @GetMapping(path = "/health", params = "!component")
    SystemHealthView health(Caller caller) {
        return components.system(caller.tenant());
    }

    /** One component. */
    @GetMapping(path = "/health", params = "component")
    ComponentHealthView health(Caller caller, @RequestParam String component) {
        return components.look(caller.tenant(), component);
    }

    @GetMapping("/health/components")
    ComponentHealthView.HealthList healthOfAll(Caller caller) {
        return components.lookAtAll(caller.tenant());
    }

    /** Registers a component, or gives it other settings: 201 when it is new, 200 when not. */
    @PostMapping("/components/register")
    ResponseEntity<ComponentView> register(Caller caller, @RequestBody Registration wanted) {
        var registered =
                components.register(
                        caller.tenant(), Registrations.checked(wanted, clock.instant()));
        return ResponseEntity.status(registered.isNew() ? CREATED : OK).body(registered.view());
    }

    @GetMapping("/components")
    ComponentView.ComponentList components(Caller caller) {
        return components.all(caller.tenant());
    }

    @GetMapping("/component/{component}/stats")
    ComponentStats stats(Caller caller, @PathVariable String component) {
        return components.stats(caller.tenant(), component);
    }

    @PostMapping("/component/{component}/reset")
    ComponentHealthView reset(Caller caller, @PathVariable String component) {
        return components.reset(caller.tenant(), component);
    }

    /** Takes what a process saw of its calls since its last report; a batch is taken once. */
    @PostMapping("/component/{component}/outcomes")
    Outcomes.Taken outcomes(
            Caller caller, @PathVariable String component, @RequestBody Outcomes told) {
        return outcomes.take(
                caller.tenant(), Batch.of(Registrations.name(component), told, clock.instant()));
    }

    @GetMapping("/circuit-breakers")
    BreakerView.BreakerList breakers(Caller caller) {
        return components.breakers(caller.tenant());
    }

    @PostMapping("/circuit-breakers/reset")
    BreakerView resetBreaker(Caller caller, @RequestBody BreakerView.BreakerReset wanted) {
        return components.resetBreaker(caller.tenant(), Registrations.name(wanted.component()));
    }

    /** What this server offers at the moment, and why not more: all of it for its own user. */
    @GetMapping("/degradation")
    DegradationView degradation(Caller caller) {
        return caller.may(Scope.OPERATE) ? server.view() : server.viewForTenants();
    }

    /** Has the tenant's components checked every 30 s, whether or not anybody asks. */
    @PostMapping("/monitoring/start")
    MonitoringView startMonitoring(Caller caller) {
        return monitorings.set(caller.tenant(), true);
    }

    @PostMapping("/monitoring/stop")
    MonitoringView stopMonitoring(Caller caller) {
        return monitorings.set(caller.tenant(), false);
    }

    @GetMapping("/monitoring/status")
    MonitoringView monitoring(Caller caller) {
        return monitorings.status(caller.tenant());
    }
}
