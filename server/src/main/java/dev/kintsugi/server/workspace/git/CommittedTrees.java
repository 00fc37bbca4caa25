package dev.kintsugi.server.workspace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.Trees;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevTree;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;

/** Reads trees by JGit. */
final class CommittedTrees implements Trees {
    private final Store store;

    CommittedTrees(Store store) {
        this.store = store;
    }

    @Override
    public Tree at(RunRepository run, String commit) {
        var tree = store.with(run, repository -> treeOf(repository, commit));
        return new Committed(run, tree);
    }

    private static RevTree treeOf(Repository repository, String commit) throws IOException {
        try (var walk = new RevWalk(repository)) {
            return Snapshot.of(walk, Store.id(commit)).tracked().getTree();
        }
    }

    @Override
    public String diff(RunRepository run, String commit) {
        return store.with(
                run,
                repository -> {
                    var out = new ByteArrayOutputStream();
                    try (var walk = new RevWalk(repository);
                            var reader = repository.newObjectReader();
                            var formatter = new DiffFormatter(out)) {
                        var tracked = Snapshot.of(walk, Store.id(commit)).tracked();
                        formatter.setRepository(repository);
                        formatter.setDetectRenames(false);
                        formatter.setQuotePaths(false); // the gate takes names as they are
                        formatter.setAbbreviationLength(Constants.OBJECT_ID_STRING_LENGTH);
                        var after = new CanonicalTreeParser(null, reader, tracked.getTree());
                        if (tracked.getParentCount() == 0) {
                            formatter.format(new EmptyTreeIterator(), after);
                        } else {
                            var before = walk.parseCommit(tracked.getParent(0)).getTree();
                            formatter.format(new CanonicalTreeParser(null, reader, before), after);
                        }
                    }
                    return out.toString(UTF_8);
                });
    }

    private static Mode mode(FileMode mode) {
        if (mode == FileMode.TREE) {
            return Mode.FOLDER;
        }
        if (mode == FileMode.SYMLINK) {
            return Mode.SYMLINK;
        }
        if (mode == FileMode.GITLINK) {
            return Mode.SUBMODULE;
        }
        return mode == FileMode.EXECUTABLE_FILE ? Mode.EXECUTABLE : Mode.FILE;
    }

    private static Entry entry(TreeWalk walk) {
        return new Entry(
                walk.getPathString(), mode(walk.getFileMode(0)), walk.getObjectId(0).name());
    }

    private final class Committed implements Tree {
        private final RunRepository run;
        private final RevTree tree;

        private Committed(RunRepository run, RevTree tree) {
            this.run = run;
            this.tree = tree;
        }

        @Override
        public Optional<Entry> find(String path) {
            if (path.isEmpty() || path.startsWith("/") || path.endsWith("/")) {
                return Optional.empty();
            }
            return store.with(
                    run,
                    repository -> {
                        try (var walk = TreeWalk.forPath(repository, path, tree)) {
                            return Optional.ofNullable(walk).map(CommittedTrees::entry);
                        }
                    });
        }

        @Override
        public Optional<byte[]> read(String path) {
            return find(path)
                    .filter(e -> e.mode() == Mode.FILE || e.mode() == Mode.EXECUTABLE)
                    .flatMap(this::content);
        }

        private Optional<byte[]> content(Entry entry) {
            return store.with(
                    run,
                    repository -> {
                        var blob = repository.open(ObjectId.fromString(entry.blob()));
                        return blob.getSize() > MAX_FILE_BYTES
                                ? Optional.empty()
                                : Optional.of(blob.getBytes(MAX_FILE_BYTES));
                    });
        }

        @Override
        public List<Entry> list() {
            return store.with(
                    run,
                    repository -> {
                        var entries = new ArrayList<Entry>();
                        try (var walk = new TreeWalk(repository)) {
                            walk.addTree(tree);
                            walk.setRecursive(true);
                            while (walk.next()) {
                                entries.add(entry(walk));
                            }
                        }
                        return List.copyOf(entries);
                    });
        }
    }
}
