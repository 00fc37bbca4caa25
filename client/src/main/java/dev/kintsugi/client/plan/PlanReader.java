package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.Gate.Network;
import dev.kintsugi.client.plan.Plan.Deliver;
import dev.kintsugi.client.plan.Plan.Workspace;
import dev.kintsugi.client.plan.PlanReading.Accepted;
import dev.kintsugi.client.plan.PlanReading.Rejected;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads plans from YAML 1.2 or JSON, checks everything and fills every default in. What is wrong in
 * a plan is never thrown: every problem comes back with its place.
 */
public final class PlanReader {
    /** Largest plan: 8 MiB, some 800 characters for each of 10,000 steps. */
    public static final int MAX_SIZE = 8 << 20;

    /** Most problems told at once. */
    public static final int MAX_PROBLEMS = 50;

    private static final String TOO_LARGE =
            "larger than %d MiB, the most a plan may have".formatted(MAX_SIZE >> 20);
    private static final int MAX_NAME = 100;
    private static final int MAX_REPOSITORY = 2_000;
    private static final int MAX_REF = 250;
    private static final int MAX_GLOBS = 1_000;
    private static final int MAX_FILES = 100;
    private static final int MAX_LINES = 10_000;
    private static final int MAX_ATTEMPTS = 1_000;
    private static final Duration MIN_TIME = Duration.ofSeconds(1);
    private static final Duration MAX_TIME = Duration.ofHours(24 * 7);
    private static final long MAX_NANO_USD = 1_000_000L * 1_000_000_000L;
    private static final Gate DEFAULT_GATE = new Gate(List.of(), false, 10, 400, Network.FULL);

    private static final List<String> PLAN =
            List.of(
                    "plan",
                    "name",
                    "workspace",
                    "deliver",
                    "sla",
                    "budget",
                    "gate",
                    "inputs",
                    "steps");

    private final Problems problems;
    private final References references = new References();

    private PlanReader(Problems problems) {
        this.problems = problems;
    }

    /**
     * Reads a plan.
     *
     * @param text YAML or JSON; more than {@link #MAX_SIZE} characters are refused unread
     * @param source what problems call the place it came from, such as a file's name
     */
    public static PlanReading read(String text, String source) {
        if (text.length() > MAX_SIZE) {
            return rejected(source, TOO_LARGE);
        }
        return read(text, source, new Problems(source));
    }

    static PlanReading read(String text, String source, Problems problems) {
        var root = Document.root(text, source, problems);
        if (root.isEmpty()) {
            return new Rejected(problems.errors());
        }
        var plan = new PlanReader(problems).plan(new Place(root.get(), "", problems));
        return problems.none()
                ? new Accepted(plan, problems.warnings())
                : new Rejected(problems.errors());
    }

    /** Reads a plan from a file, as {@link #text} and {@link #read(String, String)} do. */
    public static PlanReading read(Path file) {
        try {
            return read(text(file), file.toString());
        } catch (UnreadablePlanException e) {
            return rejected(file.toString(), String.valueOf(e.getMessage()));
        }
    }

    /**
     * The text of a UTF-8 file, pipe or device.
     *
     * @throws UnreadablePlanException when there is none; of more than {@link #MAX_SIZE} bytes
     *     nothing beyond them is read
     */
    public static String text(Path file) throws UnreadablePlanException {
        try (var in = Files.newInputStream(file)) {
            // a pipe or device has no size, so the bytes are counted as they come
            byte[] bytes = in.readNBytes(MAX_SIZE + 1);
            if (bytes.length > MAX_SIZE) {
                throw new UnreadablePlanException(TOO_LARGE);
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (NoSuchFileException e) {
            throw new UnreadablePlanException("there is no such file");
        } catch (AccessDeniedException e) {
            throw new UnreadablePlanException("you may not read it");
        } catch (CharacterCodingException e) {
            throw new UnreadablePlanException("not a text in UTF-8");
        } catch (IOException e) {
            throw new UnreadablePlanException(
                    Files.isDirectory(file)
                            ? "it is a folder: name a plan file"
                            : "cannot be read: " + e.getMessage());
        }
    }

    private static Rejected rejected(String source, String message) {
        return new Rejected(List.of(new Problem(source, 0, 0, "", message)));
    }

    private Plan plan(Place place) {
        var fields = Fields.of(place, PLAN);
        fields.required("plan").ifPresent(PlanReader::version);
        var workspace = fields.get("workspace").map(this::workspace).orElse(null);
        var deliver = fields.get("deliver").map(d -> d.oneOf(Deliver.NONE)).orElse(Deliver.NONE);
        if (deliver != Deliver.NONE && workspace == null) {
            fields.errorAtKey("deliver", "deliver: branch needs a workspace: {git: …}");
        }
        if (workspace != null && fields.get("gate").isEmpty()) {
            place.warning(
                    "no gate is given: repairs may not change files; give gate: {allow: […]}");
        }
        var budget =
                fields.get("budget").map(PlanReader::budget).orElse(new Budget(null, null, null));
        var inputs =
                fields.get("inputs").map(new InputReader(references)::read).orElseGet(TreeMap::new);
        references.declare(inputs);
        return new Plan(
                fields.required("name").map(PlanReader::name).orElse(""),
                workspace,
                deliver,
                fields.get("sla").map(sla -> sla.oneOf(Sla.NORMAL)).orElse(Sla.NORMAL),
                budget,
                fields.get("gate").map(PlanReader::gate).orElse(DEFAULT_GATE),
                fields.required("steps")
                        .map(list -> steps(list, workspace != null, budget))
                        .orElse(List.of()),
                inputs);
    }

    private static void version(Place place) {
        if (!place.is(Tag.INT) || place.integer(Integer.MIN_VALUE, Integer.MAX_VALUE) != 1) {
            place.error("must be 1, the version of the plan format");
        }
    }

    /** A name stands in one line of many screens, so nothing in it may steer a terminal. */
    private static String name(Place place) {
        String name = place.text(MAX_NAME);
        if (Place.steers(name)) {
            place.error("must be one line without control characters");
        }
        return name;
    }

    private Workspace workspace(Place place) {
        var fields = Fields.of(place, List.of("git", "ref"));
        String git = fields.required("git").map(g -> repository(g, MAX_REPOSITORY)).orElse("");
        String ref = fields.get("ref").map(r -> repository(r, MAX_REF)).orElse("HEAD");
        return new Workspace(git, ref);
    }

    /** Text that git is given as an argument, where a dash first would make it an option. */
    private static String repository(Place place, int max) {
        String text = place.text(max);
        if (text.startsWith("-") || Place.steers(text)) {
            place.error("must be one line and not begin with a dash");
        } else if (!Reference.in(text).isEmpty()) {
            place.error("takes no references: git's own credentials are used");
        }
        return text;
    }

    private static Budget budget(Place place) {
        var fields = Fields.of(place, List.of("time", "cost", "attempts"));
        return new Budget(
                fields.get("time").map(time -> time.duration(MIN_TIME, MAX_TIME)).orElse(null),
                fields.get("cost").map(cost -> cost.money(MAX_NANO_USD)).orElse(null),
                fields.get("attempts").map(n -> n.integer(0, MAX_ATTEMPTS)).orElse(null));
    }

    private static Gate gate(Place place) {
        var fields = Fields.of(place, List.of("allow", "tests", "maxFiles", "maxLines", "network"));
        return new Gate(
                fields.list("allow", MAX_GLOBS).stream().map(PlanReader::glob).toList(),
                fields.get("tests").map(Place::truth).orElse(DEFAULT_GATE.allowTests()),
                fields.get("maxFiles")
                        .map(n -> n.integer(1, MAX_FILES))
                        .orElse(DEFAULT_GATE.maxFiles()),
                fields.get("maxLines")
                        .map(n -> n.integer(1, MAX_LINES))
                        .orElse(DEFAULT_GATE.maxLines()),
                fields.get("network").map(n -> n.oneOf(Network.FULL)).orElse(Network.FULL));
    }

    static String glob(Place place) {
        String glob = place.text(Glob.MAX_LENGTH);
        if (glob.isBlank() || glob.length() > Glob.MAX_LENGTH) {
            return glob; // told already
        }
        if (!Paths.isInside(glob)) {
            place.error("must be a glob inside the checkout, such as src/**");
        }
        try {
            new Glob(glob);
        } catch (IllegalArgumentException e) {
            place.error(String.valueOf(e.getMessage()));
        }
        return glob;
    }

    /** No attempt may cost more than the whole run: it could never begin. */
    private List<Step> steps(Place place, boolean hasWorkspace, Budget budget) {
        var most = budget.costNanoUsd() == null ? MAX_NANO_USD : budget.costNanoUsd();
        var reader = new StepReader(references, hasWorkspace, most);
        var steps = new ArrayList<StepReader.Placed>();
        for (var step : place.list(1, Plan.MAX_STEPS)) {
            steps.add(reader.read(step, steps.size()));
        }
        StepChecks.check(steps, references.uses());
        return steps.stream().map(StepReader.Placed::step).toList();
    }
}
