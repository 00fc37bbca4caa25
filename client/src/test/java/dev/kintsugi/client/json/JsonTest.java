package dev.kintsugi.client.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import dev.kintsugi.client.event.Note;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.plan.Budget;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.WorkerProtocol;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonTest {
    private static final int SEEDS = 200;

    /** Every sealed wire type there is: a new one is found by itself. */
    static Stream<Class<?>> sealedWireTypes() {
        return new ClassFileImporter()
                        .withImportOption(new DoNotIncludeTests())
                        .importPackages("dev.kintsugi.client")
                        .stream()
                        .filter(type -> type.isAnnotatedWith(JsonTypeInfo.class))
                        .map(JavaClass::reflect);
    }

    static Stream<Class<?>> wireRecords() {
        return Stream.concat(
                sealedWireTypes().flatMap(type -> RandomRecords.permitted(type).stream()),
                Stream.of(
                        Plan.class,
                        LeasedTask.class,
                        LeasedTask.Lease.class,
                        WorkerProtocol.LeaseRequest.class,
                        WorkerProtocol.LostLease.class,
                        TimelineEntry.class,
                        RunView.class));
    }

    @ParameterizedTest
    @MethodSource("wireRecords")
    void everyRecordComesBackEqual(Class<?> type) {
        for (long seed = 0; seed < SEEDS; seed++) {
            Object value = new RandomRecords(seed).of(type);

            String text = Json.mapper().writeValueAsString(value);

            assertThat(Json.mapper().readValue(text, type))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(value);
        }
    }

    @ParameterizedTest
    @MethodSource("sealedWireTypes")
    void everySubtypeIsKnownByItsNameAlone(Class<?> sealed) {
        var names = new TreeMap<String, Class<?>>();
        for (Class<?> subtype : RandomRecords.permitted(sealed)) {
            assertThat(subtype).isRecord().hasAnnotation(JsonTypeName.class);
            String name = subtype.getAnnotation(JsonTypeName.class).value();
            assertThat(name).matches("[a-z]+(_[a-z]+)*");
            assertThat(names.put(name, subtype)).as("two called %s", name).isNull();

            Object value = new RandomRecords(1).of(subtype);
            byte[] bytes = Json.canonical(value);

            assertThat(Json.mapper().readValue(bytes, sealed)).isEqualTo(value);
        }
        assertThat(names).isNotEmpty();
    }

    @Test
    void namesAreSnakeCaseAndEnumsLowerCase() {
        var event =
                new RunEvent.StepSucceeded(
                        "build", 2, null, "h1", List.of(), new TaskResult.Usage(5, 1, 0));

        String text = Json.mapper().writeValueAsString(new Holder(event, Note.Kind.PATCH_TRIED));

        assertThat(text)
                .isEqualTo(
                        """
                        {"event":{"type":"step_succeeded","step":"build","attempt":2,"output":"h1",\
                        "remarks":[],"usage":{"duration_millis":5,"checkout_millis":1,\
                        "cost_nano_usd":0}},"kind":"patch_tried"}\
                        """);
    }

    @Test
    void timesAreIso8601() {
        var budget = new Budget(Duration.ofMinutes(90), null, 3);
        var entry =
                new TimelineEntry(
                        "r1",
                        1,
                        Instant.parse("2026-01-02T03:04:05.000006Z"),
                        new RunEvent.TimerFired("t"),
                        List.of());

        assertThat(Json.mapper().writeValueAsString(budget))
                .isEqualTo("{\"time\":\"PT1H30M\",\"attempts\":3}");
        assertThat(Json.mapper().writeValueAsString(entry))
                .contains("\"at\":\"2026-01-02T03:04:05.000006Z\"");
    }

    @Test
    void whatANewerServerAddsIsIgnored() {
        var event =
                Json.mapper()
                        .readValue(
                                "{\"type\":\"timer_fired\",\"timer\":\"t\",\"why\":{\"new\":[1]}}",
                                RunEvent.class);

        assertThat(event).isEqualTo(new RunEvent.TimerFired("t"));
    }

    @Test
    void questionsBesideTheComponentsAreNotWritten() {
        assertThat(Json.mapper().writeValueAsString(new Asked("a"))).isEqualTo("{\"name\":\"a\"}");
    }

    @Test
    void everyEnumConstantComesBack() {
        for (RunStatus status : RunStatus.values()) {
            String text = Json.mapper().writeValueAsString(status);

            assertThat(text).isLowerCase();
            assertThat(Json.mapper().readValue(text, RunStatus.class)).isEqualTo(status);
        }
    }

    @Test
    void patchesKeepTheirKindInsideLists() {
        var patch =
                new Patch.StepPatch("p", Patch.Source.CATALOGUE, "more heap", new TreeMap<>(), 5L);
        var event =
                new RunEvent.PatchProposed(
                        "a", 1, patch, List.of("gate: too large"), TaskResult.Usage.NONE);

        String text = Json.mapper().writeValueAsString(event);

        assertThat(text).contains("\"kind\":\"step\"", "\"source\":\"catalogue\"");
    }

    record Holder(RunEvent event, Note.Kind kind) {}

    record Asked(String name) {
        public boolean isFine() {
            return true;
        }
    }
}
