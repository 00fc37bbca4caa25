package dev.kintsugi.server.workspace.gate;

import java.util.List;

/** What the gate says about a patch: all of it, or nothing. */
public sealed interface Verdict {

    /** It may be applied, in this form. */
    record Passed(NormalisedPatch patch) implements Verdict {}

    /** It may not, for at least one reason. */
    record Refused(List<Reason> reasons) implements Verdict {
        public Refused {
            reasons = List.copyOf(reasons);
        }

        /** All reasons in one line for people. */
        public String line() {
            return String.join("; ", reasons.stream().map(Reason::line).toList());
        }
    }

    /**
     * Why a patch is refused.
     *
     * @param code stable name of the rule it breaks, such as {@code outside-allowlist}
     * @param path the file concerned, shortened and without control characters; empty when none
     * @param text what is wrong, in words
     */
    record Reason(String code, String path, String text) {
        private static final int MAX_PATH = 120;

        public Reason {
            path = printable(path);
        }

        String line() {
            return path.isEmpty() ? code + ": " + text : path + ": " + code + ": " + text;
        }

        private static String printable(String path) {
            var shown = new StringBuilder();
            path.codePoints()
                    .limit(MAX_PATH)
                    .forEach(c -> {
                        boolean safe =
                                !Character.isISOControl(c)
                                        && Character.getType(c) != Character.FORMAT
                                        && Character.getType(c) != Character.SURROGATE;
                        shown.appendCodePoint(safe ? c : '?');
                    });
            return shown.toString();
        }
    }
}
