package dev.kintsugi.client.api;

import dev.kintsugi.client.run.RunView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of runs, newest first.
 *
 * @param next where the next page starts; null when this is the last
 */
public record RunPage(List<RunView> runs, @Nullable String next) {
    /** Most runs on one page. */
    public static final int MAX_LIMIT = 200;

    public RunPage {
        runs = List.copyOf(runs);
    }
}
