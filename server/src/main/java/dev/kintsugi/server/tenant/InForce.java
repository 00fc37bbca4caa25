package dev.kintsugi.server.tenant;

import dev.kintsugi.client.api.SettingSource;
import dev.kintsugi.client.api.SettingView;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a tenant, or one of its runs: of a setting that is a cap the lowest value of any
 * level, of a floor the highest, of another the innermost.
 */
public final class InForce {
    private final Map<SettingSource, Map<Setting, BigDecimal>> levels =
            new EnumMap<>(SettingSource.class);

    /**
     * @param levels what each level sets; a level that is missing sets nothing
     */
    InForce(Map<SettingSource, Map<Setting, BigDecimal>> levels) {
        levels.forEach((source, values) -> this.levels.put(source, copy(values)));
    }

    private static Map<Setting, BigDecimal> copy(Map<Setting, BigDecimal> values) {
        var copy = new EnumMap<Setting, BigDecimal>(Setting.class);
        values.forEach((setting, value) -> copy.put(setting, plain(value)));
        return copy;
    }

    /** Written out without an exponent. */
    private static BigDecimal plain(BigDecimal value) {
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    /** The same, with what a run's plan says besides. */
    InForce with(Map<Setting, BigDecimal> ofRun) {
        var all = new EnumMap<>(levels);
        all.put(SettingSource.RUN, ofRun);
        return new InForce(all);
    }

    /** What holds; empty for no limit. */
    public Optional<BigDecimal> value(Setting setting) {
        return Optional.ofNullable(held(setting).value());
    }

    /**
     * What holds, of a setting that always has a whole value.
     *
     * @throws IllegalStateException when it has none
     */
    public int whole(Setting setting) {
        return value(setting)
                .orElseThrow(() -> new IllegalStateException(setting + " has no value"))
                .intValueExact();
    }

    /** As whoever asks is shown it. */
    SettingView view(Setting setting) {
        var held = held(setting);
        return new SettingView(
                setting.wireName(),
                held.value(),
                held.source(),
                setting.isCap(),
                setting.min(),
                setting.max(),
                outer(setting).value(),
                at(SettingSource.TENANT, setting),
                at(SettingSource.RUN, setting),
                setting.meaning());
    }

    /** What the platform allows, or sets, before the tenant says anything. */
    @Nullable BigDecimal platform(Setting setting) {
        return outer(setting).value();
    }

    /** What the tenant set, whether it holds or not; null when it has not. */
    @Nullable BigDecimal tenant(Setting setting) {
        return at(SettingSource.TENANT, setting);
    }

    private record Held(@Nullable BigDecimal value, SettingSource source) {}

    private Held held(Setting setting) {
        var held = outer(setting);
        for (var source : List.of(SettingSource.TENANT, SettingSource.RUN)) {
            held = inside(setting, held, source);
        }
        return held;
    }

    /** For one tenant the platform may also allow more than it does for all. */
    private Held outer(Setting setting) {
        var set = at(SettingSource.PLATFORM, setting);
        return set != null
                ? new Held(set, SettingSource.PLATFORM)
                : new Held(at(SettingSource.DEFAULT, setting), SettingSource.DEFAULT);
    }

    private Held inside(Setting setting, Held outer, SettingSource source) {
        var set = at(source, setting);
        var allowed = outer.value();
        var isPassedOver = set == null || allowed != null && setting.isBound(set, allowed);
        return isPassedOver ? outer : new Held(set, source);
    }

    private @Nullable BigDecimal at(SettingSource source, Setting setting) {
        var level = levels.get(source);
        return level == null ? null : level.get(setting);
    }
}
