package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.Step.Alternative;
import dev.kintsugi.healing.FailureClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Valid plans from a seed, as the reader would make them. */
final class RandomPlans {
    private static final String CHARACTERS =
            "abcXYZ019 \n\t\"'\\{}[]:#-$%&*!|>@`,\u00e9\u007f\u0085\u2028\ufffe\ufeff\u4e2d";
    private static final List<String> BODIES =
            List.of(
                    "null",
                    "true",
                    "[]",
                    "{}",
                    "\"a\\n\\\"\u00e9\u2028\"",
                    "[1,2.50,-0.1e-7,123456789012345678901234567890]",
                    "{\"b\":{\"a\":[null,false,\"x: y # z\"]},\"1\":\"\"}");

    private final Random random;

    RandomPlans(long seed) {
        random = new Random(seed);
    }

    Plan plan() {
        var budget =
                new Budget(
                        maybe(duration()),
                        maybe(1_000_000 + random.nextLong(1_000_000_000_000_000L)),
                        maybe(random.nextInt(1001)));
        var steps = new ArrayList<Step>();
        for (int count = 1 + random.nextInt(8); steps.size() < count; ) {
            steps.add(step(steps));
        }
        boolean workspace = random.nextBoolean();
        return new Plan(
                text().replaceAll("[\\p{Cc}\\u2028]", " "),
                workspace ? new Plan.Workspace("./repo", "HEAD") : null,
                workspace ? one(Plan.Deliver.values()) : Plan.Deliver.NONE,
                one(Sla.values()),
                budget,
                new Gate(
                        List.of("src/**", "\u00e9.txt").subList(0, random.nextInt(3)),
                        random.nextBoolean(),
                        1 + random.nextInt(100),
                        1 + random.nextInt(10_000),
                        one(Gate.Network.values())),
                steps,
                inputs());
    }

    private TreeMap<String, Input> inputs() {
        var inputs = new TreeMap<String, Input>();
        if (random.nextBoolean()) {
            inputs.put("a", new Input(Input.Type.STRING, true, null, List.of(), null));
            inputs.put("b", new Input(Input.Type.INTEGER, false, "-7", List.of("-7", "0"), "how"));
            inputs.put("c", new Input(Input.Type.NUMBER, false, "1.5", List.of(), "\u00e9"));
            inputs.put("d", new Input(Input.Type.BOOLEAN, false, "true", List.of(), null));
        }
        return inputs;
    }

    private Step step(List<Step> before) {
        var needs = new ArrayList<String>();
        before.forEach(step -> {
            if (random.nextInt(3) == 0) {
                needs.add(step.id());
            }
        });
        var alternatives = new ArrayList<Alternative>();
        for (int left = random.nextInt(3); left > 0; left--) {
            alternatives.add(new Alternative(work(), texts("VAR_"), maybe(duration())));
        }
        var effects = one(Step.Effects.values());
        var work = work();
        return new Step(
                "s." + before.size(),
                work,
                one(Step.QueueClass.values()),
                one(Step.Priority.values()),
                needs,
                duration(),
                texts("VAR_"),
                maybe(one(FailureClass.values())),
                effects,
                random.nextBoolean() ? List.of() : List.of("node_modules", "a/b"),
                maybe(text()),
                alternatives,
                maybe(text()),
                maybe((long) random.nextInt(1_000_000)),
                random.nextInt(4) == 0 ? new When("1 < 2", List.of()) : null,
                random.nextBoolean(),
                effects == Step.Effects.ONCE ? maybe(text()) : null,
                random.nextBoolean() ? null : waits(),
                work instanceof Work.Http || random.nextBoolean()
                        ? List.of()
                        : List.of("out/**", "*.log"));
    }

    private Waits waits() {
        int limit = 1 + random.nextInt(5);
        return new Waits(
                List.of(
                        new Lock("lab/gpu", 1 + random.nextInt(limit), limit, false),
                        new Lock("db", 1, 1, false)),
                random.nextBoolean()
                        ? List.of()
                        : List.of(new NeededRun("r-1", null), new NeededRun(null, "nightly")),
                Duration.ofSeconds(1 + random.nextInt(1_000)));
    }

    private Work work() {
        if (random.nextBoolean()) {
            return new Work.Exec(text());
        }
        String body = random.nextBoolean() ? null : BODIES.get(random.nextInt(BODIES.size()));
        return new Work.Http(
                body == null ? "GET" : "POST",
                "http://host:" + (1 + random.nextInt(65_000)) + "/${secrets.PATH}",
                new TreeMap<>(
                        random.nextBoolean() ? java.util.Map.of() : java.util.Map.of("X-A", "b c")),
                body,
                random.nextBoolean() ? "2xx" : "200,404");
    }

    private SortedMap<String, String> texts(String prefix) {
        var texts = new TreeMap<String, String>();
        for (int left = random.nextInt(4); left > 0; left--) {
            texts.put(prefix + left, random.nextInt(4) == 0 ? "" : text());
        }
        return texts;
    }

    /** Not blank, no reference, no secret; else anything that YAML finds hard. */
    private String text() {
        var text = new StringBuilder("x".repeat(random.nextInt(2)));
        for (int left = random.nextInt(20); left > 0; left--) {
            text.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        }
        return text.append(random.nextBoolean() ? "y" : "\ud83d\ude00").toString();
    }

    private Duration duration() {
        return Duration.ofMillis(1000 + random.nextInt(86_000_000));
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> @Nullable T maybe(T value) {
        return random.nextBoolean() ? value : null;
    }
}
