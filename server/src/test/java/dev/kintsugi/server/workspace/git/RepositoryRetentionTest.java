package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.workspace.RunRepository;
import dev.kintsugi.server.workspace.git.RepositoryRetention.Need;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoryRetentionTest {
    private static final Instant NOW = Instant.parse("2030-01-31T00:00:00Z");

    private final Map<String, Need> needs = new TreeMap<>();

    @TempDir Path folder;
    private Bench bench;
    private RepositoryRetention retention;

    @BeforeEach
    void begin() throws Exception {
        bench = new Bench(folder);
        bench.write("a.txt", "one\n");
        bench.commit("first");
        retention =
                new RepositoryRetention(
                        folder.resolve("home"),
                        run -> needs.getOrDefault(run.run(), new Need.Going()),
                        InstantSource.fixed(NOW));
    }

    @Test
    void deletesRepositoriesThatAreNeededNoLonger() throws Exception {
        var old = prepared("ended", Duration.ofDays(9));
        var recent = prepared("just-ended", Duration.ofDays(9));
        var young = prepared("young", Duration.ofHours(23));
        var going = prepared("going", Duration.ofDays(9));
        var gone = prepared("gone", Duration.ofDays(7).plusSeconds(1));
        var justGone = prepared("just-gone", Duration.ofDays(7));
        needs.put("ended", new Need.Until(NOW.minusSeconds(1)));
        needs.put("just-ended", new Need.Until(NOW));
        needs.put("young", new Need.Until(NOW.minusSeconds(1)));
        needs.put("gone", new Need.Gone());
        needs.put("just-gone", new Need.Gone());

        var told = retention.sweepRepositories(true);
        assertThat(old).isDirectory();
        var done = retention.sweepRepositories(false);
        retention.sweepMirrors(false);

        assertThat(done).isEqualTo(told);
        assertThat(done.folders()).isEqualTo(2);
        assertThat(done.bytes()).isPositive();
        assertThat(old).doesNotExist();
        assertThat(gone).doesNotExist();
        for (var kept : List.of(recent, young, going, justGone)) {
            assertThat(kept).isDirectory();
        }
        assertThat(Folders.in(folder.resolve("home/mirrors/default"))).hasSize(1);
    }

    @Test
    void deletesAMirrorThatNobodyBorrowsFromAnyMore() throws Exception {
        prepared("ended", Duration.ofDays(9));
        needs.put("ended", new Need.Until(NOW.minusSeconds(1)));

        retention.sweepRepositories(false);
        assertThat(retention.sweepMirrors(true).folders()).isEqualTo(1);
        retention.sweepMirrors(false);

        assertThat(Folders.in(folder.resolve("home/mirrors/default"))).isEmpty();
        assertThat(bench.prepare()).isNotEmpty(); // it is made again
    }

    @Test
    void finishesWhatAKilledServerBegan() throws Exception {
        var doomed =
                Files.createDirectories(folder.resolve("home/repositories/default/r.git.doomed"));

        retention.sweepRepositories(false);

        assertThat(doomed).doesNotExist();
    }

    private Path prepared(String run, Duration age) throws Exception {
        var repository = new RunRepository("default", run);
        bench.of(repository).prepare();
        var then = FileTime.from(NOW.minus(age));
        Files.setLastModifiedTime(Store.alternates(bench.store.folder(repository)), then);
        var objects =
                Path.of(Files.readString(Store.alternates(bench.store.folder(repository))).strip());
        Files.setLastModifiedTime(objects.resolveSibling("kintsugi-used"), then);
        return bench.store.folder(repository);
    }
}
