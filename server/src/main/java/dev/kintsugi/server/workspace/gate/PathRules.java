package dev.kintsugi.server.workspace.gate;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/**
 * Which spellings of a path are taken at all, and the one spelling under which lists are searched.
 * A path that any common file system could read as another one is refused.
 */
final class PathRules {
    /** Longest path, in UTF-16 units. */
    static final int MAX_LENGTH = 512;

    private static final Pattern SHORT_NAME = Pattern.compile("(?i).{1,8}~\\d.*");
    private static final Pattern COMBINING = Pattern.compile("\\p{Mn}+");

    /** Letters of other scripts that look like Latin ones, each followed by its look-alike. */
    private static final String CONFUSABLES =
            "аaеeоoрpсcхxуyіiѕsԁdɡgһhјjӏlԛqԝwѵvтtкkмmвbнhпnгrєe"
                    + "αaεeοoρpτtιiκkνvυuχxγyσoηnωw"
                    + "ıiɩiǀlոnսuօoցgհhաw";

    private PathRules() {}

    /** Adds every reason not to take this spelling. */
    static void check(String path, Findings findings) {
        if (path.isEmpty() || path.length() > MAX_LENGTH) {
            findings.add("path-length", path, "a path has 1 to " + MAX_LENGTH + " characters");
            return;
        }
        if (path.startsWith("/") || path.startsWith("~")) {
            findings.add("path-absolute", path, "the path is not relative to the workspace");
        }
        if (path.indexOf('\\') >= 0 || path.indexOf(':') >= 0) {
            findings.add("path-separator", path, "backslash and colon are path syntax elsewhere");
        }
        if (path.codePoints().anyMatch(PathRules::invisible)) {
            findings.add("path-invisible", path, "it holds control or invisible characters");
        }
        if (!Normalizer.isNormalized(path, Normalizer.Form.NFC)) {
            findings.add("path-unicode", path, "it is not in Unicode normal form C");
        }
        for (String name : path.split("/", -1)) {
            checkName(path, name, findings);
        }
        checkAsGit(path, findings);
    }

    private static void checkName(String path, String name, Findings findings) {
        if (name.equals("..")) {
            findings.add("path-escape", path, "it leaves a folder");
        } else if (name.isEmpty() || name.equals(".")) {
            findings.add("path-not-normal", path, "it holds an empty or \".\" part");
        } else if (name.endsWith(".") || name.endsWith(" ") || name.startsWith(" ")) {
            findings.add(
                    "path-trailing", path, "a part begins with a space or ends with dot or space");
        } else if (SHORT_NAME.matcher(name).matches()) {
            findings.add("path-short-name", path, "a part looks like a short (8.3) name");
        }
    }

    /** Git's own rules for trees that are safe on Windows and macOS. */
    private static void checkAsGit(String path, Findings findings) {
        try {
            new ObjectChecker().setSafeForWindows(true).setSafeForMacOS(true).checkPath(path);
        } catch (CorruptObjectException e) {
            findings.add("path-git", path, "git would refuse it: " + e.getMessage());
        }
    }

    private static boolean invisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            case Character.SPACE_SEPARATOR -> c != ' ';
            default ->
                    (c >= 0xFE00 && c <= 0xFE0F)
                            || c == 0x034F
                            || c == 0x115F
                            || c == 0x1160
                            || c == 0x3164
                            || c == 0xFFA0;
        };
    }

    /**
     * The spelling under which paths that look the same, or that some file system takes for the
     * same, are equal: compatibility form, lower case, no accents, Latin look-alikes.
     */
    static String fold(String path) {
        String wide = Normalizer.normalize(path, Normalizer.Form.NFKD);
        String plain = COMBINING.matcher(wide).replaceAll("");
        String lower = plain.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        var folded = new StringBuilder(lower.length());
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            int at = c < 0x80 ? -1 : confusable(c);
            folded.append(at < 0 ? c : CONFUSABLES.charAt(at + 1));
        }
        return folded.toString();
    }

    private static int confusable(char c) {
        for (int i = 0; i + 1 < CONFUSABLES.length(); i += 2) {
            if (CONFUSABLES.charAt(i) == c) {
                return i;
            }
        }
        return -1;
    }
}
