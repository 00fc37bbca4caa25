package dev.kintsugi.healing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleIndexTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "abc ~ abc",
                "ABC\\.d ~ abc.d",
                "(?i)No Such Host ~ no such host",
                "abc\\d+def1 ~ def1",
                "abcd?ef ~ abc",
                "abc+def ~ abc",
                "one|three ~ one,three",
                "one|x ~ ''",
                "[abc]def ~ def",
                "(?:alpha|beta) x ~ alpha,beta",
                "(?:alpha|beta)? xyz ~ ' xyz'",
                "(?<name>alpha)beta ~ alpha",
                "(?!never)word ~ word",
                "^start$ ~ start",
                "a{3}bcd ~ bcd",
                "long word(?:s|es){0,2} here ~ long word",
                "\\bword\\b ~ word",
                ".* ~ ''",
                "x*?yes ~ yes",
            })
    void tellsWhatEveryMatchContains(String regex, String expected) {
        List<String> words = Literals.of(Pattern.compile(regex));

        assertThat(String.join(",", words)).isEqualTo(expected);
    }

    /** Whatever an expression finds in any line of the corpora, its words are there. */
    @Test
    void neverMissesALineThatARuleMatches() {
        List<String> lines =
                Stream.concat(Corpus.all().stream(), Corpus.exceptions().stream())
                        .flatMap(c -> Clues.of(c.evidence()).lines().stream())
                        .distinct()
                        .toList();
        int indexed = 0;
        for (Rule rule : RuleBook.standard().rules()) {
            Pattern match = rule.match();
            List<String> words = match == null ? List.of() : Literals.of(match);
            indexed += words.isEmpty() ? 0 : 1;
            for (String line : lines) {
                if (match != null && !words.isEmpty() && match.matcher(line).find()) {
                    String lower = line.toLowerCase(Locale.ROOT);
                    assertThat(words).as(rule.id()).anyMatch(lower::contains);
                }
            }
        }

        assertThat(indexed).isGreaterThan(150);
    }

    @Test
    void findsTheWordsThatOccurAndNoOthers() {
        long seed = System.getProperty("seed") == null ? 7 : Long.getLong("seed");
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            var words = new TreeMap<Integer, List<String>>();
            for (int owner = 0; owner < 20; owner++) {
                words.put(owner, List.of(text(random, 3, 5), text(random, 3, 8)));
            }
            String line = text(random, 0, 60);
            var found = new BitSet();

            new WordIndex(words).find(line, found);

            assertThat(found).as(line + words).isEqualTo(occurring(line, words));
        }
    }

    private static BitSet occurring(String line, Map<Integer, List<String>> words) {
        var owners = new BitSet();
        String lower = line.toLowerCase(Locale.ROOT);
        words.forEach((owner, all) -> owners.set(owner, all.stream().anyMatch(lower::contains)));
        return owners;
    }

    private static String text(Random random, int min, int max) {
        var text = new StringBuilder();
        int length = random.nextInt(min, max + 1);
        for (int i = 0; i < length; i++) {
            text.append("abcé".charAt(random.nextInt(4)));
        }
        return text.toString();
    }

    @Test
    void leavesFewRulesToTry() {
        var index = new RuleIndex(RuleBook.standard().rules());
        var refused = new Evidence.Thrown(new java.net.ConnectException("Connection refused"));

        BitSet tried = index.candidates(Clues.of(refused)).rules();

        var ids = new TreeSet<String>();
        tried.stream().forEach(i -> ids.add(RuleBook.standard().rules().get(i).id()));
        assertThat(ids).contains("connection-refused", "java-connect");
        assertThat(ids).as(ids.toString()).hasSizeLessThan(60);
    }
}
