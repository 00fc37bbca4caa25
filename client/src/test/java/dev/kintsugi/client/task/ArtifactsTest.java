package dev.kintsugi.client.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.client.task.Artifacts.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactsTest {
    private static final String HASH = "0".repeat(64);

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b.txt", ".hidden", "a/..b", "a b/\u00e9", "...", "a/...x"})
    void namesLeadNowhereOutside(String name) {
        assertThat(Artifacts.isName(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/a", "..", "../a", "a/../b", "a/..", ".", "a/./b", "a//b", "a/", "a\\b",
                "a\nb", "a\u0000"
            })
    void whatMayLeadOutsideIsNoName(String name) {
        assertThat(Artifacts.isName(name)).isFalse();
        assertThatThrownBy(() -> new File(name, HASH, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsWhatWasWritten() {
        var artifacts = new Artifacts(List.of(new File("a", HASH, 3), new File("b", HASH, 0)));

        assertThat(Artifacts.read(artifacts.bytes())).isEqualTo(artifacts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "null",
                "{\"files\":[{\"name\":\"../a\",\"hash\":\"x\",\"size\":1}]}",
                "{\"files\":[{\"name\":\"a\",\"hash\":\"x\",\"size\":1}]}"
            })
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Artifacts.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesTooManyAndTooMuch() {
        var many = new ArrayList<File>();
        for (int i = 0; i <= Artifacts.MAX_FILES; i++) {
            many.add(new File("f" + i, HASH, 1));
        }
        var large = new ArrayList<File>();
        for (int i = 0; i < 5; i++) {
            large.add(new File("f" + i, HASH, Artifacts.MAX_BYTES));
        }
        var twice = List.of(new File("a", HASH, 1), new File("a", HASH, 1));

        for (var files : List.of(many, large, twice)) {
            assertThatThrownBy(() -> Artifacts.read(new Artifacts(files).bytes()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
