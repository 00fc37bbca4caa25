package dev.kintsugi.server.workspace.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.workspace.gate.ProposedPatch.DiffChange;
import dev.kintsugi.server.workspace.gate.Verdict.Passed;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HonestPatchTest {

    static List<Cases> honest() {
        return Cases.read("/gate/honest.txt");
    }

    @ParameterizedTest
    @MethodSource("honest")
    void passesAndItsNormalFormDoesTheSame(Cases patch) {
        var policy = Fixture.policy(patch.allow().toArray(String[]::new));

        var once = passed(new DiffChange(patch.diff(), false), policy, Fixture.tree());
        var again = passed(new DiffChange(once.diff(), false), policy, Fixture.tree());

        assertThat(String.join(" ", once.files())).isEqualTo(patch.expected());
        assertThat(again).isEqualTo(once);
    }

    @ParameterizedTest
    @MethodSource("honest")
    void isStaleOnceItWasApplied(Cases patch) {
        var policy = Fixture.policy(patch.allow().toArray(String[]::new));
        var once = passed(new DiffChange(patch.diff(), false), policy, Fixture.tree());

        var again =
                Gate.judge(new DiffChange(once.diff(), false), policy, Fixture.tree().after(once));

        assertThat(again).isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void areAtLeastFifteen() {
        assertThat(honest()).hasSizeGreaterThanOrEqualTo(15);
    }

    private static NormalisedPatch.Tree passed(
            DiffChange change, GatePolicy policy, SourceTree tree) {
        Verdict verdict = Gate.judge(change, policy, tree);
        assertThat(verdict).isInstanceOf(Passed.class);
        return (NormalisedPatch.Tree) ((Passed) verdict).patch();
    }
}
