package dev.kintsugi.server.repair;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kintsugi.client.task.Task;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.server.workspace.FileChange;
import dev.kintsugi.server.workspace.Inputs;
import dev.kintsugi.server.workspace.PatchCommits;
import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.Trees;
import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.gate.NormalisedPatch;
import dev.kintsugi.server.workspace.gate.SourceTree;
import java.util.List;
import java.util.Optional;

/** Reads from and commits to a run's own repository. */
public final class WorkspaceSink implements PatchSink {
    private final Inputs inputs;
    private final Trees trees;
    private final PatchCommits commits;

    public WorkspaceSink(Inputs inputs, Trees trees, PatchCommits commits) {
        this.inputs = inputs;
        this.trees = trees;
        this.commits = commits;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Inputs that do not fit together are a tree without files: nothing can be patched there.
     *
     * @throws WorkspaceException when the run's repository or a commit is missing
     */
    @Override
    public SourceTree tree(Task task) {
        return input(task)
                .<SourceTree>map(commit -> new CommitTree(trees.at(RunRepository.of(task), commit)))
                .orElse(NoWorkspace.FILES);
    }

    @Override
    public String commit(Task task, NormalisedPatch.Tree patch, String message) {
        String input =
                input(task)
                        .orElseThrow(
                                () -> new IllegalArgumentException("task has no input to patch"));
        List<FileChange> changes =
                patch.edits().stream()
                        .map(edit -> {
                            String text = edit.text();
                            byte[] content = text == null ? null : text.getBytes(UTF_8);
                            return new FileChange(edit.path(), content, edit.executable());
                        })
                        .toList();
        return commits.apply(RunRepository.of(task), input, changes, message);
    }

    private Optional<String> input(Task task) {
        TaskInput input = task.input();
        if (input == null) {
            return Optional.empty();
        }
        return switch (inputs.of(RunRepository.of(task), input)) {
            case Inputs.Merged(var commit) -> Optional.of(commit);
            case Inputs.Conflict _ -> Optional.empty();
        };
    }

    private record CommitTree(Trees.Tree tree) implements SourceTree {
        @Override
        public Kind kind(String path) {
            return tree.find(path)
                    .map(entry ->
                            switch (entry.mode()) {
                                case FILE -> Kind.FILE;
                                case EXECUTABLE -> Kind.EXECUTABLE;
                                case SYMLINK -> Kind.SYMLINK;
                                case SUBMODULE -> Kind.GITLINK;
                                case FOLDER -> Kind.FOLDER;
                            })
                    .orElse(Kind.MISSING);
        }

        @Override
        public Optional<byte[]> read(String path) {
            return tree.read(path);
        }

        @Override
        public List<String> list() {
            return tree.list().stream()
                    .filter(entry ->
                            entry.mode() == Trees.Mode.FILE
                                    || entry.mode() == Trees.Mode.EXECUTABLE)
                    .map(Trees.Entry::path)
                    .toList();
        }
    }
}
