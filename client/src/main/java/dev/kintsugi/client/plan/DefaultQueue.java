package dev.kintsugi.client.plan;

import dev.kintsugi.client.plan.Step.QueueClass;
import java.util.List;
import java.util.Locale;
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

    private static final Set<String> LLM_AGENTS =
            Set.of("llm", "planner", "planning", "generator", "generation", "writer", "reviewer");
    private static final Set<String> IO_AGENTS =
            Set.of("git", "github", "file", "files", "http", "api", "fetch", "fetcher");

    /** The first word of a command, after assignments and without its folder. */
    private static final Pattern PROGRAM =
            Pattern.compile(
                    "\\s*(?:[A-Za-z_][A-Za-z0-9_]*=\\S*\\s+)*+(?:\\S*/)?([^\\s/;&|]+).*",
                    Pattern.DOTALL);

    private DefaultQueue() {}

    static QueueClass of(Work work) {
        return switch (work) {
            case Work.Http _ -> QueueClass.IO;
            case Work.Agent(var agent, _) -> ofAgent(agent.toLowerCase(Locale.ROOT));
            case Work.Exec(var command) -> {
                var program = PROGRAM.matcher(command);
                String name = program.matches() ? program.group(1) : "";
                yield IO.contains(name)
                        ? QueueClass.IO
                        : LLM.contains(name) ? QueueClass.LLM : QueueClass.CPU;
            }
        };
    }

    /** By the words of its name: planners and generators wait for a model. */
    private static QueueClass ofAgent(String name) {
        var words = List.of(name.split("[._-]+"));
        if (words.stream().anyMatch(LLM_AGENTS::contains)) {
            return QueueClass.LLM;
        }
        return words.stream().anyMatch(IO_AGENTS::contains) ? QueueClass.IO : QueueClass.CPU;
    }
}
