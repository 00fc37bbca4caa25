package dev.kintsugi.server.workspace.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.workspace.gate.ProposedPatch.EditChange;
import dev.kintsugi.server.workspace.gate.Verdict.Passed;
import dev.kintsugi.server.workspace.gate.Verdict.Refused;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EditChangeTest {
    private static final String BASE = GitText.blobId(Fixture.APP);

    @Test
    void passesWhenTheBaseIsTheFileThatIsThere() {
        var edit = new FileEdit("src/App.java", BASE, Fixture.APP.replace("1", "7"), false);

        var verdict = judge("**", edit);

        assertThat(verdict).isInstanceOf(Passed.class);
        var patch = (NormalisedPatch.Tree) ((Passed) verdict).patch();
        assertThat(patch.lines()).isEqualTo(2);
        assertThat(patch.diff()).contains("-    int one = 1;\n+    int one = 7;\n");
    }

    @Test
    void refusesAnotherBase() {
        assertCode("stale", new FileEdit("src/App.java", "0".repeat(40), "class App {}\n", false));
    }

    @Test
    void refusesCreationOverAFile() {
        assertCode("stale", new FileEdit("src/App.java", null, "class App {}\n", false));
    }

    @Test
    void refusesDeletionOfWhatIsGone() {
        assertCode("stale", new FileEdit("src/Gone.java", BASE, null, false));
    }

    @Test
    void refusesAnEditThatChangesNothing() {
        assertCode("no-change", new FileEdit("src/App.java", BASE, Fixture.APP, false));
    }

    @Test
    void refusesContentThatIsNoText() {
        assertCode("binary", new FileEdit("src/a", null, "a\0b", false));
        assertCode("binary", new FileEdit("src/a", null, "\ud800", false));
    }

    @Test
    void refusesAHugeFile() {
        assertCode("too-large", new FileEdit("src/a", null, "x\n".repeat(600_000), false));
    }

    @Test
    void refusesPathsThatLeaveTheWorkspace() {
        assertCode("path-escape", new FileEdit("../a", null, "x\n", false));
    }

    @Test
    void refusesDeletionOfEverything() {
        var tree = MemoryTree.of(Map.of("a", "1\n", "b", "2\n"));
        var all =
                new EditChange(
                        List.of(
                                new FileEdit("a", GitText.blobId("1\n"), null, false),
                                new FileEdit("b", GitText.blobId("2\n"), null, false)),
                        false);

        assertThat(Gate.judge(all, Fixture.policy("**"), tree))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.line()).contains("emptied"));
    }

    @Test
    void refusesAnEmptyPatch() {
        assertThat(
                        Gate.judge(
                                new EditChange(List.of(), false),
                                Fixture.policy("**"),
                                Fixture.tree()))
                .isInstanceOf(Refused.class);
    }

    @Test
    void writesTestsWhenThePlanAllowsIt() {
        var policy = Fixture.policy("**");
        var lenient =
                new GatePolicy(
                        new dev.kintsugi.client.plan.Gate(
                                List.of("**"), true, 3, 40, policy.plan().network()),
                        policy.serverAllow(),
                        policy.step(),
                        policy.memoryBytes(),
                        policy.secrets());
        var edit = new FileEdit("src/test/NewTest.java", null, "class NewTest {}\n", false);

        assertThat(Gate.judge(new EditChange(List.of(edit), false), lenient, Fixture.tree()))
                .isInstanceOf(Passed.class);
    }

    @Test
    void aKnownSecretIsRefusedWhateverItLooksLikeAndHoweverItIsWritten() {
        var written =
                List.of(
                        "plum tree\nin bloom",
                        "plum%20tree%0Ain%20bloom",
                        "cGx1bSB0cmVlCmluIGJsb29t");

        for (var text : written) {
            var edit = new FileEdit("src/New.txt", null, "one\n" + text + "\n", false);

            assertThat(judge("**", edit))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.line()).contains("secret"));
        }
    }

    @Test
    void aSecretThatWasThereBeforeMayStay() {
        var tree = Fixture.tree().with("src/Old.txt", "plum tree\nin bloom\n".getBytes(UTF_8));
        var base = GitText.blobId("plum tree\nin bloom\n");
        var edit = new FileEdit("src/Old.txt", base, "plum tree\nin bloom\nmore\n", false);

        assertThat(Gate.judge(new EditChange(List.of(edit), false), Fixture.policy("**"), tree))
                .isInstanceOf(Passed.class);
    }

    @Test
    void theServersAllowlistNarrowsThePlans() {
        var policy = Fixture.policy("**");
        var narrow =
                new GatePolicy(
                        policy.plan(),
                        List.of("docs/**"),
                        policy.step(),
                        policy.memoryBytes(),
                        policy.secrets());
        var edit = new FileEdit("src/New.java", null, "class New {}\n", false);

        assertThat(Gate.judge(new EditChange(List.of(edit), false), narrow, Fixture.tree()))
                .isInstanceOf(Refused.class);
    }

    private static Verdict judge(String allow, FileEdit edit) {
        return Gate.judge(
                new EditChange(List.of(edit), false), Fixture.policy(allow), Fixture.tree());
    }

    private static void assertCode(String code, FileEdit edit) {
        assertThat(judge("**", edit))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.reasons())
                                        .as("%s", refused.line())
                                        .extracting(Verdict.Reason::code)
                                        .contains(code));
    }
}
