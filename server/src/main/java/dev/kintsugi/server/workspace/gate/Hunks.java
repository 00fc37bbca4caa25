package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.server.workspace.gate.FileDiff.Change;
import dev.kintsugi.server.workspace.gate.FileDiff.Hunk;
import dev.kintsugi.server.workspace.gate.SourceTree.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Applies what a diff says about a file: every line must stand exactly where the diff says. */
final class Hunks {
    private Hunks() {}

    /** The file afterwards; empty when the diff does not fit the tree. */
    static Optional<FileEdit> apply(FileDiff diff, SourceTree tree, Findings findings) {
        Kind kind = tree.kind(diff.path());
        byte[] bytes = tree.read(diff.path()).orElse(null);
        String before = bytes == null ? null : GitText.decode(bytes);
        boolean create = diff.change() == Change.CREATE;
        if (create ? kind != Kind.MISSING : before == null) {
            findings.add(
                    "stale",
                    diff.path(),
                    create ? "it is created but already there" : "there is no such text file");
            return Optional.empty();
        }
        String base = bytes == null ? null : GitText.blobId(bytes);
        if (base != null && !base.startsWith(diff.base())) {
            findings.add("stale", diff.path(), "the diff was made for another content");
            return Optional.empty();
        }
        String after = patched(before == null ? "" : before, diff, findings);
        if (after == null) {
            return Optional.empty();
        }
        if (diff.change() == Change.DELETE) {
            return deletion(diff, base, after, findings);
        }
        if (!GitText.blobId(after).startsWith(diff.result())) {
            findings.add("stale", diff.path(), "the result is not the one the index line names");
            return Optional.empty();
        }
        boolean executable =
                switch (diff.executable()) {
                    case KEEP -> kind == Kind.EXECUTABLE;
                    case ALLOW -> true;
                    case DENY -> false;
                };
        return Optional.of(new FileEdit(diff.path(), base, after, executable));
    }

    private static Optional<FileEdit> deletion(
            FileDiff diff, @Nullable String base, String rest, Findings findings) {
        if (!rest.isEmpty()) {
            findings.add("stale", diff.path(), "it is deleted although lines remain");
            return Optional.empty();
        }
        return Optional.of(new FileEdit(diff.path(), base, null, false));
    }

    private static @Nullable String patched(String before, FileDiff diff, Findings findings) {
        List<String> old = GitText.lines(before);
        var result = new ArrayList<String>();
        int taken = 0;
        for (Hunk hunk : diff.hunks()) {
            int start = hunk.before().isEmpty() ? hunk.oldStart() : hunk.oldStart() - 1;
            int end = start + hunk.before().size();
            if (start < taken
                    || end > old.size()
                    || !old.subList(start, end).equals(hunk.before())) {
                findings.add(
                        "stale",
                        diff.path(),
                        "the hunk at line %d does not stand there".formatted(hunk.oldStart()));
                return null;
            }
            result.addAll(old.subList(taken, start));
            int newStart = hunk.after().isEmpty() ? hunk.newStart() : hunk.newStart() - 1;
            if (newStart != result.size()) {
                findings.add(
                        "malformed",
                        diff.path(),
                        "the hunk at line %d ends up elsewhere".formatted(hunk.oldStart()));
                return null;
            }
            result.addAll(hunk.after());
            taken = end;
        }
        result.addAll(old.subList(taken, old.size()));
        for (int i = 0; i + 1 < result.size(); i++) {
            if (!result.get(i).endsWith("\n")) {
                findings.add("malformed", diff.path(), "a line without line end is not the last");
                return null;
            }
        }
        return String.join("", result);
    }
}
