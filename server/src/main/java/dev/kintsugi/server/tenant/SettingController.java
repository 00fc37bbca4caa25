package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.SettingView;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.platform.NotFoundException;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.tenant.Settings.SetBy;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Settings over HTTP: each with the value that holds and who set it. */
@RestController
final class SettingController {
    private final Transactions transactions;
    private final Settings settings;
    private final Tenants tenants;
    private final RunSettings ofRuns;
    private final InstantSource clock;

    SettingController(
            Transactions transactions,
            Settings settings,
            Tenants tenants,
            RunSettings ofRuns,
            InstantSource clock) {
        this.transactions = transactions;
        this.settings = settings;
        this.tenants = tenants;
        this.ofRuns = ofRuns;
        this.clock = clock;
    }

    /**
     * What holds for the tenant or, with {@code run}, what would hold for a plan like that run's
     * handed in now; a run keeps what held when it was taken in.
     */
    @GetMapping("/api/v1/settings")
    List<SettingView> own(Caller caller, @RequestParam(required = false) @Nullable String run) {
        var ofTenant = of(caller.tenant());
        return views(run == null ? ofTenant : ofTenant.with(ofRuns.of(caller.tenant(), run)));
    }

    /** Sets those that are named, all or none; null has one no longer set. */
    @PatchMapping("/api/v1/settings")
    List<SettingView> changeOwn(
            Caller caller, @RequestBody Map<String, @Nullable BigDecimal> wanted) {
        return views(change(caller.tenant(), SetBy.TENANT, wanted));
    }

    @GetMapping("/api/v1/tenants/{tenant}/settings")
    List<SettingView> ofTenant(@PathVariable String tenant) {
        requireTenant(tenant);
        return views(of(tenant));
    }

    /** Sets for one tenant what the platform allows it, more or less than all others. */
    @PatchMapping("/api/v1/tenants/{tenant}/settings")
    List<SettingView> changeOf(
            @PathVariable String tenant, @RequestBody Map<String, @Nullable BigDecimal> wanted) {
        requireTenant(tenant);
        return views(change(tenant, SetBy.PLATFORM, wanted));
    }

    private InForce of(String tenant) {
        return transactions.asTenant(tenant, () -> settings.of(tenant));
    }

    private static List<SettingView> views(InForce inForce) {
        return Arrays.stream(Setting.values()).map(inForce::view).toList();
    }

    private InForce change(String tenant, SetBy by, Map<String, @Nullable BigDecimal> wanted) {
        var noted = new ArrayList<String>();
        var after =
                transactions.asTenant(
                        tenant,
                        () -> {
                            var before = settings.of(tenant);
                            checked(by, wanted, before)
                                    .forEach((setting, value) -> {
                                        var now = value.isEmpty() ? null : value.getFirst();
                                        settings.set(tenant, by, setting, now, clock.instant());
                                        noted.add(change(by, setting, before, now));
                                    });
                            return settings.of(tenant);
                        });
        AuditNote.set("settings of %s: %s".formatted(tenant, String.join("; ", noted)));
        return after;
    }

    private static String change(
            SetBy by, Setting setting, InForce before, @Nullable BigDecimal now) {
        var old = by == SetBy.TENANT ? before.tenant(setting) : before.platform(setting);
        return "%s from %s to %s".formatted(setting.wireName(), word(old), word(now));
    }

    private static String word(@Nullable BigDecimal value) {
        return value == null ? "not set" : value.toPlainString();
    }

    /** By setting: no value to have it no longer set, or the one to set it to. */
    private static Map<Setting, List<BigDecimal>> checked(
            SetBy by, Map<String, @Nullable BigDecimal> wanted, InForce before) {
        var problems = new ArrayList<String>();
        var checked = new EnumMap<Setting, List<BigDecimal>>(Setting.class);
        wanted.forEach((name, value) -> {
            var setting = Setting.named(name).orElse(null);
            if (setting == null) {
                problems.add("%s: there is no such setting; GET shows all".formatted(name));
            } else if (value == null) {
                checked.put(setting, List.of());
            } else {
                problem(by, setting, value, before)
                        .forEach(problem -> problems.add(name + ": " + problem));
                checked.put(setting, List.of(value));
            }
        });
        if (!problems.isEmpty()) {
            throw new BadInputException(
                    "%d of the settings cannot be set so.".formatted(problems.size()), problems);
        }
        if (checked.isEmpty()) {
            throw new BadInputException("name at least one setting, such as {\"max_workers\": 10}");
        }
        return checked;
    }

    private static List<String> problem(
            SetBy by, Setting setting, BigDecimal value, InForce before) {
        var problem = setting.problem(value);
        if (problem.isPresent()) {
            return List.of(problem.get());
        }
        var allowed = before.platform(setting);
        if (by == SetBy.PLATFORM) {
            return List.of();
        }
        if (allowed != null && value.compareTo(allowed) != 0 && setting.isBound(value, allowed)) {
            return List.of(
                    setting.isCap()
                            ? within(setting.min(), allowed, "the platform allows no more", value)
                            : within(allowed, setting.max(), "the platform asks for more", value));
        }
        var least = before.whole(Setting.KEEP_RUNS_MIN_DAYS);
        return setting == Setting.KEEP_RUNS_DAYS && value.intValueExact() < least
                ? List.of(
                        within(
                                BigDecimal.valueOf(least),
                                setting.max(),
                                "keep_runs_min_days asks for more",
                                value))
                : List.of();
    }

    private static String within(BigDecimal least, BigDecimal most, String why, BigDecimal value) {
        return "must be in [%s, %s]: %s, was %s"
                .formatted(least.toPlainString(), most.toPlainString(), why, value);
    }

    private void requireTenant(String tenant) {
        if (!tenants.exists(tenant)) {
            throw new NotFoundException("tenant", tenant);
        }
    }
}
