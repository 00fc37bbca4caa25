package dev.kintsugi.client.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.kintsugi.client.json.Json;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanWriterTest {

    @Test
    void whatIsWrittenReadsBackEqual() {
        var schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(PlanSchema.text());
        for (long seed = 0; seed < 2_000; seed++) {
            var plan = new RandomPlans(seed).plan();

            String text = PlanWriter.write(plan);

            assertThat(Plans.accepted(text)).as("seed %d: %s", seed, text).isEqualTo(plan);
            assertThat(PlanWriter.write(Plans.accepted(text))).isEqualTo(text);
            assertThat(schema.validate(text, InputFormat.JSON)).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void plansComeBackEqualFromTheirStoredFormToo() {
        for (long seed = 0; seed < 500; seed++) {
            var plan = new RandomPlans(seed).plan();

            assertThat(Json.mapper().readValue(Json.canonical(plan), Plan.class))
                    .as("seed %d", seed)
                    .isEqualTo(plan);
        }
    }

    @Test
    void everyDefaultIsSpelledOut() {
        var plan = Plans.accepted(Plans.withSteps("{id: a, exec: x}"));

        assertThat(PlanWriter.write(plan))
                .isEqualTo(
                        """
                        {"plan":1,"name":"n","deliver":"none","sla":"normal","budget":{},\
                        "gate":{"allow":[],"tests":false,"maxFiles":10,"maxLines":400,\
                        "network":"full"},"steps":[{"id":"a","exec":"x","queue":"cpu",\
                        "priority":"normal","needs":[],"timeout":"5m","effects":"idempotent",\
                        "cache":[]}]}\
                        """);
    }

    @Test
    void amountsAreExact() {
        assertThat(Amounts.nanoUsd("0.000000001 USD")).contains(1L);
        assertThat(Amounts.nanoUsd("0.05 USD")).contains(50_000_000L);
        assertThat(Amounts.usd(10_000_000_001L)).isEqualTo("10.000000001 USD");
        assertThat(Amounts.usd(50_000_000L)).isEqualTo("0.05 USD");
        assertThat(Amounts.duration("1h30m5s7ms")).contains(Duration.ofMillis(5_405_007));
        for (String bad : List.of("", "5", "5m1h", "-5s", "1.5h", "5 m", "9999999999s")) {
            assertThat(Amounts.duration(bad)).as(bad).isEmpty();
        }
        assertThat(Amounts.text(Duration.ZERO)).isEqualTo("0s");
        assertThatThrownBy(() -> Amounts.text(Duration.ofNanos(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
