package dev.kintsugi.client.plan;

import static dev.kintsugi.client.plan.Plans.accepted;
import static dev.kintsugi.client.plan.Plans.assertOnlyProblem;
import static dev.kintsugi.client.plan.Plans.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.kintsugi.client.plan.PlanReading.Accepted;
import dev.kintsugi.client.plan.PlanReading.Rejected;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans as documents: what cannot be read at all, and what is hard to read. */
class PlanDocumentTest {
    @Test
    void bombsAreRefused() {
        assertOnlyProblem("a: &a [x]\nb: [*a, *a]\n")
                .isEqualTo("plan.yaml:2:5: aliases (*name) are not supported: write the value out");
        assertOnlyProblem("[".repeat(1_000_000)).contains("nested more than 64 deep");
        assertOnlyProblem("[1" + ",1".repeat(1_000_000) + "]").contains("more than 500,000 values");
        assertOnlyProblem("a: !!java.net.URL [x]\nplan: 1\nname: n\nsteps: [{id: a, exec: x}]")
                .contains("unknown field");
    }

    @Test
    void whatIsNoYamlIsRefusedWithItsPlace() {
        assertOnlyProblem("plan: 1\nname: [a\n").startsWith("plan.yaml:3:1: not valid YAML: ");
        assertOnlyProblem("plan: 1\nname: \"a\u0001\"\n")
                .isEqualTo(
                        "plan.yaml:2:9: character U+0001 may not be written as it is: escape it in"
                                + " double quotes");
        assertOnlyProblem("").isEqualTo("plan.yaml:1:1: the plan is empty");
        assertOnlyProblem("--- 1\n--- 2\n").startsWith("plan.yaml:2:1: ");
        assertOnlyProblem("just words").isEqualTo("plan.yaml:1:1: must be a mapping, was text");
    }

    @Test
    void jsonIsReadWithTabsSurrogatePairsAndSlashes() {
        var plan =
                accepted(
                        "{\n"
                                + "\t\"plan\": 1,\n"
                                + "\t\"name\": \"\\ud83d\\ude00 a\\/b\",\n"
                                + "\t\"steps\": [\n"
                                + "\t\t{\"id\": \"a\",\t\"exec\":\"x\"}\n"
                                + "\t]\n"
                                + "}");

        assertThat(plan.name()).isEqualTo("\ud83d\ude00 a/b");
    }

    @Test
    void aLargePlanIsRefusedUnread(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("plan.yaml");
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(50L << 20);
        }

        var reading = PlanReader.read(file);

        assertThat(((Rejected) reading).problems())
                .singleElement()
                .asString()
                .isEqualTo(file + ": larger than 8 MiB, the most a plan may have");
        assertOnlyProblem("x".repeat(PlanReader.MAX_SIZE + 1)).contains("larger than 8 MiB");
    }

    @Test
    void filesThatCannotBeReadAreProblemsToo(@TempDir Path folder) throws IOException {
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, 0x20});
        Path good = Files.writeString(folder.resolve("good"), Plans.FULL);

        assertThat(PlanReader.read(folder.resolve("none")).toString()).contains("no such file");
        assertThat(PlanReader.read(folder).toString()).contains("it is a folder");
        assertThat(PlanReader.read(binary).toString()).contains("not a text in UTF-8");
        assertThat(PlanReader.read(good)).isInstanceOf(Accepted.class);
    }

    @Test
    void damagedTextIsNeverAnException() {
        String characters = "{}[]:,-?&*!|>'\"%@`#~\\ \t\n\u0000\ud800\ufeff0189aex.<";
        for (long seed = 0; seed < 3_000; seed++) {
            var random = new Random(seed);
            var text = new StringBuilder(Plans.FULL);
            for (int damage = 1 + random.nextInt(6); damage > 0; damage--) {
                int at = random.nextInt(text.length());
                char c = characters.charAt(random.nextInt(characters.length()));
                switch (random.nextInt(3)) {
                    case 0 -> text.insert(at, c);
                    case 1 -> text.setCharAt(at, c);
                    default -> text.delete(at, Math.min(text.length(), at + random.nextInt(20)));
                }
            }

            var reading = PlanReader.read(text.toString(), "seed " + seed);

            if (reading instanceof Rejected(var problems)) {
                assertThat(problems).as("seed %d", seed).isNotEmpty();
            }
        }
    }

    @Test
    void aSingleHugeTokenTakesNoLongTimeAndNoLongMessage() {
        for (String part : List.of("a", "#", "!", "${secrets.")) {
            String text = part.repeat(PlanReader.MAX_SIZE / part.length());

            var problems = assertTimeout(Duration.ofSeconds(15), () -> problems(text), part);

            assertThat(problems).singleElement().asString().hasSizeLessThan(400);
        }
    }
}
