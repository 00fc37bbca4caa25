package dev.kintsugi.server.workspace.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.task.Artifacts;
import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.client.task.WorkWire.Answer;
import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.server.workspace.AgentCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Fills in what agents are asked, and classifies their errors as those of commands. */
public final class AgentWork implements AgentCalls {
    /** Each may stand for an output of 1 MiB, which the server holds while it fills them in. */
    private static final int MAX_REFERENCES = 8;

    private static final Pattern REFERENCE = Pattern.compile(Pattern.quote("${steps."));

    private final Contents blobs;
    private final Classifier classifier;
    private final Secrets secrets;

    /**
     * @param secrets what is masked in answers; agents are given none of them
     */
    public AgentWork(Contents blobs, Classifier classifier, Secrets secrets) {
        this.blobs = blobs;
        this.classifier = classifier;
        this.secrets = secrets;
    }

    /** Contents by their hash. */
    public interface Contents {
        String put(String tenant, byte[] content);

        Optional<byte[]> get(String tenant, String hash);
    }

    @Override
    public @Nullable JsonNode input(Task task) throws RefusedException {
        if (task.agent() == null
                || !(requireNonNull(task.definition()).work() instanceof Work.Agent agent)) {
            return null;
        }
        var references =
                new References(
                        secrets.of(task.tenant()),
                        task.inputs(),
                        task.outputs(),
                        hash ->
                                blobs.get(task.tenant(), hash)
                                        .orElseThrow(() -> new NoSuchElementException(hash)));
        try {
            if (REFERENCE.splitAsStream(agent.input()).limit(MAX_REFERENCES + 2L).count()
                    > MAX_REFERENCES + 1) {
                throw StepRefusedException.configuration(
                        "step.reference",
                        "an agent's input has more than %d references".formatted(MAX_REFERENCES));
            }
            return references.filled(Json.mapper().readTree(agent.input()));
        } catch (StepRefusedException e) {
            throw new RefusedException(e.failure());
        }
    }

    @Override
    public byte[] output(String tenant, byte[] output) throws RefusedException {
        try {
            var read = StepOutput.parse(output);
            return requireNonNull(read.redacted(secrets.of(tenant).redactor()::redact));
        } catch (StepRefusedException e) {
            throw new RefusedException(e.failure());
        }
    }

    @Override
    public boolean reveals(String tenant, String text) {
        return secrets.of(tenant).redactor().reveals("", text);
    }

    @Override
    public String masked(String tenant, String text) {
        return secrets.of(tenant).redactor().redact(text);
    }

    @Override
    public TaskResult result(Task task, Answer answer) {
        var redactor = secrets.of(task.tenant()).redactor();
        var duration = answer.durationMs() == null ? 0 : Math.max(0, answer.durationMs());
        StepOutput output;
        try {
            output =
                    answer.output() == null || answer.output().isNull()
                            ? StepOutput.NONE
                            : StepOutput.parse(Json.mapper().writeValueAsBytes(answer.output()));
        } catch (StepRefusedException e) {
            return new TaskResult.Failed(e.failure(), null, new Usage(duration, 0, 0));
        }
        var usage = new Usage(duration, 0, output.costNanoUsd());
        String artifacts;
        try {
            artifacts = artifacts(task.tenant(), answer.artifacts());
        } catch (StepRefusedException e) {
            return new TaskResult.Failed(e.failure(), null, usage);
        }
        if (answer.error() != null) {
            var said = redactor.redact(answer.error());
            var failure = classifier.classify(new Evidence.Text(task.agent(), said));
            return new TaskResult.Failed(
                    answer.failureClass() == null ? failure : failure.as(answer.failureClass()),
                    blobs.put(task.tenant(), said.getBytes(UTF_8)),
                    usage,
                    artifacts);
        }
        var bytes = output.redacted(redactor::redact);
        return new TaskResult.Done(
                null,
                bytes == null ? null : blobs.put(task.tenant(), bytes),
                List.of(),
                usage,
                artifacts);
    }

    private @Nullable String artifacts(String tenant, @Nullable SortedMap<String, String> given)
            throws StepRefusedException {
        if (given == null || given.isEmpty()) {
            return null;
        }
        try {
            var files = new ArrayList<Artifacts.File>();
            for (var one : given.entrySet()) {
                var content = blobs.get(tenant, one.getValue());
                if (content.isEmpty()) {
                    throw new IllegalArgumentException(
                            "there is no content for %s; put it to /api/v1/work/blobs first"
                                    .formatted(one.getKey()));
                }
                if (reveals(tenant, new String(content.get(), UTF_8))) {
                    throw new IllegalArgumentException(one.getKey() + " holds a secret's value");
                }
                files.add(new Artifacts.File(one.getKey(), one.getValue(), content.get().length));
            }
            var bytes = new Artifacts(files).bytes();
            Artifacts.read(bytes); // its limits
            return blobs.put(tenant, bytes);
        } catch (IllegalArgumentException e) {
            throw StepRefusedException.output(
                    "the agent's artifacts were not taken: " + e.getMessage());
        }
    }
}
