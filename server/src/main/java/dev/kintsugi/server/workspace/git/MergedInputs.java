package dev.kintsugi.server.workspace.git;

import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.task.TaskInput;
import dev.kintsugi.server.workspace.Inputs;
import dev.kintsugi.server.workspace.RunRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectInserter;

/** Merges inputs once and remembers them by a ref, named by the hash of what was merged. */
final class MergedInputs implements Inputs {
    private final Store store;

    MergedInputs(Store store) {
        this.store = store;
    }

    @Override
    public Merge of(RunRepository run, TaskInput input) {
        return store.with(
                run,
                repository -> {
                    var ref = refOf(input);
                    var known = Store.read(repository, ref);
                    if (known.isPresent()) {
                        return new Merged(known.get().name());
                    }
                    try (var merging = new Merging(repository, Store.id(input.base()))) {
                        var conflict = merging.mergeAll(input);
                        if (conflict != null) {
                            return conflict;
                        }
                        var commit = merging.full();
                        Store.remember(repository, ref, commit);
                        return new Merged(commit.name());
                    }
                });
    }

    private static String refOf(TaskInput input) {
        var text = Json.mapper().writeValueAsBytes(input);
        try (var formatter = new ObjectInserter.Formatter()) {
            return "refs/kintsugi-inputs/" + formatter.idFor(Constants.OBJ_BLOB, text).name();
        }
    }
}
