package dev.kintsugi.client.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.kintsugi.client.api.WorkConnection;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.client.secret.Redactor;
import dev.kintsugi.client.task.LeasedTask;
import dev.kintsugi.client.task.TaskResult;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence;
import dev.kintsugi.healing.time.Ticker;
import dev.kintsugi.healing.time.TimeAndChance;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Calls agents. */
final class AgentHandler implements TaskHandler {
    private static final int MAX_OUTPUT_BYTES = 1 << 20;
    private static final String COST = "cost_usd";
    private static final int NANO_DIGITS = 9;

    private final WorkConnection server;
    private final Map<String, Agent> agents;
    private final Classifier classifier = Classifier.standard();
    private final Redactor redactor = Redactor.of(List.of());
    private final Ticker ticker = TimeAndChance.real().ticker();

    AgentHandler(WorkConnection server, Map<String, Agent> agents) {
        this.server = server;
        this.agents = Map.copyOf(agents);
    }

    @Override
    public TaskResult handle(LeasedTask task, TaskContext context) throws InterruptedException {
        var begun = ticker.nanos();
        var call = new Call(task, context);
        try {
            var output = output(requireNonNull(agent(task)).answer(call), call);
            var kept = output == null ? null : server.keep(output);
            return new TaskResult.Done(null, kept, List.of(), usage(begun, call));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            call.log(String.valueOf(e));
            var failure = classifier.classify(new Evidence.Thrown(e));
            return new TaskResult.Failed(failure, null, usage(begun, call));
        }
    }

    private @Nullable Agent agent(LeasedTask task) {
        return requireNonNull(task.task().definition()).work() instanceof Work.Agent(var name, _)
                ? agents.get(name)
                : null;
    }

    private static byte @Nullable [] output(@Nullable Object answer, Call call) {
        if (answer == null) {
            return null;
        }
        JsonNode json = Json.mapper().valueToTree(answer);
        if (!(json instanceof ObjectNode)) {
            throw new IllegalArgumentException(
                    "an agent's output must be a JSON object, was " + json.getNodeType());
        }
        var bytes = Json.mapper().writeValueAsBytes(json);
        if (bytes.length > MAX_OUTPUT_BYTES) {
            throw new IllegalArgumentException(
                    "an agent's output must have at most 1 MiB, had %d bytes"
                            .formatted(bytes.length));
        }
        if (json.path(COST).isNumber()) {
            call.spent(json.path(COST).asString());
        }
        return bytes;
    }

    private Usage usage(long begun, Call call) {
        var millis = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - begun);
        return new Usage(millis, 0, call.spent.get());
    }

    private final class Call implements AgentCall {
        private final LeasedTask task;
        private final TaskContext context;
        private final AtomicLong spent = new AtomicLong();

        private Call(LeasedTask task, TaskContext context) {
            this.task = task;
            this.context = context;
        }

        @Override
        public String run() {
            return task.task().run();
        }

        @Override
        public String step() {
            return task.task().step();
        }

        @Override
        public int attempt() {
            return task.task().attempt();
        }

        @Override
        public String idempotencyKey() {
            return task.task().effectKey();
        }

        @Override
        public JsonNode input() {
            return server.input(task.lease());
        }

        @Override
        public <T> T input(Class<T> type) {
            return Json.mapper().convertValue(input(), type);
        }

        @Override
        public void log(String line) {
            context.log((redactor.redact(line) + "\n").getBytes(UTF_8));
        }

        @Override
        public void progress(String text) {
            context.progress(text);
        }

        @Override
        public void receipt(String text) {
            context.receipt(redactor.redact(text));
        }

        @Override
        public void spent(String usd) {
            var nanos =
                    new BigDecimal(usd)
                            .scaleByPowerOfTen(NANO_DIGITS)
                            .setScale(0, RoundingMode.UP)
                            .longValueExact();
            if (nanos < 0) {
                throw new IllegalArgumentException("spent must not be negative, was " + usd);
            }
            spent.accumulateAndGet(nanos, Math::addExact);
        }

        @Override
        public boolean cancelled() {
            return context.cancelled();
        }
    }
}
