package dev.kintsugi.server.repair;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.server.workspace.gate.NormalisedPatch;
import dev.kintsugi.server.workspace.gate.SourceTree;
import java.util.List;
import java.util.Optional;

/** What a plan without workspace has: no files, and nothing to commit on. */
enum NoWorkspace implements PatchSink, SourceTree {
    FILES;

    @Override
    public SourceTree tree(Task task) {
        return this;
    }

    @Override
    public String commit(Task task, NormalisedPatch.Tree patch, String message) {
        throw new IllegalArgumentException("task has no input to patch");
    }

    @Override
    public Kind kind(String path) {
        return Kind.MISSING;
    }

    @Override
    public Optional<byte[]> read(String path) {
        return Optional.empty();
    }

    @Override
    public List<String> list() {
        return List.of();
    }
}
