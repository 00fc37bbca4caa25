package dev.kintsugi.server.run.machine;

import dev.kintsugi.client.event.Ladder;
import dev.kintsugi.client.event.RunEvent.Limits;
import dev.kintsugi.client.event.RunStatus;
import dev.kintsugi.client.event.RunStatus.WaitingFor;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.Task;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;
import tools.jackson.core.JacksonException;

/**
 * Writes states as compact bytes and reads them back: deflated JSON, the steps by column, so that a
 * run of 10,000 steps stays under 1 MiB. A snapshot saves folding a log; it can always be made
 * again from it.
 */
public final class Snapshots {
    /** Most bytes that a snapshot inflates to. */
    static final int MAX_INFLATED = 64 << 20;

    private static final int CHUNK = 64 << 10;

    private Snapshots() {}

    /**
     * What is written.
     *
     * @param rules version of the rules under which the run goes on
     * @param repair as it is, its vectors being lists in {@link RepairRow}
     */
    private record Image(
            int rules,
            RunStatus status,
            @Nullable WaitingFor waitingFor,
            @Nullable String reason,
            Ladder ladder,
            Limits limits,
            @Nullable String base,
            StepColumns steps,
            List<Integer> ready,
            TreeMap<String, RunState.TaskRef> tasks,
            List<Integer> completed,
            List<Integer> passed,
            List<Integer> broken,
            List<RunState.AcceptedPatch> patches,
            @Nullable RepairRow repair,
            @Nullable RollbackRow rollback,
            boolean failing,
            boolean sloBreached,
            WorkClock clock,
            Spent spent,
            @Nullable String branch,
            @Nullable TreeMap<Integer, Hold> holds,
            Task.@Nullable Origin origin) {}

    private record RollbackRow(
            String hash, List<Integer> steps, int tries, @Nullable Instant expiresAt) {}

    /**
     * The bytes of a state.
     *
     * @param rules version of the rules the run began under
     */
    public static byte[] write(RunState state, int rules) {
        var rollback = state.rollback();
        var image =
                new Image(
                        rules,
                        state.status(),
                        state.waitingFor(),
                        state.reason(),
                        state.ladder(),
                        state.limits(),
                        state.base(),
                        StepColumns.of(state.steps()),
                        List.copyOf(state.ready()),
                        new TreeMap<>(state.tasks()),
                        state.completed(),
                        state.passed(),
                        state.broken(),
                        state.patches(),
                        state.repair() == null ? null : RepairRow.of(state.repair()),
                        rollback == null
                                ? null
                                : new RollbackRow(
                                        rollback.hash(),
                                        rollback.steps(),
                                        rollback.tries(),
                                        rollback.expiresAt()),
                        state.failing(),
                        state.sloBreached(),
                        state.clock(),
                        state.spent(),
                        state.branch(),
                        new TreeMap<>(state.holds()),
                        state.origin());
        return deflate(Json.mapper().writeValueAsBytes(image));
    }

    /**
     * The state that was written.
     *
     * @param rules version of the rules of the run that the snapshot is of
     * @throws IllegalArgumentException when these are not the bytes of a snapshot, or it was made
     *     under other rules; the log is to be folded instead
     */
    public static RunState read(byte[] bytes, int rules) {
        var image = image(inflate(bytes));
        if (image.rules() != rules) {
            throw new IllegalArgumentException(
                    "the snapshot was made under rules %s, the run began under %s"
                            .formatted(image.rules(), rules));
        }
        var rollback = image.rollback();
        return new RunState(
                image.status(),
                image.waitingFor(),
                image.reason(),
                image.ladder(),
                image.limits(),
                image.base(),
                image.steps().states(),
                TreePSet.from(image.ready()),
                TreePMap.from(image.tasks()),
                vector(image.completed()),
                vector(image.passed()),
                vector(image.broken()),
                vector(image.patches()),
                image.repair() == null ? null : image.repair().repair(),
                rollback == null
                        ? null
                        : new Rollback(
                                rollback.hash(),
                                vector(rollback.steps()),
                                rollback.tries(),
                                rollback.expiresAt()),
                image.failing(),
                image.sloBreached(),
                image.clock(),
                image.spent(),
                image.branch(),
                image.holds() == null ? TreePMap.empty() : TreePMap.from(image.holds()),
                image.origin());
    }

    private static Image image(byte[] json) {
        try {
            return Json.mapper().readValue(json, Image.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("these bytes are no snapshot", e);
        }
    }

    static <T> PVector<T> vector(List<T> list) {
        return TreePVector.from(list);
    }

    private static byte[] deflate(byte[] bytes) {
        var out = new ByteArrayOutputStream(CHUNK);
        var chunk = new byte[CHUNK];
        try (var deflater = new Deflater()) {
            deflater.setInput(bytes);
            deflater.finish();
            while (!deflater.finished()) {
                out.write(chunk, 0, deflater.deflate(chunk));
            }
        }
        return out.toByteArray();
    }

    private static byte[] inflate(byte[] bytes) {
        var out = new ByteArrayOutputStream(CHUNK);
        var chunk = new byte[CHUNK];
        try (var inflater = new Inflater()) {
            inflater.setInput(bytes);
            while (!inflater.finished()) {
                var read = inflater.inflate(chunk);
                if (read == 0 || out.size() + read > MAX_INFLATED) {
                    throw new IllegalArgumentException(
                            "a snapshot of %s bytes is cut off or larger than %s bytes inside"
                                    .formatted(bytes.length, MAX_INFLATED));
                }
                out.write(chunk, 0, read);
            }
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("these bytes are no snapshot", e);
        }
        return out.toByteArray();
    }
}
