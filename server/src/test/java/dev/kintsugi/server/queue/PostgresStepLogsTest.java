package dev.kintsugi.server.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.task.LeasedTask.Lease;
import dev.kintsugi.server.platform.TestDatabase;
import org.junit.jupiter.api.Test;

class PostgresStepLogsTest {
    private static final TestDatabase DB = TestDatabase.fresh().tenants("acme", "globex");

    private final StepLogs logs = new PostgresStepLogs(DB.transactions(), DB.jdbc());

    @Test
    void piecesAreReadFromAnyOffset() {
        write(new Lease("r:a:1", 1), 0, "one ");
        write(new Lease("r:a:1", 1), 4, "two");
        write(new Lease("r:a:1", 1), 4, "again");

        assertThat(read("r:a:1", 0, 100)).isEqualTo("one two");
        assertThat(read("r:a:1", 2, 3)).isEqualTo("e t");
        assertThat(read("r:a:1", 7, 100)).isEmpty();
        assertThat(logs.read("globex", "r:a:1", 0, 100)).isEmpty();
    }

    @Test
    void aTaskHandedOutAgainHasALogOfItsOwn() {
        write(new Lease("r:b:1", 1), 0, "of the first worker");
        write(new Lease("r:b:1", 2), 0, "second");
        write(new Lease("r:b:1", 1), 19, " that is late");

        assertThat(read("r:b:1", 0, 100)).isEqualTo("second");
    }

    @Test
    void whatWasLostIsSaidAndOffsetsStayAsTheyAre() {
        write(new Lease("r:c:1", 1), 0, "one");
        write(new Lease("r:c:1", 1), 30, "two");

        assertThat(read("r:c:1", 0, 100))
                .isEqualTo("one" + StepLogs.LOST + " ".repeat(27 - StepLogs.LOST.length()) + "two");
        assertThat(read("r:c:1", 0, 10)).hasSize(10).startsWith("one");
        assertThat(read("r:c:1", 30, 10)).isEqualTo("two");
    }

    @Test
    void theLatestOfAKindIsFoundByItsNumber() {
        write(new Lease("mend:r:d:2", 1), 0, "x");
        write(new Lease("mend:r:d:101", 2), 0, "x");
        write(new Lease("mend:r:d2:200", 3), 0, "x");

        assertThat(logs.latest("acme", "mend:r:d:")).hasValue(101);
        assertThat(logs.latest("acme", "undo:r:d:")).isEmpty();
        assertThat(logs.latest("globex", "mend:r:d:")).isEmpty();
    }

    private void write(Lease lease, long offset, String text) {
        logs.append("acme", lease, offset, text.getBytes(UTF_8));
    }

    private String read(String key, long offset, int max) {
        return new String(logs.read("acme", key, offset, max), UTF_8);
    }
}
