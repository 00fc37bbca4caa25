package dev.kintsugi.server.workspace.git;

import java.io.IOException;
import java.util.ArrayDeque;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * One folder of a repository as a workspace of its own: taken out as a commit without history, and
 * put back as commits of the whole repository that change nothing but that folder.
 *
 * @param path from the repository's root, with slashes
 */
record Subfolder(String path) {

    /** Whether the commit has it. */
    boolean isIn(Repository repository, ObjectId commit) throws IOException {
        try (var walk = new RevWalk(repository);
                var found =
                        TreeWalk.forPath(repository, path, walk.parseCommit(commit).getTree())) {
            return found != null && FileMode.TREE.equals(found.getRawMode(0));
        }
    }

    /** A commit of the folder alone, the same for the same commit of the whole. */
    ObjectId takenOut(Repository repository, ObjectId whole) throws IOException {
        try (var walk = new RevWalk(repository);
                var inserter = repository.newObjectInserter()) {
            var commit = walk.parseCommit(whole);
            try (var found = TreeWalk.forPath(repository, path, commit.getTree())) {
                var message = "%s at %s\n".formatted(path, commit.name());
                return Snapshot.commit(
                        inserter, found.getObjectId(0), message, commit.getCommitTime());
            }
        }
    }

    /**
     * The commits after the base up to the tip, a line of first parents, on top of the whole.
     *
     * @param whole the commit that the base was taken out of
     */
    ObjectId putBack(Repository repository, ObjectId whole, ObjectId base, ObjectId tip)
            throws IOException {
        try (var walk = new RevWalk(repository);
                var inserter = repository.newObjectInserter();
                var reader = inserter.newReader()) {
            var line = new ArrayDeque<RevCommit>();
            for (var next = walk.parseCommit(tip); !next.equals(base); ) {
                line.push(next);
                next = walk.parseCommit(next.getParent(0));
            }
            var head = walk.parseCommit(whole);
            for (var commit : line) {
                var tree = replaced(reader, inserter, head.getTree(), path, commit.getTree());
                var message = commit.getFullMessage();
                head =
                        walk.parseCommit(
                                Snapshot.commit(
                                        inserter, tree, message, commit.getCommitTime(), head));
            }
            return head;
        }
    }

    /** The tree with another folder at a path that it has. */
    private static ObjectId replaced(
            ObjectReader reader, ObjectInserter inserter, ObjectId tree, String at, ObjectId folder)
            throws IOException {
        var slash = at.indexOf('/');
        var name = slash < 0 ? at : at.substring(0, slash);
        var changed = new TreeFormatter();
        for (var entries = new CanonicalTreeParser(null, reader, tree); !entries.eof(); ) {
            var id = entries.getEntryObjectId();
            if (entries.getEntryPathString().equals(name)) {
                var below = at.substring(slash + 1);
                id = slash < 0 ? folder : replaced(reader, inserter, id, below, folder);
            }
            // The name's bytes as they are, even where they are no UTF-8.
            var bytes = new byte[entries.getNameLength()];
            entries.getName(bytes, 0);
            changed.append(bytes, 0, bytes.length, entries.getEntryFileMode(), id);
            entries.next();
        }
        var id = inserter.insert(changed);
        inserter.flush();
        return id;
    }
}
