package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.server.run.machine.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Logs that released versions wrote must lead to what they led to then. {@link KeptLogsWriter}
 * makes those of this version; those of a released version are never made again.
 */
final class KeptLogsTest {
    private static final Path LOGS = Path.of("src/test/resources/logs");

    private static List<Path> files() throws IOException {
        try (var found = Files.walk(LOGS)) {
            return found.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
        }
    }

    @Test
    void everyLogLeadsToTheViewThatItsVersionShowed() throws IOException {
        var ends = new TreeSet<RunStatus>();
        for (var file : files()) {
            var log = KeptLog.read(file);

            assertThat(log.fold().view()).as("%s", file).isEqualTo(log.view());
            ends.add(log.view().status());
        }

        assertThat(ends)
                .containsExactly(
                        RunStatus.SUCCEEDED,
                        RunStatus.FAILED,
                        RunStatus.ROLLED_BACK,
                        RunStatus.CANCELLED);
    }

    @Test
    void everyChainHolds() throws IOException {
        for (var file : files()) {
            var log = KeptLog.read(file);

            assertThat(log.chained(KeptLogsWriter.CHAIN))
                    .as("%s", file)
                    .isEqualTo(log.lines().getLast().mac());
        }
    }

    @Test
    void everyVersionOfTheRulesHasItsLogs() throws IOException {
        var kept = new TreeMap<Integer, Integer>();
        for (var file : files()) {
            kept.merge(KeptLog.read(file).head().rules(), 1, Integer::sum);
        }

        assertThat(kept.keySet()).containsExactly(1, Envelope.CURRENT_RULES);
        assertThat(kept.values()).allMatch(many -> many >= 10);
    }

    /** A server that goes by other rules than the run's is found out, whatever it writes down. */
    @Test
    void aLogThatIsFoldedUnderOtherRulesThanItsOwnIsFound() throws IOException {
        for (var rules : List.of(1, 2)) {
            var others = 3 - rules;
            var log = KeptLog.read(LOGS.resolve("rules-%d/retry-after.jsonl".formatted(rules)));
            assertThat(audited(log, rules, log.decidedUnder(rules))).isEmpty();

            assertThat(audited(log, rules, log.decidedUnder(others)))
                    .hasValueSatisfying(found -> assertThat(found).contains("do not follow"));
            assertThat(audited(log, others, log.decidedUnder(others)))
                    .hasValue(
                            "event 1 was decided under rules %d, the run began under rules %d"
                                    .formatted(rules, others));
        }
    }

    private static Optional<String> audited(KeptLog log, int rules, List<LoggedEvent> events) {
        try (var engines = new Engines(Engines.inMemory(), (_, _) -> Engines.done())) {
            var row = log.row(rules);
            engines.ports
                    .transactions()
                    .asSystem(() -> {
                        var store = engines.ports.store();
                        store.add(List.of(new RunStore.NewRun(row, log.head().plan(), "{}")));
                        store.append(
                                events.stream()
                                        .map(event ->
                                                new RunStore.Entry(row.tenant(), row.run(), event))
                                        .toList());
                        return row;
                    });
            return engines.engine.audit(row.tenant(), row.run());
        }
    }

    @Test
    void anotherJvmComesToTheSameStates() throws Exception {
        var other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UnlockExperimentalVMOptions",
                                "-XX:hashCode=2",
                                "-Duser.language=ar",
                                "-Duser.timezone=Asia/Kathmandu",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KeptLogsTest.class.getName())
                        .redirectErrorStream(true)
                        .start();
        try (var out = other.getInputStream()) {
            var states = new String(out.readAllBytes(), StandardCharsets.UTF_8);

            assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(states).contains(states());
        }
    }

    /** Prints the states that all logs lead to. */
    public static void main(String[] args) throws IOException {
        System.out.print(states());
    }

    private static String states() throws IOException {
        var states = new TreeMap<String, String>();
        for (var file : files()) {
            states.put(file.toString(), KeptLog.read(file).fold().state().toString());
        }
        assertThat(states).hasSizeGreaterThanOrEqualTo(9);
        return states.toString();
    }
}
