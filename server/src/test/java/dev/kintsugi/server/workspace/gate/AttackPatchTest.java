package dev.kintsugi.server.workspace.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.PlanSchema;
import dev.kintsugi.server.workspace.gate.ProposedPatch.DiffChange;
import dev.kintsugi.server.workspace.gate.Verdict.Refused;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttackPatchTest {
    private static final Pattern FIELD = Pattern.compile("\\bgate\\.(\\w+)");

    static List<Cases> attacks() {
        return Cases.read("/gate/attacks.txt");
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void isRefusedForWhatMakesItDangerous(Cases attack) {
        var refused = judged(attack);

        assertThat(refused.reasons())
                .as("%s", refused.line())
                .extracting(Verdict.Reason::code)
                .contains(attack.expected());
    }

    private static Refused judged(Cases attack) {
        var policy = Fixture.policy(attack.allow().toArray(String[]::new));
        var verdict = Gate.judge(new DiffChange(attack.diff(), true), policy, Fixture.tree());
        assertThat(verdict).isInstanceOf(Refused.class);
        return (Refused) verdict;
    }

    @Test
    void whatReasonsSayOfThePlanIsAFieldOfItsGate() {
        var fields =
                Json.mapper()
                        .readTree(PlanSchema.text())
                        .at("/properties/gate/properties")
                        .propertyNames();

        var named =
                attacks().stream()
                        .flatMap(attack -> FIELD.matcher(judged(attack).line()).results())
                        .map(found -> found.group(1))
                        .distinct()
                        .toList();

        assertThat(named).contains("allow", "tests", "maxFiles", "maxLines").isSubsetOf(fields);
    }

    @Test
    void areManyAndDifferent() {
        var attacks = attacks();

        assertThat(attacks).hasSizeGreaterThanOrEqualTo(64);
        assertThat(attacks).extracting(Cases::name).doesNotHaveDuplicates();
        assertThat(attacks).extracting(Cases::diff).doesNotHaveDuplicates();
    }

    @Test
    void reasonsCarryNoControlCharactersOfThePath() {
        var attack =
                new DiffChange("diff --git a/\u001b[2J b/\u001b[2J\nnew file mode 100644\n", true);

        var refused = (Refused) Gate.judge(attack, Fixture.policy("**"), Fixture.tree());

        assertThat(refused.line()).doesNotContain("\u001b");
    }
}
