package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Learned patches in memory. */
final class MemoryLearnedPatches implements LearnedPatches {
    private record Key(String tenant, String fingerprint, String id) {}

    private final Map<Key, Learned> all = new LinkedHashMap<>();

    @Override
    public void remember(String tenant, String fingerprint, Patch patch, String diff) {
        if (diff.length() > MAX_DIFF) {
            return;
        }
        var key = new Key(tenant, fingerprint, PatchIds.learned(fingerprint, patch, diff));
        all.merge(
                key,
                new Learned(patch, diff, 1, 0),
                (old, _) ->
                        new Learned(old.patch(), old.diff(), old.verified() + 1, old.refused()));
    }

    @Override
    public void penalise(String tenant, String fingerprint, String patchId) {
        all.computeIfPresent(
                new Key(tenant, fingerprint, patchId),
                (_, old) ->
                        new Learned(old.patch(), old.diff(), old.verified(), old.refused() + 1));
    }

    @Override
    public void forget(String tenant, String fingerprint, String patchId) {
        all.remove(new Key(tenant, fingerprint, patchId));
    }

    @Override
    public List<Learned> find(String tenant, String fingerprint) {
        return all.entrySet().stream()
                .filter(e -> e.getKey().tenant().equals(tenant))
                .filter(e -> e.getKey().fingerprint().equals(fingerprint))
                .map(Map.Entry::getValue)
                .filter(l -> l.refused() - l.verified() <= MAX_LEAD_OF_REFUSALS)
                .sorted(Comparator.comparingInt((Learned l) -> l.refused() - l.verified()))
                .limit(MAX_PER_FINGERPRINT)
                .toList();
    }
}
