package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import dev.kintsugi.server.workspace.gate.ProposedPatch;
import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import dev.kintsugi.server.workspace.gate.Relocation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Proposes patches that were verified for the same fingerprint before. Safe for many threads. */
public final class LearnedSource implements PatchSource {
    private final LearnedPatches learned;

    public LearnedSource(LearnedPatches learned) {
        this.learned = learned;
    }

    @Override
    public Patch.Source source() {
        return Patch.Source.LEARNED;
    }

    @Override
    public List<Proposal> propose(MendRequest request) {
        return learned.find(request.task().tenant(), request.failure().fingerprint()).stream()
                .flatMap(known -> proposal(known, request).stream())
                .toList();
    }

    private static Optional<Proposal> proposal(LearnedPatches.Learned known, MendRequest request) {
        boolean modelWritten = known.patch().source() == Patch.Source.MODEL;
        Optional<? extends ProposedPatch> change =
                switch (known.patch()) {
                    case Patch.TreePatch _ ->
                            Relocation.onto(request.tree(), known.diff(), modelWritten);
                    case Patch.StepPatch patch -> {
                        Long millis = patch.timeoutMillis();
                        Duration timeout = millis == null ? null : Duration.ofMillis(millis);
                        yield Optional.of(new StepChange(patch.env(), timeout));
                    }
                };
        return change.map(found ->
                new Proposal.Known(
                        known.patch().title(),
                        found,
                        modelWritten ? Patch.Source.MODEL : Patch.Source.LEARNED,
                        known.id()));
    }
}
