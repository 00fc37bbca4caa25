package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.Step.QueueClass;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The queue of a step that names none, by its kind of work: git, files and HTTP wait for input and
 * output; planning and generation for a model; builds, analysis and all else for a processor.
 */
final class DefaultQueue {
    private static final Set<String> IO =
            Set.of("git", "curl", "wget", "rsync", "scp", "cp", "mv", "tar", "zip", "unzip");
    private static final Set<String> LLM =
            Set.of("llm", "ollama", "claude", "codex", "gemini", "aider");

    /** The first word of a command, after assignments and without its folder. */
    private static final Pattern PROGRAM =
            Pattern.compile(
                    "\\s*(?:[A-Za-z_][A-Za-z0-9_]*=\\S*\\s+)*+(?:\\S*/)?([^\\s/;&|]+).*",
                    Pattern.DOTALL);

    private DefaultQueue() {}

    static QueueClass of(Work work) {
        return switch (work) {
            case Work.Http _ -> QueueClass.IO;
            case Work.Exec(var command) -> {
                var program = PROGRAM.matcher(command);
                String name = program.matches() ? program.group(1) : "";
                yield IO.contains(name)
                        ? QueueClass.IO
                        : LLM.contains(name) ? QueueClass.LLM : QueueClass.CPU;
            }
        };
    }
}
