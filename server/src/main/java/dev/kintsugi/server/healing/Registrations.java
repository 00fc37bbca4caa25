package dev.kintsugi.server.healing;

import dev.kintsugi.client.healing.Registration;
import dev.kintsugi.client.healing.Registration.Config;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.HoldDown;
import dev.kintsugi.healing.breaker.BreakerConfig;
import dev.kintsugi.server.platform.BadInputException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Registrations of components, checked. */
final class Registrations {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,99}");
    private static final double MILLIS = 1_000;

    /**
     * Longer timeouts are refused by the breaker anyway, and this fits a number of milliseconds.
     */
    private static final double MOST_SECONDS = 1e9;

    private Registrations() {}

    /** Not critical, without a breaker. */
    static Component plain(String name, Instant now) {
        return component(name, false, false, BreakerConfig.standard(), now);
    }

    /**
     * What a registration asks for.
     *
     * @throws BadInputException naming the field, its range and the value
     */
    static Component checked(Registration wanted, Instant now) {
        boolean hasConfig = wanted.circuitBreakerConfig() != null;
        boolean hasBreaker =
                wanted.enableCircuitBreaker() == null ? hasConfig : wanted.enableCircuitBreaker();
        return component(
                name(wanted.component()),
                wanted.critical() != null && wanted.critical(),
                hasBreaker,
                config(wanted.circuitBreakerConfig()),
                now);
    }

    private static Component component(
            String name, boolean critical, boolean hasBreaker, BreakerConfig config, Instant now) {
        return new Component(
                name,
                critical,
                hasBreaker,
                config,
                HoldDown.at(HealthStatus.INSUFFICIENT_DATA),
                null,
                now);
    }

    /** A component's name, as it may be. */
    static String name(@Nullable String name) {
        if (name == null) {
            throw new BadInputException("component: is missing");
        }
        if (!NAME.matcher(name).matches()) {
            throw new BadInputException(
                    "component: must be 1 to 100 letters, digits and . _ : -, beginning with a"
                            + " letter or digit");
        }
        return name;
    }

    private static BreakerConfig config(@Nullable Config given) {
        var usual = BreakerConfig.standard();
        if (given == null) {
            return usual;
        }
        try {
            return new BreakerConfig(
                    or(given.failureThreshold(), usual.failureThreshold()),
                    or(given.successThreshold(), usual.successThreshold()),
                    given.timeoutSeconds() == null
                            ? usual.timeout()
                            : seconds(given.timeoutSeconds()),
                    or(given.halfOpenMaxCalls(), usual.halfOpenMaxCalls()),
                    usual.probeLease());
        } catch (IllegalArgumentException e) {
            throw new BadInputException("circuit_breaker_config: " + e.getMessage());
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(Math.clamp(seconds, 0, MOST_SECONDS) * MILLIS));
    }

    private static int or(@Nullable Integer given, int usual) {
        return given == null ? usual : given;
    }
}
