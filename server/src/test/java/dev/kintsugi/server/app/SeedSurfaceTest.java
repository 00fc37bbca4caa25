package dev.kintsugi.server.app;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.Submission;
import dev.kintsugi.client.plan.Sla;
import dev.kintsugi.client.plan.Step.QueueClass;
import dev.kintsugi.healing.DegradationLevel;
import dev.kintsugi.healing.Disposition;
import dev.kintsugi.healing.FailureCategory;
import dev.kintsugi.healing.FailureClass;
import dev.kintsugi.healing.FailureType;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.RecoveryAction;
import dev.kintsugi.healing.Severity;
import dev.kintsugi.healing.breaker.BreakerPhase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * The product against the names and defaults that the source documents fix, as {@code
 * ../shared/contracts/seed-surface.yaml} gathers them: paths, metrics, tables, variables and words.
 */
class SeedSurfaceTest {
    private static final Path CONTRACT = Path.of("../../shared/contracts/seed-surface.yaml");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]+):([^}]*)}");

    /** What is not built yet. Whatever is built must leave this list, or the test fails. */
    private static final Set<String> LATER =
            Set.of(
                    "GET /api/meta/v4/replay-bundles",
                    "POST /api/meta/v4/replay-bundles/{id}/replay",
                    "GET /api/meta/v4/golden-tests",
                    "POST /api/meta/v4/golden-tests/{id}/run",
                    "GET /api/meta/v4/canary/stats",
                    "GET /api/meta/v4/chaos/stats",
                    "meta_builder_v4_canary_runs_total",
                    "meta_builder_v4_canary_comparison",
                    "meta_builder_v4_chaos_events_total",
                    "meta_builder_v4_chaos_recovery_seconds",
                    "mb_v4_canary_sample",
                    "mb_v4_replay_bundle",
                    "ENABLE_STACKSTORM",
                    "STACKSTORM_API_URL",
                    "STACKSTORM_API_KEY",
                    "STACKSTORM_USERNAME",
                    "STACKSTORM_PASSWORD",
                    "STACKSTORM_TIMEOUT",
                    "STACKSTORM_RETRY_ATTEMPTS",
                    "STACKSTORM_RETRY_DELAY",
                    "RUDDERSTACK_WRITE_KEY",
                    "RUDDERSTACK_DATA_PLANE_URL",
                    "RUDDERSTACK_MAX_RETRIES",
                    "RUDDERSTACK_RETRY_DELAY",
                    "RUDDERSTACK_BATCH_SIZE",
                    "RUDDERSTACK_FLUSH_INTERVAL");

    private static Map<String, Object> contract;
    private static TestServer server;

    @BeforeAll
    static void start() {
        if (!Files.exists(CONTRACT)) {
            var missing = CONTRACT + " is not there: nothing to compare the product with";
            if (System.getenv("CI") != null) {
                fail(missing);
            }
            abort(missing);
        }
        contract = map(new Load(LoadSettings.builder().build()).loadFromString(read(CONTRACT)));
        server = TestServer.start(Map.of());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void everyPathIsMapped() {
        var wanted = new ArrayList<String>();
        map(at(contract, "http")).values().forEach(paths -> wanted.addAll(names(paths)));

        var mapped = new TreeSet<String>();
        server.context()
                .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(info ->
                        info.getMethodsCondition()
                                .getMethods()
                                .forEach(method ->
                                        info.getPatternValues()
                                                .forEach(path -> mapped.add(method + " " + path))));

        hasAllButLater(wanted.stream().map(path -> path.split("\\?")[0]).toList(), mapped);
    }

    @Test
    void everyMetricIsOnTheScrapeOnceARunWasMended() {
        var plan =
                """
                plan: 1
                name: metrics
                steps:
                  - id: flaky
                    exec: test $KINTSUGI_ATTEMPT -gt 1 || { echo connection refused; exit 1; }
                """;
        var address = URI.create("http://127.0.0.1:" + server.port());
        try (var client = KintsugiClient.of(address, server.key())) {
            client.submit(Submission.of(plan));
        }

        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> hasAllButLater(names(at(contract, "metrics")), scraped()));
    }

    private static Set<String> scraped() {
        var names = new TreeSet<String>();
        server.send(server.to("/metrics"))
                .text()
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .forEach(line -> names.add(line.split(" ")[2]));
        return names;
    }

    @Test
    void everyTableHasItsColumns() {
        var tables = map(at(contract, "tables"));
        var jdbc = server.context().getBean(JdbcClient.class);
        var columns = new TreeMap<String, List<String>>();
        for (var table : tables.keySet()) {
            columns.put(
                    table,
                    jdbc.sql(
                                    "select attname from pg_attribute where attrelid = to_regclass(?)"
                                            + " and attnum > 0 and not attisdropped")
                            .param(table)
                            .query(String.class)
                            .list());
        }

        columns.values().removeIf(List::isEmpty);
        hasAllButLater(tables.keySet(), columns.keySet());
        columns.forEach((table, names) ->
                assertThat(names).as(table).containsAll(names(at(tables, table))));
    }

    @Test
    void everyVariableHasItsDefault() {
        var wanted = map(at(contract, "environment"));

        var defaults = defaults("application.yaml");

        hasAllButLater(wanted.keySet(), defaults.keySet());
        defaults.keySet().retainAll(wanted.keySet());
        defaults.forEach((name, value) -> isThe(at(wanted, name), name, value));
    }

    @Test
    void everyProfileHasItsDefaults() {
        var profiles = map(at(map(at(contract, "configuration")), "profiles"));

        assertThat(profiles).isNotEmpty();
        for (var profile : profiles.entrySet()) {
            var defaults = defaults("application-" + profile.getKey() + ".yaml");
            map(profile.getValue())
                    .forEach((name, wanted) ->
                            isThe(
                                    wanted,
                                    profile.getKey() + " " + name,
                                    defaults.getOrDefault(name, "none")));
        }
    }

    @Test
    void everyWordIsUsed() {
        var words = map(at(contract, "vocabularies"));

        assertThat(names(at(words, "failure_class"))).isEqualTo(lower(FailureClass.values()));
        assertThat(names(at(words, "failure_type"))).isEqualTo(lower(FailureType.values()));
        assertThat(names(at(words, "breaker_state"))).isEqualTo(lower(BreakerPhase.values()));
        assertThat(names(at(words, "error_severity"))).isEqualTo(lower(Severity.values()));
        assertThat(names(at(words, "disposition"))).isEqualTo(lower(Disposition.values()));
        assertThat(names(at(words, "recovery_action"))).isEqualTo(lower(RecoveryAction.values()));
        assertThat(names(at(words, "degradation"))).isEqualTo(lower(DegradationLevel.values()));
        // before these, too few calls to judge by
        var statuses = lower(HealthStatus.values());
        assertThat(names(at(words, "health_status"))).isEqualTo(statuses.subList(1, 5));
        assertThat(names(at(words, "queue"))).isEqualTo(lower(QueueClass.values()));
        // what stops for lack of a right is told apart from what may sign in again
        var categories = new ArrayList<>(lower(FailureCategory.values()));
        categories.remove("authorization");
        assertThat(names(at(words, "error_category"))).isEqualTo(categories);
        var seconds = new TreeMap<String, Object>();
        for (var sla : Sla.values()) {
            seconds.put(lower(sla).getFirst(), (int) sla.limit().toSeconds());
        }
        assertThat(map(at(words, "sla"))).isEqualTo(seconds);
    }

    @Test
    void nothingWaitsThatTheContractDoesNotName() {
        assertThat(LATER).allMatch(read(CONTRACT)::contains);
    }

    /** All is there that is wanted, but exactly what comes later. */
    private static void hasAllButLater(Collection<String> wanted, Collection<String> there) {
        var missing = new TreeSet<>(wanted);
        missing.removeAll(there);
        var later = new TreeSet<>(wanted);
        later.retainAll(LATER);

        assertThat(wanted).isNotEmpty();
        assertThat(missing).as("missing (left), and known to be missing").isEqualTo(later);
    }

    private static void isThe(Object wanted, String name, String value) {
        if (wanted instanceof Number number) {
            assertThat(new BigDecimal(value))
                    .as(name)
                    .isEqualByComparingTo(new BigDecimal(number.toString()));
        } else {
            assertThat(value).as(name).isEqualTo(wanted.toString());
        }
    }

    private static Map<String, String> defaults(String file) {
        var defaults = new TreeMap<String, String>();
        VARIABLE.matcher(read(Path.of("src/main/resources", file)))
                .results()
                .forEach(found -> defaults.put(found.group(1), found.group(2)));
        return defaults;
    }

    private static List<String> lower(Enum<?>... values) {
        return Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
    }

    /** What the contract has there; empty text for the null that says so itself. */
    private static Object at(Map<String, Object> map, String name) {
        assertThat(map).containsKey(name);
        return requireNonNullElse(map.get(name), "");
    }

    private static List<String> names(Object list) {
        return ((List<?>) list).stream().map(String::valueOf).toList();
    }

    private static Map<String, Object> map(Object node) {
        var map = new TreeMap<String, Object>();
        ((Map<?, ?>) node).forEach((name, value) -> map.put((String) name, value));
        return map;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
