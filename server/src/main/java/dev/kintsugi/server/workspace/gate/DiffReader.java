package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.server.workspace.gate.FileDiff.Change;
import dev.kintsugi.server.workspace.gate.FileDiff.Execution;
import dev.kintsugi.server.workspace.gate.FileDiff.Hunk;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a unified diff in git's format and takes nothing else: every line belongs to a header or a
 * hunk, all headers of a file agree, counts are exact. Renames, copies and binary patches are
 * refused; they can be written as creations and deletions.
 */
final class DiffReader {
    /** Longest diff read, in characters. */
    static final int MAX_LENGTH = 1024 * 1024;

    private static final String GIT = "diff --git ";
    private static final Pattern HUNK =
            Pattern.compile(
                    "@@ -(\\d{1,7})(?:,(\\d{1,7}))? \\+(\\d{1,7})(?:,(\\d{1,7}))? @@(?: .*)?");
    private static final Pattern INDEX =
            Pattern.compile("index ([0-9a-f]{7,40})\\.\\.([0-9a-f]{7,40})(?: (\\d{6}))?");
    private static final Pattern RENAME =
            Pattern.compile("(?:rename|copy|similarity|dissimilarity) .*");
    private static final Pattern ZEROS = Pattern.compile("0+");

    private final String[] lines;
    private final Findings findings;
    private int at;

    private DiffReader(String diff, Findings findings) {
        this.lines = diff.split("\n", -1);
        this.findings = findings;
    }

    /** What the diff says; incomplete whenever something was found against it. */
    static List<FileDiff> read(String diff, Findings findings) {
        if (diff.length() > MAX_LENGTH) {
            findings.add("too-large", "", "the diff exceeds " + MAX_LENGTH + " characters");
            return List.of();
        }
        if (diff.isEmpty() || !diff.endsWith("\n")) {
            findings.add("malformed", "", "a diff is not empty and ends with a line end");
            return List.of();
        }
        return new DiffReader(diff, findings).files();
    }

    private List<FileDiff> files() {
        var files = new ArrayList<FileDiff>();
        while (at < lines.length - 1 && findings.none()) {
            FileDiff file = file();
            if (file != null) {
                files.add(file);
            }
        }
        return files;
    }

    private @Nullable FileDiff file() {
        String path = gitPath(lines[at]);
        if (path == null) {
            return malformed("", "expected a line \"diff --git a/PATH b/PATH\" with one path");
        }
        at++;
        var headers = new Headers(path);
        while (at < lines.length - 1 && headers.take(lines[at])) {
            at++;
        }
        boolean hasText = at < lines.length - 1 && lines[at].startsWith("--- ");
        if (hasText && !fromAndTo(path, headers.change)) {
            return null;
        }
        var hunks = new ArrayList<Hunk>();
        while (hasText && at < lines.length - 1 && lines[at].startsWith("@@ ")) {
            Hunk hunk = hunk(path);
            if (hunk == null) {
                return null;
            }
            hunks.add(hunk);
        }
        if (hasText && hunks.isEmpty()) {
            return malformed(path, "a file with --- and +++ has at least one hunk");
        }
        return findings.none() ? headers.file(hunks) : null;
    }

    /** The path of a line {@code diff --git a/PATH b/PATH}, which holds it twice; null if not. */
    private static @Nullable String gitPath(String line) {
        if (!line.startsWith(GIT) || line.indexOf('"') >= 0) {
            return null;
        }
        String both = line.substring(GIT.length());
        int length = (both.length() - "a/ b/".length()) / 2;
        if (length < 1) {
            return null;
        }
        String path = both.substring(2, 2 + length);
        return both.equals("a/" + path + " b/" + path) ? path : null;
    }

    private boolean fromAndTo(String path, Change change) {
        String from = change == Change.CREATE ? "/dev/null" : "a/" + path;
        String to = change == Change.DELETE ? "/dev/null" : "b/" + path;
        // git ends a name that holds a space with a tab
        String tab = path.indexOf(' ') >= 0 ? "\t" : "";
        if (!is("--- " + from, tab)) {
            malformed(path, "the --- line disagrees with the headers before it");
            return false;
        }
        at++;
        if (at >= lines.length - 1 || !is("+++ " + to, tab)) {
            malformed(path, "the +++ line disagrees with the headers before it");
            return false;
        }
        at++;
        return true;
    }

    private boolean is(String expected, String mayEndWith) {
        return lines[at].equals(expected) || lines[at].equals(expected + mayEndWith);
    }

    private @Nullable Hunk hunk(String path) {
        Matcher header = HUNK.matcher(lines[at]);
        if (!header.matches()) {
            return malformedHunk(path, "a hunk header is not \"@@ -a,b +c,d @@\"");
        }
        at++;
        int oldLeft = count(header.group(2));
        int newLeft = count(header.group(4));
        var before = new ArrayList<String>();
        var after = new ArrayList<String>();
        while (oldLeft > 0 || newLeft > 0) {
            String line = at < lines.length - 1 ? lines[at] : "";
            char sign = line.isEmpty() ? 0 : line.charAt(0);
            if (sign != ' ' && sign != '-' && sign != '+') {
                return malformedHunk(path, "a hunk ends before its counts are reached");
            }
            at++;
            boolean unended = at < lines.length - 1 && lines[at].startsWith("\\ No newline at end");
            String text = line.substring(1) + (unended ? "" : "\n");
            at += unended ? 1 : 0;
            if (sign != '+') {
                before.add(text);
                oldLeft--;
            }
            if (sign != '-') {
                after.add(text);
                newLeft--;
            }
        }
        if (oldLeft < 0 || newLeft < 0 || before.equals(after)) {
            return malformedHunk(path, "a hunk's counts are wrong, or it changes nothing");
        }
        return new Hunk(
                Integer.parseInt(header.group(1)),
                Integer.parseInt(header.group(3)),
                before,
                after);
    }

    private static int count(@Nullable String written) {
        return written == null ? 1 : Integer.parseInt(written);
    }

    private @Nullable FileDiff malformed(String path, String text) {
        findings.add("malformed", path, "line " + (at + 1) + ": " + text);
        return null;
    }

    private @Nullable Hunk malformedHunk(String path, String text) {
        findings.add("malformed", path, "line " + (at + 1) + ": " + text);
        return null;
    }

    /** The lines between {@code diff --git} and the text; each kind at most once. */
    private final class Headers {
        private final String path;
        private final List<String> kinds = new ArrayList<>();
        private Change change = Change.MODIFY;
        private String oldMode = "";
        private String newMode = "";
        private String base = "";
        private String result = "";

        Headers(String path) {
            this.path = path;
        }

        /** Whether the line is a header; one that is not wanted is a finding. */
        boolean take(String line) {
            String kind = line.replaceFirst(" (?:\\d{6}|[0-9a-f]{7,40}\\.\\..*)$", "");
            switch (kind) {
                case "old mode" -> oldMode = mode(line);
                case "new mode" -> newMode = mode(line);
                case "new file mode" -> {
                    change = change == Change.MODIFY ? Change.CREATE : conflict(line);
                    newMode = mode(line);
                }
                case "deleted file mode" -> {
                    change = change == Change.MODIFY ? Change.DELETE : conflict(line);
                    oldMode = mode(line);
                }
                case "index" -> index(line);
                default -> {
                    return refuseKnown(line);
                }
            }
            if (kinds.contains(kind)) {
                findings.add("malformed", path, "line " + (at + 1) + ": a header is repeated");
            }
            kinds.add(kind);
            return true;
        }

        private Change conflict(String line) {
            findings.add("malformed", path, "both created and deleted: " + line);
            return change;
        }

        private boolean refuseKnown(String line) {
            if (RENAME.matcher(line).matches()) {
                findings.add("rename", path, "write renames and copies as creation and deletion");
            } else if (line.startsWith("GIT binary patch") || line.startsWith("Binary files ")) {
                findings.add("binary", path, "binary content is not taken");
            }
            return false;
        }

        private String mode(String line) {
            String mode = line.substring(line.length() - 6);
            switch (mode) {
                case "100644", "100755" -> {}
                case "120000" -> findings.add("symlink", path, "symbolic links are not taken");
                case "160000" -> findings.add("gitlink", path, "submodules are not taken");
                default -> findings.add("mode", path, "mode " + mode + " is not a regular file's");
            }
            return mode;
        }

        private void index(String line) {
            Matcher ids = INDEX.matcher(line);
            if (!ids.matches()) {
                findings.add("malformed", path, "line " + (at + 1) + ": not an index line");
                return;
            }
            base = ids.group(1);
            result = ids.group(2);
            if (ids.group(3) != null) {
                mode(line);
            }
        }

        FileDiff file(List<Hunk> hunks) {
            boolean pair = oldMode.isEmpty() == newMode.isEmpty();
            if (change == Change.MODIFY && !pair) {
                findings.add("malformed", path, "old mode and new mode come together");
            }
            if (change == Change.MODIFY && hunks.isEmpty() && oldMode.equals(newMode)) {
                findings.add("malformed", path, "nothing is changed");
            }
            boolean zeroBase = ZEROS.matcher(base).matches();
            boolean zeroResult = ZEROS.matcher(result).matches();
            if (!base.isEmpty()
                    && (zeroBase != (change == Change.CREATE)
                            || zeroResult != (change == Change.DELETE))) {
                findings.add("malformed", path, "the index line disagrees with the other headers");
            }
            return new FileDiff(
                    path,
                    change,
                    execution(),
                    zeroBase ? "" : base,
                    zeroResult ? "" : result,
                    hunks);
        }

        private Execution execution() {
            return switch (newMode) {
                case "" -> Execution.KEEP;
                case "100755" -> Execution.ALLOW;
                default -> Execution.DENY;
            };
        }
    }
}
