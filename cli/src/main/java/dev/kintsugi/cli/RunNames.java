package dev.kintsugi.cli;

import dev.kintsugi.client.api.ApiException;
import dev.kintsugi.client.api.KintsugiClient;
import dev.kintsugi.client.api.RunPage;
import dev.kintsugi.client.api.RunQuery;
import dev.kintsugi.client.run.RunView;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the run that a user means: by its id, by a unique beginning of it, or {@code last}. */
final class RunNames {
    /** Runs looked at for a beginning: the newest of them. */
    static final int MAX_LOOKED_AT = 2_000;

    private RunNames() {}

    static String resolve(KintsugiClient client, String given) {
        if (given.equals("last")) {
            var newest = client.runs(RunQuery.newest(1)).runs();
            if (newest.isEmpty()) {
                throw unknown("there are no runs yet");
            }
            return newest.getFirst().run();
        }
        var exact = exact(client, given);
        return exact == null ? byBeginning(client, given) : exact;
    }

    private static @Nullable String exact(KintsugiClient client, String given) {
        try {
            return client.run(given).run();
        } catch (ApiException e) {
            if (e.status() == 404 || e.status() == 400) {
                return null;
            }
            throw e;
        }
    }

    private static String byBeginning(KintsugiClient client, String given) {
        var found = new TreeSet<String>();
        var query = RunQuery.newest(RunPage.MAX_LIMIT);
        for (int seen = 0; seen < MAX_LOOKED_AT; ) {
            var page = client.runs(query);
            page.runs().stream()
                    .map(RunView::run)
                    .filter(run -> run.startsWith(given))
                    .forEach(found::add);
            seen += page.runs().size();
            if (page.next() == null || page.runs().isEmpty()) {
                break;
            }
            query = query.from(page.next());
        }
        if (found.size() > 1) {
            throw unknown(
                    "\"%s\" is the beginning of several runs: %s"
                            .formatted(given, String.join(", ", found)));
        }
        if (found.isEmpty()) {
            throw unknown("there is no run \"%s\": see `kintsugi runs`".formatted(given));
        }
        return found.first();
    }

    private static CommandException unknown(String message) {
        return new CommandException(ExitCode.BAD_INPUT, message);
    }
}
