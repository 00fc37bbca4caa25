package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Patch;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Learned patches in memory. */
final class MemoryLearnedPatches implements LearnedPatches {
    private record Key(String tenant, String fingerprint, String id) {}

    private record Kept(Learned learned, Instant since) {
        Kept counted(int verified, int refused) {
            return new Kept(
                    new Learned(
                            learned.id(),
                            learned.patch(),
                            learned.diff(),
                            learned.verified() + verified,
                            learned.refused() + refused),
                    since);
        }
    }

    private final InstantSource clock;
    private final Map<Key, Kept> all = new LinkedHashMap<>();

    MemoryLearnedPatches(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void remember(String tenant, String fingerprint, Patch patch, String diff) {
        if (diff.length() > MAX_DIFF) {
            return;
        }
        all.entrySet().removeIf(e -> !isKept(e.getValue()));
        var known = new Key(tenant, fingerprint, patch.id());
        var fresh = PatchIds.learned(fingerprint, patch, diff);
        all.merge(
                all.containsKey(known) ? known : new Key(tenant, fingerprint, fresh),
                new Kept(new Learned(fresh, patch, diff, 1, 0), clock.instant()),
                (old, _) -> old.counted(1, 0));
    }

    @Override
    public void penalise(String tenant, String fingerprint, String patchId) {
        all.computeIfPresent(new Key(tenant, fingerprint, patchId), (_, old) -> old.counted(0, 1));
    }

    private boolean isKept(Kept kept) {
        return !kept.learned().diff().isEmpty()
                || kept.since().plus(GROWTH_KEPT).isAfter(clock.instant());
    }

    @Override
    public List<Learned> find(String tenant, String fingerprint) {
        return all.entrySet().stream()
                .filter(e -> e.getKey().tenant().equals(tenant))
                .filter(e -> e.getKey().fingerprint().equals(fingerprint))
                .map(Map.Entry::getValue)
                .filter(this::isKept)
                .map(Kept::learned)
                .filter(l -> l.refused() - l.verified() <= MAX_LEAD_OF_REFUSALS)
                .sorted(Comparator.comparingInt((Learned l) -> l.refused() - l.verified()))
                .limit(MAX_PER_FINGERPRINT)
                .toList();
    }
}
