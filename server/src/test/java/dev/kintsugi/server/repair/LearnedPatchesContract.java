package dev.kintsugi.server.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.task.Patch;
import dev.kintsugi.client.task.Patch.Source;
import dev.kintsugi.server.repair.LearnedPatches.Learned;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every {@link LearnedPatches} does. Tenants acme and globex exist. */
abstract class LearnedPatchesContract {
    private static final Patch.TreePatch TREE =
            new Patch.TreePatch(
                    "id", Source.CATALOGUE, "mend", "commit", "hash", List.of("a.txt"), 2);

    private Instant now = Instant.parse("2030-01-01T00:00:00Z");

    abstract LearnedPatches patches();

    /** Time as the tests set it. */
    InstantSource clock() {
        return () -> now;
    }

    @Test
    void whatWasVerifiedMoreOftenComesFirst() {
        patches().remember("acme", "order", step("1"), "");
        patches().remember("acme", "order", TREE, "diff");
        patches().remember("acme", "order", TREE, "diff");

        var found = patches().find("acme", "order");

        assertThat(found).extracting(Learned::patch).containsExactly(TREE, step("1"));
        assertThat(found.getFirst().verified()).isEqualTo(2);
        assertThat(found.getFirst().diff()).isEqualTo("diff");
    }

    @Test
    void anotherTenantLearnsNothing() {
        patches().remember("acme", "apart", step("1"), "");

        assertThat(patches().find("globex", "apart")).isEmpty();
        assertThat(patches().find("acme", "other")).isEmpty();
    }

    @Test
    void aPatchThatKeepsFailingIsNoLongerProposed() {
        patches().remember("acme", "bad", step("1"), "");
        String id = PatchIds.learned("bad", step("1"), "");

        patches().penalise("acme", "bad", id);
        patches().penalise("acme", "bad", id);
        assertThat(patches().find("acme", "bad")).hasSize(1);
        patches().penalise("acme", "bad", id);

        assertThat(patches().find("acme", "bad")).isEmpty();
    }

    @Test
    void penalisingTheUnknownKeepsNothing() {
        patches().penalise("acme", "unknown", "0000000000000000");

        assertThat(patches().find("acme", "unknown")).isEmpty();
    }

    @Test
    void aKnownPatchIsCountedByItsIdWhateverItsDiffIsNow() {
        patches().remember("acme", "moved", TREE, "diff");
        String id = patches().find("acme", "moved").getFirst().id();
        var elsewhere =
                new Patch.TreePatch(
                        id, Source.LEARNED, "mend", "commit2", "hash2", List.of("a.txt"), 2);

        patches().remember("acme", "moved", elsewhere, "diff whose lines moved");
        patches().penalise("acme", "moved", id);

        var known = patches().find("acme", "moved");
        assertThat(known).singleElement().isEqualTo(new Learned(id, TREE, "diff", 2, 1));
    }

    @Test
    void whatTheStepWasGivenIsForgottenAfterAWhileHoweverOftenItWasUsed() {
        patches().remember("acme", "grown", step("1"), "");
        patches().remember("acme", "grown", TREE, "diff");
        now = now.plus(LearnedPatches.GROWTH_KEPT).minusSeconds(1);
        patches().remember("acme", "grown", step("1"), "");
        assertThat(patches().find("acme", "grown")).hasSize(2);

        now = now.plusSeconds(1);

        assertThat(patches().find("acme", "grown"))
                .extracting(Learned::patch)
                .containsExactly(TREE);
        patches().remember("acme", "grown", step("1"), "");
        assertThat(patches().find("acme", "grown"))
                .extracting(Learned::verified)
                .containsExactlyInAnyOrder(1, 1);
    }

    @Test
    void aHugeDiffIsNotKept() {
        patches().remember("acme", "huge", TREE, "x".repeat(LearnedPatches.MAX_DIFF + 1));

        assertThat(patches().find("acme", "huge")).isEmpty();
    }

    @Test
    void answersAFewAtMost() {
        for (int i = 0; i < LearnedPatches.MAX_PER_FINGERPRINT + 3; i++) {
            patches().remember("acme", "many", step(String.valueOf(i)), "");
        }

        assertThat(patches().find("acme", "many")).hasSize(LearnedPatches.MAX_PER_FINGERPRINT);
    }

    static Patch.StepPatch step(String value) {
        return new Patch.StepPatch(
                "id", Source.CATALOGUE, "grow", new TreeMap<>(Map.of("PORT", value)), 1000L);
    }
}
