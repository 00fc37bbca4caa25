package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.server.workspace.gate.FileDiff.Hunk;
import dev.kintsugi.server.workspace.gate.ProposedPatch.EditChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries a diff over to a tree in which its lines may stand elsewhere. Every hunk with its context
 * must be found exactly once; what comes out is a new proposal, to be judged by the gate.
 */
public final class Relocation {
    private Relocation() {}

    /** The same change on another tree; empty when a part of it has no place there. */
    public static Optional<EditChange> onto(SourceTree tree, String diff, boolean modelWritten) {
        var findings = new Findings();
        List<FileDiff> files = DiffReader.read(diff, findings);
        files.forEach(file -> PathRules.check(file.path(), findings));
        var edits = new ArrayList<FileEdit>();
        for (FileDiff file : findings.none() ? files : List.<FileDiff>of()) {
            FileEdit edit = edit(file, tree);
            if (edit == null) {
                return Optional.empty();
            }
            edits.add(edit);
        }
        return edits.isEmpty()
                ? Optional.empty()
                : Optional.of(new EditChange(edits, modelWritten));
    }

    private static @Nullable FileEdit edit(FileDiff file, SourceTree tree) {
        byte[] bytes = tree.read(file.path()).orElse(null);
        String before = bytes == null ? null : GitText.decode(bytes);
        String base = bytes == null ? null : GitText.blobId(bytes);
        boolean executable =
                switch (file.executable()) {
                    case KEEP -> tree.kind(file.path()) == SourceTree.Kind.EXECUTABLE;
                    case ALLOW -> true;
                    case DENY -> false;
                };
        return switch (file.change()) {
            case CREATE ->
                    base != null
                            ? null
                            : new FileEdit(file.path(), null, moved("", file), executable);
            case DELETE ->
                    before == null || !"".equals(moved(before, file))
                            ? null
                            : new FileEdit(file.path(), base, null, false);
            case MODIFY -> {
                String after = before == null ? null : moved(before, file);
                yield after == null ? null : new FileEdit(file.path(), base, after, executable);
            }
        };
    }

    private static @Nullable String moved(String before, FileDiff file) {
        List<String> lines = GitText.lines(before);
        for (Hunk hunk : file.hunks()) {
            int at = hunk.before().isEmpty() ? 0 : Collections.indexOfSubList(lines, hunk.before());
            boolean once = at >= 0 && at == Collections.lastIndexOfSubList(lines, hunk.before());
            if (!once && !(hunk.before().isEmpty() && lines.isEmpty())) {
                return null;
            }
            var now = new ArrayList<>(lines.subList(0, at));
            now.addAll(hunk.after());
            now.addAll(lines.subList(at + hunk.before().size(), lines.size()));
            lines = now;
        }
        return String.join("", lines);
    }
}
