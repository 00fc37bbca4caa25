package dev.kintsugi.server.workspace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.workspace.RunRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoryRetentionTest {
    private static final Instant NOW = Instant.parse("2030-01-31T00:00:00Z");

    private final Map<String, Instant> ends = new TreeMap<>();

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
                        run -> Optional.ofNullable(ends.get(run.run())),
                        InstantSource.fixed(NOW));
    }

    @Test
    void deletesRepositoriesOfRunsThatEndedMoreThanSevenDaysAgo() throws Exception {
        var old = prepared("ended", Duration.ofDays(9));
        var recent = prepared("just-ended", Duration.ofDays(9));
        var going = prepared("going", Duration.ofDays(9));
        ends.put("ended", NOW.minus(Duration.ofDays(7)).minusSeconds(1));
        ends.put("just-ended", NOW.minus(Duration.ofDays(7)));

        retention.sweep();

        assertThat(old).doesNotExist();
        assertThat(recent).isDirectory();
        assertThat(going).isDirectory();
        assertThat(Folders.in(folder.resolve("home/mirrors/default"))).hasSize(1);
    }

    @Test
    void deletesAMirrorThatNobodyBorrowsFromAnyMore() throws Exception {
        prepared("ended", Duration.ofDays(9));
        ends.put("ended", NOW.minus(Duration.ofDays(8)));

        retention.sweep();

        assertThat(Folders.in(folder.resolve("home/mirrors/default"))).isEmpty();
        assertThat(bench.prepare()).isNotEmpty(); // it is made again
    }

    @Test
    void finishesWhatAKilledServerBegan() throws Exception {
        var doomed =
                Files.createDirectories(folder.resolve("home/repositories/default/r.git.doomed"));

        retention.sweep();

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
