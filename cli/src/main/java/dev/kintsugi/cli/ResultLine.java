package dev.kintsugi.cli;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView;
import java.math.BigDecimal;

/** The last line of {@code --json}: how a run ended, with exactly these fields. */
final class ResultLine {
    private ResultLine() {}

    static String of(RunView view) {
        var mapper = Json.mapper();
        var line = mapper.createObjectNode();
        line.put("run", view.run());
        line.set("status", mapper.valueToTree(view.status()));
        line.set("phases", mapper.valueToTree(view.phases()));
        line.put("attempts", view.attempts());
        line.put("duration_ms", view.durationMs());
        line.put("cost_usd", new BigDecimal(view.costUsd()));
        line.put(
                "branch", view.branch()); // null is written, so that the fields are always the same
        return line.toString();
    }
}
