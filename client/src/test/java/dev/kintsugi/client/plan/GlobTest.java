package dev.kintsugi.client.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    src/**               | src/a/b.java  | true
                    src/**               | src           | false
                    src/**               | srcs/a        | false
                    **                   | a/b           | true
                    **/x                 | x             | true
                    **/x                 | a/b/x         | true
                    **/x                 | a/xx          | false
                    a/**/b               | a/b           | true
                    a/**/b               | a/c/d/b       | true
                    a/**/b               | ab            | false
                    *.java               | A.java        | true
                    *.java               | a/A.java      | false
                    a*b*c                | abbc          | true
                    a*b*c                | ab/c          | false
                    a**                  | a/b           | true
                    ?.txt                | a.txt         | true
                    ?.txt                | 😀.txt        | true
                    ?.txt                | /.txt         | false
                    {a,b/*}/c            | b/x/c         | true
                    {a,b/*}/c            | b/c           | false
                    {a,{b,c}d}           | cd            | true
                    {a,{b,c}d}           | c             | false
                    x{,y}                | x             | true
                    a,b                  | a,b           | true
                    a}                   | a}            | true
                    a.b                  | axb           | false
                    A                    | a             | false
                    """)
    void matchesTheWholePath(String glob, String path, boolean matches) {
        assertThat(new Glob(glob).matches(path)).isEqualTo(matches);
    }

    @Test
    @Timeout(10)
    void isQuickWhateverIsAsked() {
        var stars = new Glob("*a".repeat(100));
        var folders = new Glob("**/a" + "/**/a".repeat(39));
        var choices = new Glob("{*,**}".repeat(33));

        assertThat(stars.matches("a".repeat(4_000) + "b")).isFalse();
        assertThat(folders.matches("a/".repeat(2_000) + "b")).isFalse();
        assertThat(choices.matches("a".repeat(4_000))).isTrue();
    }

    @Test
    void agreesWithAPlainDefinitionOnRandomPatterns() {
        long seed = 20_301;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            var glob = word(random, "ab/*?");
            var path = word(random, "ab/");

            assertThat(new Glob(glob).matches(path))
                    .as("seed %d: %s on %s", seed, glob, path)
                    .isEqualTo(plainly(glob, 0, path, 0));
        }
    }

    private static String word(Random random, String letters) {
        var word = new StringBuilder();
        for (int i = random.nextInt(1, 8); i > 0; i--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }

    /** By trying everything. */
    private static boolean plainly(String glob, int g, String path, int p) {
        if (g == glob.length()) {
            return p == path.length();
        }
        if (glob.charAt(g) != '*') {
            return p < path.length()
                    && (glob.charAt(g) == '?'
                            ? path.charAt(p) != '/'
                            : glob.charAt(g) == path.charAt(p))
                    && plainly(glob, g + 1, path, p + 1);
        }
        int run = g;
        while (run < glob.length() && glob.charAt(run) == '*') {
            run++;
        }
        boolean deep = run - g > 1;
        boolean begins = g == 0 || glob.charAt(g - 1) == '/';
        if (deep && begins && run < glob.length() && glob.charAt(run) == '/') {
            boolean found = plainly(glob, run + 1, path, p);
            for (int q = p; q < path.length() && !found; q++) {
                found = path.charAt(q) == '/' && plainly(glob, run + 1, path, q + 1);
            }
            return found;
        }
        for (int q = p; ; q++) {
            if (plainly(glob, run, path, q)) {
                return true;
            }
            if (q == path.length() || (!deep && path.charAt(q) == '/')) {
                return false;
            }
        }
    }

    @Test
    void refusesWhatIsNone() {
        for (var text : new String[] {"", "  ", "a".repeat(201), "{src/**", "{a,{b}"}) {
            assertThatThrownBy(() -> new Glob(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("a glob must");
        }
    }
}
