package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.secret.Redactor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** Looks for the values of secrets in what differs between two trees: contents, links and names. */
final class Revelations {
    private static final int BEFORE = 0;
    private static final int AFTER = 1;

    private Revelations() {}

    /**
     * The first path that holds a value which it did not hold before.
     *
     * @param before a commit
     * @param after a tree
     */
    static Optional<String> first(Path gitDir, String before, String after, Redactor secrets)
            throws IOException {
        try (var repository = Store.open(gitDir);
                var commits = new RevWalk(repository);
                var walk = new TreeWalk(repository)) {
            walk.addTree(commits.parseCommit(Store.id(before)).getTree());
            walk.addTree(Store.id(after));
            walk.setFilter(TreeFilter.ANY_DIFF);
            walk.setRecursive(true);
            while (walk.next()) {
                if (reveals(repository, walk, secrets)) {
                    return Optional.of(walk.getPathString());
                }
            }
            return Optional.empty();
        }
    }

    private static boolean reveals(Repository repository, TreeWalk walk, Redactor secrets)
            throws IOException {
        var isNew = walk.getFileMode(BEFORE) == FileMode.MISSING;
        if (walk.getFileMode(AFTER) != FileMode.MISSING
                && isNew
                && secrets.reveals("", walk.getPathString())) {
            return true;
        }
        try (var before = content(repository, walk, BEFORE);
                var after = content(repository, walk, AFTER)) {
            return secrets.reveals(before, after);
        }
    }

    private static InputStream content(Repository repository, TreeWalk walk, int side)
            throws IOException {
        return walk.getFileMode(side).getObjectType() == Constants.OBJ_BLOB
                ? repository.open(walk.getObjectId(side)).openStream()
                : InputStream.nullInputStream();
    }
}
