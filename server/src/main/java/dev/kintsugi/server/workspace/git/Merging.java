package dev.kintsugi.server.workspace.git;

import static java.util.stream.Collectors.joining;

import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.server.workspace.Inputs.Conflict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.merge.MergeStrategy;
import org.eclipse.jgit.merge.RecursiveMerger;
import org.eclipse.jgit.merge.ThreeWayMerger;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * One merge of snapshots and patches in core, on the tracked histories. Merged results become
 * parents; a picked patch does not, since its history may hold work that the input must not have,
 * so the commit names it in a trailer instead.
 */
final class Merging implements AutoCloseable {
    static final String PATCH_TRAILER = "Kintsugi-Patch";

    private final Repository repository;
    private final RevWalk walk;
    private final ObjectInserter inserter;
    private final RevCommit base;
    private final List<Snapshot> merged = new ArrayList<>();
    private RevCommit head;

    Merging(Repository repository, ObjectId base) throws IOException {
        this.repository = repository;
        this.inserter = repository.newObjectInserter();
        this.walk = new RevWalk(repository);
        this.base = Snapshot.of(walk, base).tracked();
        this.head = this.base;
    }

    /** The tracked commit reached so far. */
    RevCommit head() {
        return head;
    }

    Snapshot snapshot(String commit) throws IOException {
        return Snapshot.of(walk, Store.id(commit));
    }

    /** Merges all of an input, in its order; what does not fit, or null. */
    @Nullable Conflict mergeAll(TaskInput input) throws IOException {
        for (var result : input.results()) {
            var conflict = merge(snapshot(result));
            if (conflict != null) {
                return conflict;
            }
        }
        for (var patch : input.patches()) {
            var conflict = applyPatch(snapshot(patch));
            if (conflict != null) {
                return conflict;
            }
        }
        return null;
    }

    /** The commit to check out: tracked files merged, ignored ones of the results laid under. */
    ObjectId full() throws IOException {
        var tree = FileMap.overlay(inserter, head.getTree(), merged);
        for (var snapshot : merged) {
            if (snapshot.tracked().equals(head) && snapshot.full().getTree().equals(tree)) {
                return snapshot.full();
            }
        }
        if (tree.equals(head.getTree())) {
            return head;
        }
        return Snapshot.commit(inserter, tree, Snapshot.MARK + "input", head);
    }

    private @Nullable Conflict merge(Snapshot result) throws IOException {
        var theirs = result.tracked();
        if (walk.isMergedInto(head, theirs)) {
            head = theirs;
        } else if (!walk.isMergedInto(theirs, head)) {
            var merger = (RecursiveMerger) MergeStrategy.RECURSIVE.newMerger(repository, true);
            if (!merger.merge(head, theirs)) {
                return conflict(merger.getUnmergedPaths(), result);
            }
            head =
                    parse(
                            Snapshot.commit(
                                    inserter,
                                    merger.getResultTreeId(),
                                    "Merge " + result.title(),
                                    head,
                                    theirs));
        }
        merged.add(result);
        return null;
    }

    private @Nullable Conflict applyPatch(Snapshot patch) throws IOException {
        var change = patch.tracked();
        var parent = walk.parseCommit(change.getParent(0));
        if (walk.isMergedInto(change, head) || isPicked(patch) || hasNothingToPatch(change)) {
            return null;
        }
        if (parent.equals(head)) {
            head = change;
            return null;
        }
        return switch (pick(patch)) {
            case Picked(var tree) -> {
                if (!tree.equals(head.getTree())) {
                    var message =
                            "Apply %s\n\n%s: %s\n"
                                    .formatted(patch.title(), PATCH_TRAILER, patch.full().name());
                    head = parse(Snapshot.commit(inserter, tree, message, head));
                }
                yield null;
            }
            case Unfit(var paths) -> conflict(paths, patch);
        };
    }

    /** What came of bringing one change to another place. */
    sealed interface Pick {}

    record Picked(ObjectId tree) implements Pick {}

    record Unfit(List<String> paths) implements Pick {}

    /** The head's tree with the difference of the change to its first parent. */
    Pick pick(Snapshot change) throws IOException {
        var theirs = change.tracked();
        var merger = (ThreeWayMerger) MergeStrategy.RESOLVE.newMerger(repository, true);
        merger.setBase(walk.parseCommit(theirs.getParent(0)));
        if (merger.merge(head, theirs)) {
            return new Picked(merger.getResultTreeId());
        }
        return new Unfit(((org.eclipse.jgit.merge.ResolveMerger) merger).getUnmergedPaths());
    }

    /** Goes on from a new commit of that tree, dated as the change it brings. */
    void append(ObjectId tree, String message, RevCommit change) throws IOException {
        head = parse(Snapshot.commit(inserter, tree, message, change.getCommitTime(), head));
    }

    private boolean isPicked(Snapshot patch) throws IOException {
        try (var history = new RevWalk(repository)) {
            history.markStart(history.parseCommit(head));
            history.markUninteresting(history.parseCommit(base));
            for (var commit : history) {
                if (commit.getFooterLines(PATCH_TRAILER).contains(patch.full().name())) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A patch of files that a step does not have is none of its business. */
    private boolean hasNothingToPatch(RevCommit change) throws IOException {
        var changesFiles = false;
        try (var difference = new TreeWalk(repository)) {
            difference.addTree(walk.parseCommit(change.getParent(0)).getTree());
            difference.addTree(change.getTree());
            difference.addTree(head.getTree());
            difference.setRecursive(true);
            difference.setFilter(TreeFilter.ANY_DIFF);
            while (difference.next()) {
                var isChanged =
                        difference.getRawMode(0) != 0
                                && !(difference.idEqual(0, 1)
                                        && difference.getRawMode(0) == difference.getRawMode(1));
                if (isChanged && difference.getRawMode(2) != 0) {
                    return false;
                }
                changesFiles |= isChanged;
            }
        }
        return changesFiles;
    }

    /** Names who changed the first path: of those merged so far, all that differ from the base. */
    private Conflict conflict(List<String> paths, Snapshot other) throws IOException {
        var path = paths.getFirst();
        var common = at(mergeBase(other.tracked()), path);
        var changers = new ArrayList<String>();
        for (var snapshot : merged) {
            if (!at(snapshot.tracked(), path).equals(common)) {
                changers.add(snapshot.title());
            }
        }
        var first = changers.isEmpty() ? "earlier work" : changers.stream().collect(joining(", "));
        return new Conflict(paths, first + " and " + other.title());
    }

    private RevCommit mergeBase(RevCommit theirs) throws IOException {
        try (var bases = new RevWalk(repository)) {
            bases.setRevFilter(RevFilter.MERGE_BASE);
            bases.markStart(bases.parseCommit(head));
            bases.markStart(bases.parseCommit(theirs));
            var found = bases.next();
            return found == null ? base : walk.parseCommit(found);
        }
    }

    private ObjectId at(RevCommit commit, String path) throws IOException {
        try (var found = TreeWalk.forPath(repository, path, commit.getTree())) {
            return found == null ? ObjectId.zeroId() : found.getObjectId(0);
        }
    }

    private RevCommit parse(ObjectId commit) throws IOException {
        return walk.parseCommit(commit);
    }

    @Override
    public void close() {
        walk.close();
        inserter.close();
    }
}
