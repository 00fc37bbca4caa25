package dev.kintsugi.client.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The JSON Schema (2020-12) of plans, for editors and other tools. */
public final class PlanSchema {
    private static final String RESOURCE = "plan.schema.json";

    private PlanSchema() {}

    /**
     * The schema as JSON text. What it accepts may still be refused by {@link PlanReader}, because
     * a schema cannot express:
     *
     * <ul>
     *   <li>of steps: unique ids, known needs, cycles, references to outputs of needed steps
     *   <li>of values: ranges of durations and of money, hosts and users in URLs, malformed
     *       references, secrets written out, lone surrogates
     *   <li>of the text: keys given twice, anchors and aliases, its size and depth
     * </ul>
     */
    public static String text() {
        try (var in =
                Objects.requireNonNull(PlanSchema.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read from the jar", e);
        }
    }
}
