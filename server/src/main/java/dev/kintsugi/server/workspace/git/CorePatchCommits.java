package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.server.workspace.FileChange;
import dev.kintsugi.server.workspace.PatchCommits;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import java.io.IOException;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/** Commits patches by JGit, on trees alone. */
final class CorePatchCommits implements PatchCommits {
    private final Store store;

    CorePatchCommits(Store store) {
        this.store = store;
    }

    @Override
    public String apply(RunRepository run, String input, List<FileChange> changes, String message) {
        return store.with(
                run,
                repository -> {
                    try (var walk = new RevWalk(repository);
                            var inserter = repository.newObjectInserter()) {
                        var on = Snapshot.of(walk, Store.id(input));
                        var before = on.tracked().getTree();
                        var tree = patched(before, changes, inserter);
                        if (tree.equals(before)) {
                            throw doesNotApply("it changes nothing", null);
                        }
                        var subject = message.lines().findFirst().orElse("");
                        var tracked =
                                walk.parseCommit(
                                        Snapshot.commit(inserter, tree, message, on.tracked()));
                        var full = FileMap.overlay(inserter, tracked.getTree(), List.of(on));
                        var marked = Snapshot.MARK + Snapshot.PATCH + subject;
                        return Snapshot.commit(inserter, full, marked, tracked).name();
                    }
                });
    }

    private static ObjectId patched(
            RevTree before, List<FileChange> changes, ObjectInserter inserter) throws IOException {
        var files = new FileMap();
        try (var reader = inserter.newReader()) {
            files.putAll(reader, before);
        }
        try {
            for (var change : changes) {
                put(files, change, inserter);
            }
            return files.write(inserter);
        } catch (IllegalArgumentException e) {
            // JGit's word for a path that no tree may hold, such as .git/config or ../x
            throw doesNotApply(String.valueOf(e.getMessage()), e);
        }
    }

    private static void put(FileMap files, FileChange change, ObjectInserter inserter)
            throws IOException {
        var path = new String(change.path().getBytes(UTF_8), ISO_8859_1);
        var content = change.content();
        if (content == null) {
            if (!files.remove(path)) {
                throw doesNotApply("there is no file %s to remove".formatted(change.path()), null);
            }
            return;
        }
        var mode = change.executable() ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE;
        files.put(path, mode, inserter.insert(Constants.OBJ_BLOB, content));
    }

    private static WorkspaceException doesNotApply(String why, @Nullable Throwable cause) {
        return new WorkspaceException(
                Code.PATCH_DOES_NOT_APPLY, "the patch does not apply: " + why, cause);
    }
}
