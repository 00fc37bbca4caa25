package dev.kintsugi.server.workspace.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * What an attempt left behind, in two commits: {@code full} has every file, ignored ones too, and
 * its only parent is {@code tracked}, which has the files that are not ignored. The histories that
 * are merged and delivered are those of the tracked commits alone. A commit that is not marked so
 * is both.
 */
record Snapshot(RevCommit full, RevCommit tracked) {
    /** How the message of a full commit begins. */
    static final String MARK = "kintsugi-snapshot: ";

    /** How the words after the mark begin in a patch's commit. */
    static final String PATCH = "patch ";

    static final String AUTHOR = "Kintsugi";
    static final String EMAIL = "kintsugi@localhost";

    static Snapshot of(RevWalk walk, AnyObjectId id) throws IOException {
        var full = walk.parseCommit(id);
        if (full.getParentCount() == 1 && full.getFullMessage().startsWith(MARK)) {
            return new Snapshot(full, walk.parseCommit(full.getParent(0)));
        }
        return new Snapshot(full, full);
    }

    boolean isPatch() {
        return full.getFullMessage().startsWith(MARK + PATCH);
    }

    /** What it is, for people. */
    String title() {
        var subject = full.getShortMessage();
        return subject.startsWith(MARK)
                ? subject.substring(MARK.length())
                : "commit " + full.abbreviate(8).name();
    }

    /** The person who commits, at a time that depends on the commits' own content alone. */
    static PersonIdent ident(long epochSecond) {
        return new PersonIdent(AUTHOR, EMAIL, Instant.ofEpochSecond(epochSecond), ZoneOffset.UTC);
    }

    /** Writes a commit whose time is that of the youngest parent. */
    static ObjectId commit(
            ObjectInserter inserter, AnyObjectId tree, String message, RevCommit... parents)
            throws IOException {
        var time = 0L;
        for (var parent : parents) {
            time = Math.max(time, parent.getCommitTime());
        }
        return commit(inserter, tree, message, time, parents);
    }

    /** Writes a commit. */
    static ObjectId commit(
            ObjectInserter inserter,
            AnyObjectId tree,
            String message,
            long epochSecond,
            RevCommit... parents)
            throws IOException {
        var commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setParentIds(parents);
        commit.setAuthor(ident(epochSecond));
        commit.setCommitter(ident(epochSecond));
        commit.setEncoding(StandardCharsets.UTF_8);
        commit.setMessage(message);
        var id = inserter.insert(commit);
        inserter.flush();
        return id;
    }
}
