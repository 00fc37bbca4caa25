package dev.kintsugi.server.workspace.gate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.diff.Edit;
import org.eclipse.jgit.diff.EditList;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;
import org.jspecify.annotations.Nullable;

/** What lies between two versions of a file. */
final class TextDiff {
    private static final String NO_BLOB = "0".repeat(40);

    private final FileEdit edit;
    private final boolean wasExecutable;
    private final RawText before;
    private final RawText after;
    private final EditList changes;

    TextDiff(@Nullable String before, FileEdit edit, boolean wasExecutable) {
        this.edit = edit;
        this.wasExecutable = wasExecutable;
        this.before = raw(before);
        this.after = raw(edit.text());
        this.changes = new HistogramDiff().diff(RawTextComparator.DEFAULT, this.before, this.after);
    }

    int added() {
        return changes.stream().mapToInt(Edit::getLengthB).sum();
    }

    int removed() {
        return changes.stream().mapToInt(Edit::getLengthA).sum();
    }

    /** Lines of the new version that are new, without their line feeds. */
    List<String> addedLines() {
        var lines = new ArrayList<String>();
        for (Edit change : changes) {
            for (int i = change.getBeginB(); i < change.getEndB(); i++) {
                lines.add(after.getString(i));
            }
        }
        return lines;
    }

    /** The change in git's format, with whole blob ids. */
    String unified() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(headers().getBytes(UTF_8));
        try (var formatter = new DiffFormatter(out)) {
            formatter.format(changes, before, after);
            formatter.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array cannot fail", e);
        }
        return out.toString(UTF_8);
    }

    private String headers() {
        String path = edit.path();
        String text = edit.text();
        String base = edit.base();
        String mode = edit.executable() ? "100755" : "100644";
        String oldMode = wasExecutable ? "100755" : "100644";
        var headers = new StringBuilder("diff --git a/%s b/%s\n".formatted(path, path));
        if (base == null) {
            headers.append("new file mode ").append(mode).append('\n');
        } else if (text == null) {
            headers.append("deleted file mode ").append(oldMode).append('\n');
        } else if (!mode.equals(oldMode)) {
            headers.append("old mode %s\nnew mode %s\n".formatted(oldMode, mode));
        }
        String from = base == null ? NO_BLOB : base;
        String to = text == null ? NO_BLOB : GitText.blobId(text);
        if (!from.equals(to)) {
            headers.append("index ").append(from).append("..").append(to);
            headers.append(base != null && text != null && mode.equals(oldMode) ? " " + mode : "");
            headers.append('\n');
        }
        if (!changes.isEmpty()) {
            headers.append("--- ").append(base == null ? "/dev/null" : "a/" + path).append('\n');
            headers.append("+++ ").append(text == null ? "/dev/null" : "b/" + path).append('\n');
        }
        return headers.toString();
    }

    private static RawText raw(@Nullable String text) {
        return new RawText((text == null ? "" : text).getBytes(UTF_8));
    }
}
