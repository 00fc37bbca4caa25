package dev.kintsugi.server.run;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Inputs;
import dev.kintsugi.client.plan.Plan;
import dev.kintsugi.client.plan.PlanReader;
import dev.kintsugi.client.plan.PlanReading;
import dev.kintsugi.client.plan.Problem;
import dev.kintsugi.server.platform.BadInputException;
import dev.kintsugi.server.run.Runs.Submission;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads plans that are handed in. The same plan comes again and again: it is read once. */
final class HandedIn {
    /** Most that plans weigh together that are remembered, about bytes. */
    static final int REMEMBERED = 16_000_000;

    /** A longer plan is read each time it comes. */
    static final int LONGEST_REMEMBERED = 64_000;

    private final Cache<Key, Whole> known =
            Caffeine.newBuilder()
                    .maximumWeight(REMEMBERED)
                    .<Key, Whole>weigher(HandedIn::weight)
                    .build();

    /**
     * A plan as a run has it.
     *
     * @param text its canonical JSON
     * @param hash the text's SHA-256 in hexadecimal digits
     */
    record Whole(Plan plan, String text, String hash) {
        static Whole of(Plan plan) {
            var text = Json.canonical(plan);
            return new Whole(plan, new String(text, StandardCharsets.UTF_8), sha256(text));
        }
    }

    /** The text as it came and as runs have it, and about as much again for what was read of it. */
    private static int weight(Key key, Whole whole) {
        return 2_000 + 2 * key.text().length() + 6 * whole.text().length();
    }

    private record Key(
            String text, @Nullable String directory, SortedMap<String, JsonNode> inputs) {}

    /**
     * The plan with its inputs bound and its repository found.
     *
     * @throws BadInputException naming each problem
     */
    Whole read(Submission submission) {
        var key = new Key(submission.text(), submission.directory(), submission.inputs());
        return key.text().length() > LONGEST_REMEMBERED
                ? read(key)
                : known.get(key, HandedIn::read);
    }

    private static Whole read(Key key) {
        var written = accepted("plan has", PlanReader.read(key.text(), "plan"));
        return Whole.of(Located.of(bound(written, key.inputs()), key.directory()));
    }

    /** The plan with these values for its inputs. */
    static Plan bound(Plan plan, SortedMap<String, JsonNode> inputs) {
        return accepted("inputs have", Inputs.bind(plan, inputs));
    }

    private static Plan accepted(String what, PlanReading reading) {
        return switch (reading) {
            case PlanReading.Accepted(var plan, _) -> plan;
            case PlanReading.Rejected(var problems) ->
                    throw new BadInputException(
                            "The %s %d problem(s).".formatted(what, problems.size()),
                            problems.stream().map(Problem::toString).toList());
        };
    }

    private static String sha256(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
