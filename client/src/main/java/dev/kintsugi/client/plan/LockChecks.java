package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.StepReader.Placed;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks of locks that are kept until the run ends: another step of the same plan that takes one
 * after it was kept would wait for the end of its own run.
 */
final class LockChecks {
    private final List<Placed> steps;
    private final Map<String, List<Use>> uses = new TreeMap<>();
    private boolean anyKept;

    /** A step takes a lock, the {@code at}th of its own. */
    private record Use(int step, int at, Lock lock) {}

    LockChecks(List<Placed> steps) {
        this.steps = steps;
        for (int i = 0; i < steps.size(); i++) {
            var waits = steps.get(i).step().waits();
            for (int at = 0; waits != null && at < waits.locks().size(); at++) {
                var lock = waits.locks().get(at);
                uses.computeIfAbsent(lock.name(), _ -> new ArrayList<>()).add(new Use(i, at, lock));
                anyKept |= lock.keep();
            }
        }
    }

    boolean anyKept() {
        return anyKept;
    }

    /**
     * @param ancestors for each step all that come before it
     */
    void check(BitSet[] ancestors) {
        for (var ofName : uses.values()) {
            var kept = ofName.stream().filter(use -> use.lock().keep()).toList();
            for (var user : ofName) {
                kept.stream()
                        .filter(keeper -> keeper.step() != user.step() && collide(keeper, user))
                        .filter(keeper -> !ancestors[keeper.step()].get(user.step()))
                        .findFirst()
                        .ifPresent(keeper -> tell(keeper, user, ancestors));
            }
        }
    }

    private static boolean collide(Use one, Use other) {
        return one.lock().permits() + other.lock().permits()
                > Math.min(one.lock().limit(), other.lock().limit());
    }

    private void tell(Use keeper, Use user, BitSet[] ancestors) {
        var after = ancestors[user.step()].get(keeper.step());
        var keeps = steps.get(keeper.step()).step().id();
        var waits = steps.get(user.step()).step().id();
        var place = place(user);
        if (after || user.lock().keep()) {
            place.error(
                    "cycle: %s -> lock %s, which %s keeps until the run ends -> %s; leave out keep or one of the locks"
                            .formatted(waits, user.lock().name(), keeps, waits));
        } else {
            place.warning(
                    "waits for ever if %s, which keeps lock %s until the run ends, is first: let %s need this step"
                            .formatted(keeps, user.lock().name(), keeps));
        }
    }

    private Place place(Use use) {
        return steps.get(use.step()).locks().list(0, Waits.MAX_LOCKS).get(use.at());
    }
}
