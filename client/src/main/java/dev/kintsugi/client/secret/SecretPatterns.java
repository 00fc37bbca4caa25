package dev.kintsugi.client.secret;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What secrets look like: tokens of known services, private keys, passwords in URLs and random
 * values assigned to telling names. Never says the value, only its kind and place.
 *
 * <p>Every pattern is bounded: none matches more than {@link #MAX_LENGTH} characters.
 */
public final class SecretPatterns {
    /** Most characters of one match; what is longer is found in parts. */
    public static final int MAX_LENGTH = 4_096;

    /** The kind of a private key, of which only the first line is found. */
    static final String PRIVATE_KEY = "private key";

    /** Bits per character of a long word; random hexadecimal text is above. */
    private static final double MIN_ENTROPY = 3.0;

    private static final String NAMES =
            "(?:pass(?:word|wd|phrase)|pwd|secret|token|api_?key|access_?key|private_?key|credentials?)";

    private static final List<Kind> KINDS =
            List.of(
                    kind(
                            "AWS access key id",
                            "AK|AS|AB|AC",
                            "\\b(A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16})\\b"),
                    kind("GitHub token", "gh", "(gh[pousr]_[A-Za-z0-9]{36,255})"),
                    kind("GitHub token", "github_pat_", "(github_pat_[A-Za-z0-9_]{22,255})"),
                    kind("GitLab token", "glpat-", "(glpat-[A-Za-z0-9_-]{20,255})"),
                    kind(
                            "Slack token",
                            "xox|xapp-",
                            "\\b(xox[abeoprs]-[A-Za-z0-9-]{10,255}|xapp-[A-Za-z0-9-]{10,255})"),
                    kind(
                            "Slack webhook",
                            "hooks.slack",
                            "(hooks\\.slack\\.com/services/[A-Za-z0-9/]{20,255})"),
                    kind("API key", "sk-", "\\b(sk-[A-Za-z0-9_-]{20,255})"),
                    kind("Stripe key", "k_", "\\b([rs]k_(?:live|test)_[A-Za-z0-9]{16,255})"),
                    kind("Google API key", "AIza", "\\b(AIza[A-Za-z0-9_-]{35})"),
                    kind("npm token", "npm_", "(npm_[A-Za-z0-9]{36})"),
                    kind("PyPI token", "pypi-", "(pypi-[A-Za-z0-9_-]{50,1024})"),
                    kind("Hugging Face token", "hf_", "\\b(hf_[A-Za-z0-9]{30,255})"),
                    kind("Linear key", "lin_", "(lin_(?:api|oauth)_[A-Za-z0-9]{32,255})"),
                    kind(
                            "SendGrid key",
                            "SG.",
                            "\\b(SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,128})"),
                    kind(
                            "JSON web token",
                            "eyJ",
                            "\\b(eyJ[A-Za-z0-9_-]{10,1024}\\.eyJ[A-Za-z0-9_-]{10,2000}\\.[A-Za-z0-9_-]{10,1000})"),
                    kind(
                            PRIVATE_KEY,
                            "PRIVATE KEY",
                            "(-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----)"),
                    kind(
                            "password in a URL",
                            "://",
                            "\\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\\s/:@\"'$]{0,128}:([^\\s/:@\"'$*<{]{3,255})@"),
                    kind(
                            "bearer token",
                            "earer |asic |EARER |ASIC ",
                            "(?i)\\b(?:bearer|basic) ([A-Za-z0-9._~+/-]{20,2000}=*)"),
                    new Kind(
                            "assigned secret",
                            List.of("=", ":"),
                            Pattern.compile(
                                    "(?i)"
                                            + NAMES
                                            + "[\"']?[ \\t]{0,3}[=:][ \\t]{0,3}[\"']?([A-Za-z0-9+/_.~-]{20,512}=*)"),
                            true));

    private static final Pattern TELLING_NAME =
            Pattern.compile(
                    "(?i).*(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|KEY|CREDENTIAL).*");
    private static final Pattern PASSWORD_NAME =
            Pattern.compile("(?i).*(?:PASSWORD|PASSWD|PASSPHRASE).*|.*_PWD|(?:.*_)?SECRET");
    private static final Pattern ABOUT_A_SECRET =
            Pattern.compile(
                    "(?i).*_(?:FILE|PATH|DIR|NAME|ID|URL|LENGTH|SIZE|TTL|AGE|POLICY|ENABLED|REQUIRED|PROMPT|COMMAND|HELPER)");
    private static final Pattern PLACEHOLDER =
            Pattern.compile(
                    "\\$\\{[^}]*}|\\$[A-Za-z_][A-Za-z0-9_]*|\\*+|<[^>]*>|(?i:true|false|none|null)");
    private static final Pattern LONG = Pattern.compile("[A-Za-z0-9+/_=-]{32,}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]{16,}");

    private SecretPatterns() {}

    /**
     * A secret in a text.
     *
     * @param from where what gives it away begins, such as the name it is assigned to
     * @param start where its value begins
     * @param end where its value ends
     * @param kind what it is, for people
     */
    public record Span(int from, int start, int end, String kind) {}

    /** The kind of the first secret in the text; empty when there is none. */
    public static Optional<String> find(String text) {
        return KINDS.stream().filter(kind -> kind.matches(text)).map(Kind::name).findFirst();
    }

    /** Where the secrets in the text are, by their beginning; spans may overlap. */
    public static List<Span> spans(CharSequence text) {
        var spans = new ArrayList<Span>();
        String string = text.toString();
        KINDS.forEach(kind -> kind.collect(string, spans));
        spans.sort(Comparator.comparingInt(Span::start));
        return spans;
    }

    /**
     * The kind of secret that a value under this name is; empty when it is none. A password must
     * not be a literal at all; a token or key must not be a long random one. What only points at a
     * secret ({@code TOKEN_FILE}, {@code $TOKEN}, {@code ${secrets.TOKEN}}) is none.
     */
    public static Optional<String> findNamed(String name, String value) {
        var known = find(value);
        if (known.isPresent()) {
            return known;
        }
        String literal = PLACEHOLDER.matcher(value).replaceAll("").strip();
        if (literal.isEmpty()
                || !TELLING_NAME.matcher(name).matches()
                || ABOUT_A_SECRET.matcher(name).matches()) {
            return Optional.empty();
        }
        if (PASSWORD_NAME.matcher(name).matches() && !value.contains("${secrets.")) {
            return Optional.of("literal value of a password or secret");
        }
        boolean path = literal.startsWith("/") || literal.startsWith(".");
        return !path && LONG.matcher(literal).results().anyMatch(r -> looksRandom(r.group()))
                ? Optional.of("long random value")
                : Optional.empty();
    }

    private static Kind kind(String name, String hints, String pattern) {
        return new Kind(name, List.of(hints.split("\\|")), Pattern.compile(pattern), false);
    }

    /** Whether a part of it mixes letters and digits as random text does and words do not. */
    private static boolean looksRandom(String value) {
        return WORD.matcher(value)
                .results()
                .map(result -> result.group())
                .anyMatch(word ->
                        word.chars().filter(c -> c <= '9').count() >= 2
                                && word.chars().filter(c -> c > '9').count() >= 2
                                && entropy(word) >= MIN_ENTROPY);
    }

    /** Shannon's entropy of the characters, in bits per character. */
    private static double entropy(String value) {
        var counts = new int[128];
        value.chars().filter(c -> c < 128).forEach(c -> counts[c]++);
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / value.length();
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }

    /**
     * One kind of secret.
     *
     * @param hints one of these is in every text that matches: a cheap test before the pattern
     * @param pattern its first group is the value
     * @param random whether the value must look random
     */
    private record Kind(String name, List<String> hints, Pattern pattern, boolean random) {

        boolean matches(String text) {
            return results(text).findAny().isPresent();
        }

        void collect(String text, List<Span> spans) {
            results(text)
                    .map(r -> new Span(r.start(), r.start(1), r.end(1), name))
                    .forEach(spans::add);
        }

        private Stream<MatchResult> results(String text) {
            return hints.stream().anyMatch(text::contains)
                    ? pattern.matcher(text).results().filter(r -> counts(r.group(1)))
                    : Stream.empty();
        }

        private boolean counts(String value) {
            return !random || looksRandom(value);
        }
    }
}
