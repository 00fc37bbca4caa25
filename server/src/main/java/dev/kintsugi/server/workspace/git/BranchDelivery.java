package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.server.workspace.Delivery;
import dev.kintsugi.server.workspace.Inputs.Conflict;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import dev.kintsugi.server.workspace.git.Sources.Local;
import dev.kintsugi.server.workspace.git.Sources.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;

/** Delivers by one linear branch, whose tip must hold exactly what merging all results gives. */
final class BranchDelivery implements Delivery {
    private final Git git;
    private final Store store;
    private final Sources sources;

    BranchDelivery(Git git, Store store, Sources sources) {
        this.git = git;
        this.store = store;
        this.sources = sources;
    }

    @Override
    public Delivered deliver(RunRepository run, Task.Delivery delivery)
            throws InterruptedException {
        var ref = Constants.R_HEADS + delivery.branch();
        if (!Repository.isValidRefName(ref)) {
            throw new IllegalArgumentException(
                    "branch must be a valid name, was '%s'".formatted(delivery.branch()));
        }
        var source = sources.accept(run.tenant(), delivery.workspace());
        var tip =
                store.with(
                        run,
                        repository ->
                                whole(repository, source, linear(repository, delivery.changes())));
        push(run, source, delivery.branch(), tip.name());
        return new Delivered(delivery.branch(), tip.name());
    }

    /** Puts what was done in a folder of the source back in its place. */
    private static ObjectId whole(Repository repository, Source source, ObjectId tip)
            throws IOException {
        var whole = Store.read(repository, Store.WHOLE_REF);
        if (whole.isPresent()
                && source instanceof Local(_, _, var subfolder)
                && subfolder != null) {
            return subfolder.putBack(repository, whole.get(), base(repository), tip);
        }
        return tip;
    }

    private static ObjectId base(Repository repository) throws IOException {
        return Store.read(repository, Store.BASE_REF)
                .orElseThrow(() ->
                        new WorkspaceException(
                                Code.NOT_A_REPOSITORY, "the run's repository was never prepared"));
    }

    private static ObjectId linear(Repository repository, List<Task.Delivery.Change> changes)
            throws IOException {
        var base = base(repository);
        try (var branch = new Merging(repository, base)) {
            var results = new ArrayList<String>();
            var patches = new ArrayList<String>();
            for (var change : changes) {
                var snapshot = branch.snapshot(change.commit());
                (snapshot.isPatch() ? patches : results).add(change.commit());
                append(branch, snapshot, change.message());
            }
            var input = new TaskInput(base.name(), results, patches);
            requireSame(branch.head(), merged(repository, input));
            return branch.head();
        }
    }

    private static void append(Merging branch, Snapshot change, String message) throws IOException {
        if (change.tracked().getParentCount() == 0) {
            return; // the base itself: nothing was changed
        }
        switch (branch.pick(change)) {
            case Merging.Picked(var tree) -> {
                if (!tree.equals(branch.head().getTree())) {
                    branch.append(tree, message, change.tracked());
                }
            }
            case Merging.Unfit(var paths) ->
                    throw conflict(new Conflict(paths, "earlier work and " + change.title()));
        }
    }

    private static RevCommit merged(Repository repository, TaskInput input) throws IOException {
        try (var merging = new Merging(repository, Store.id(input.base()))) {
            var conflict = merging.mergeAll(input);
            if (conflict != null) {
                throw conflict(conflict);
            }
            return merging.head();
        }
    }

    private static void requireSame(RevCommit branch, RevCommit merged) {
        if (!branch.getTree().equals(merged.getTree())) {
            throw new WorkspaceException(
                    Code.DELIVERY_DIFFERS,
                    "the branch %s does not hold the same files as the merged results %s: nothing is delivered; compare the two in the run's repository"
                            .formatted(branch.name(), merged.name()));
        }
    }

    private static WorkspaceException conflict(Conflict conflict) {
        return new WorkspaceException(Code.CONFLICT, "cannot deliver: " + conflict.message());
    }

    private void push(RunRepository run, Source source, String branch, String tip)
            throws InterruptedException {
        var ref = Constants.R_HEADS + branch;
        var place = git.on(store.folder(run)).reachingOut();
        var listed = place.must(Git.NETWORK, "ls-remote", "--", source.address(), ref);
        if (listed.startsWith(tip)) {
            return; // delivered before
        }
        if (!listed.isEmpty()) {
            throw new WorkspaceException(
                    Code.BRANCH_EXISTS,
                    "%s already has a branch %s with other work: rename or delete it, then resume"
                            .formatted(source.address(), branch));
        }
        place.must(Git.NETWORK, pushing(source, ref, tip).toArray(String[]::new));
    }

    static List<String> pushing(Source source, String ref, String tip) {
        var command = new ArrayList<>(List.of("push", "--quiet", "--no-verify"));
        if (source instanceof Local) {
            // Its own hooks, programs and housekeeping are for what its owner does. A host
            // elsewhere
            // takes git-receive-pack and no other command.
            command.add(
                    "--receive-pack=git -c core.hooksPath=/dev/null -c"
                            + " core.alternateRefsCommand=true -c receive.autogc=false receive-pack");
        }
        command.addAll(
                List.of(
                        "--force-with-lease=" + ref + ":",
                        "--",
                        source.address(),
                        tip + ":" + ref));
        return command;
    }
}
