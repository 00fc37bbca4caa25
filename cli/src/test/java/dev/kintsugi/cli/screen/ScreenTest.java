package dev.kintsugi.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.client.api.StreamItem;
import dev.kintsugi.client.event.TimelineEntry;
import dev.kintsugi.client.json.Json;
import dev.kintsugi.client.run.RunView;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:05Z");
    private static final String USAGE =
            "\"usage\":{\"duration_millis\":1500,\"checkout_millis\":0,\"cost_nano_usd\":20000000}";

    private static RunView view(String status, long seq, String more, String... steps) {
        var list =
                java.util.Arrays.stream(steps)
                        .map("{\"step\":\"%s\",\"status\":\"pending\",\"attempt\":0}"::formatted)
                        .collect(Collectors.joining(","));
        var json =
                """
                {"run":"r1","name":"ship","status":"%s","ladder":"v4","attempts":2,
                 "phases":{"retry":1,"patch":1,"replan":0,"rollback":0},"duration_ms":65000,
                 "cost_usd":"0.04","created_at":"2026-01-01T00:00:00Z","seq":%d,"steps":[%s]%s}
                """
                        .formatted(status, seq, list, more);
        return Json.mapper().readValue(json, RunView.class);
    }

    private static TimelineEntry entry(long seq, String event, String notes) {
        var json =
                "{\"run\":\"r1\",\"seq\":%d,\"at\":\"2026-01-01T00:00:01Z\",\"event\":%s,\"notes\":[%s]}"
                        .formatted(seq, event, notes);
        return Json.mapper().readValue(json, TimelineEntry.class);
    }

    private static TimelineEntry succeeded(long seq, String step, int attempt, String notes) {
        var event =
                "{\"type\":\"step_succeeded\",\"step\":\"%s\",\"attempt\":%d,\"remarks\":[],%s}"
                        .formatted(step, attempt, USAGE);
        return entry(seq, event, notes);
    }

    private static TimelineEntry failed(long seq, String step, String message) {
        var event =
                """
                {"type":"step_failed","step":"%s","attempt":1,"failure":{"category":"unknown",
                 "failure_class":"test","severity":"medium","rule":"r","fingerprint":"f",
                 "message":"%s","maybe_transient":false,"captures":{}},%s}
                """
                        .formatted(step, message, USAGE);
        return entry(seq, event, note("repair_opened", step, null, "test: " + message));
    }

    private static String note(
            String kind,
            String step,
            @org.jspecify.annotations.Nullable String phase,
            String text) {
        var in = phase == null ? "" : "\"phase\":\"" + phase + "\",";
        return "{\"kind\":\"%s\",\"step\":\"%s\",\"attempt\":1,%s\"text\":\"%s\"}"
                .formatted(kind, step, in, text);
    }

    private static Screen midway() {
        return Screen.of(view("running", 1, "", "fetch", "build", "ship"))
                .after(succeeded(2, "fetch", 1, note("step_queued", "build", null, "")))
                .after(failed(3, "build", "cannot find symbol: class List"))
                .after(
                        entry(
                                4,
                                "{\"type\":\"timer_fired\",\"timer\":\"t\"}",
                                note("phase_entered", "build", "patch", "not transient")));
    }

    private static List<String> paint(List<Line> lines, int width) {
        return lines.stream().map(line -> line.paint(width, false)).toList();
    }

    @Test
    void showsStepsPhaseTimeAndMoney() {
        var lines = Block.of(midway(), 24, NOW);

        assertThat(paint(lines, 80))
                .containsExactly(
                        "ship  r1  running  1 min 05 s · 2 repair attempts · $0.04",
                        "  ✓ fetch  succeeded  1.5 s",
                        "  ✎ build  patch       cannot find symbol: class List",
                        "  · ship   pending   ");
    }

    @Test
    void cutsLinesAtTheTerminalsEdge() {
        var lines = Block.of(midway(), 24, NOW);

        assertThat(paint(lines, 30))
                .allSatisfy(line -> assertThat(Text.width(line)).isLessThanOrEqualTo(30));
    }

    @Test
    void showsWhatMattersMostWhenNotAllStepsFit() {
        var names = new String[100];
        java.util.Arrays.setAll(names, i -> "s" + i);
        var screen =
                Screen.of(view("running", 1, "", names))
                        .after(succeeded(2, "s0", 1, ""))
                        .after(new StreamItem.Progress("s90", 2, "running", "w"));

        var lines = paint(Block.of(screen, 6, NOW), 80);

        assertThat(lines).hasSize(5);
        assertThat(lines)
                .anySatisfy(line -> assertThat(line).startsWith("  ▶ s90  running    attempt 2"));
        assertThat(lines.getLast()).isEqualTo("  … 97 more steps, 1 of 100 done");
    }

    @Test
    void isAPureFold() {
        var before = midway();
        var entry = succeeded(5, "build", 2, note("repair_verified", "build", "patch", "mended"));

        assertThat(before.after(entry)).isEqualTo(midway().after(entry));
        assertThat(before).isEqualTo(midway());
        assertThat(before.after(entry).after(entry)).isEqualTo(before.after(entry));
    }

    @Test
    void summarisesWhatBrokeAndHowItWasHealed() {
        var screen =
                midway().after(
                                entry(
                                        5,
                                        "{\"type\":\"timer_fired\",\"timer\":\"t\"}",
                                        note(
                                                "patch_tried",
                                                "build",
                                                "patch",
                                                "catalogue: import java.util.List")))
                        .after(
                                succeeded(
                                        6,
                                        "build",
                                        2,
                                        note("repair_verified", "build", "patch", "mended")))
                        .after(succeeded(7, "ship", 1, ""))
                        .refreshed(view("succeeded", 9, ",\"branch\":\"kintsugi/r1\""));

        assertThat(paint(Summary.of(screen, "/home/me/my shop"), 200))
                .containsExactly(
                        "✓ ship healed  1 min 05 s · 2 repair attempts · $0.04",
                        "  build  broke   cannot find symbol: class List",
                        "         healed  patch: catalogue: import java.util.List",
                        "  mended work is on branch kintsugi/r1",
                        "    git -C '/home/me/my shop' log -p HEAD..kintsugi/r1");
    }

    @Test
    void dropsNewsThatAreOlderThanItsOwn() {
        var screen = Screen.of(view("succeeded", 9, "")).refreshed(view("running", 3, ""));

        assertThat(screen.view().seq()).isEqualTo(9);
    }

    @Test
    void tellsEachThingThatBreaksInOneLine() {
        assertThat(paint(Story.of(failed(3, "build", "no such file")), 200))
                .containsExactly("  ✗ build: no such file  (test)");
    }

    @Test
    void namesTheStepOfEachNote() {
        var said = note("replanned", "a", "replan", "alternative 1 of 1");
        var told = Story.of(entry(3, "{\"type\":\"timer_fired\",\"timer\":\"t\"}", said));

        assertThat(paint(told, 200)).containsExactly("    ✎ a: alternative 1 of 1");
    }

    @Test
    void tellsTheLifeOfAnEffect() {
        var lost =
                """
                {"type":"task_lost","kind":"step","step":"pay","attempt":1,"started":true,"reason":"its lease ran out"}
                """;
        var found =
                """
                {"type":"effect_reconciled","step":"pay","attempt":1,"verdict":"happened",
                 "usage":{"duration_millis":1,"checkout_millis":0,"cost_nano_usd":0}}
                """;
        var asked = entry(3, lost, note("effect_asked", "pay", null, "asks ./look.sh"));
        var settled =
                entry(4, found, note("effect_settled", "pay", null, "took effect, receipt: c"));

        assertThat(paint(Story.of(asked), 200))
                .containsExactly("  ↺ pay was lost: its lease ran out", "  ? pay: asks ./look.sh");
        assertThat(paint(Story.of(settled), 200))
                .containsExactly(
                        "  pay did happen, its command says", "    pay: took effect, receipt: c");
    }

    @Test
    void showsWhatAPatchOfAStepChanges() {
        var patch =
                """
                {"type":"patch_proposed","step":"recommend","attempt":2,"refused":[],
                 "patch":{"kind":"step","id":"p","source":"catalogue","title":"Give more",
                  "env":{"JAVA_TOOL_OPTIONS":"-Xmx24m","NEW":"1"},"timeout_millis":120000%s}}
                """;
        var replaced =
                ",\"replaced\":{\"env\":{\"JAVA_TOOL_OPTIONS\":\"-Xmx12m\"},\"timeout_millis\":60000}";

        assertThat(paint(Story.of(entry(3, patch.formatted(replaced), "")), 200))
                .containsExactly(
                        "    ✎ recommend: Give more  (catalogue)",
                        "      JAVA_TOOL_OPTIONS: -Xmx12m → -Xmx24m",
                        "      NEW: unset → 1",
                        "      timeout: 1 min 00 s → 2 min 00 s");
        assertThat(paint(Story.of(entry(3, patch.formatted(""), "")), 200))
                .contains("      NEW: → 1");
    }

    @Test
    void neverLetsAStepSteerTheTerminal() {
        var lines =
                Story.of(failed(3, "build", "\\u001b[2J\\u001b]0;gotcha\\u0007\\nsecond\\u202e"));

        var text = String.join("", paint(lines, 200));

        assertThat(text).isEqualTo("  ✗ build: [2J]0;gotcha second  (test)");
    }

    @Test
    void coloursADiffAndCountsWhatItLeavesOut() {
        var diff = "--- a/F\n+++ b/F\n@@ -1 +1 @@\n-old\n+new\n" + " same\n".repeat(100);

        var lines = Diff.of(diff);

        assertThat(lines).hasSize(Diff.MAX_LINES + 1);
        assertThat(lines.get(3).paint(80, true)).isEqualTo("      \033[31m-old\033[0m");
        assertThat(lines.get(4).paint(80, true)).isEqualTo("      \033[32m+new\033[0m");
        assertThat(lines.getLast().paint(80, false)).isEqualTo("      … 45 more lines");
    }

    @Test
    void measuresWideCharacters() {
        assertThat(Text.width("金継ぎ")).isEqualTo(6);
        assertThat(Line.of("金継ぎ").paint(4, false)).isEqualTo("金…");
    }

    @Test
    void writesTimesAndMoneyForPeople() {
        assertThat(Text.time(400)).isEqualTo("0.4 s");
        assertThat(Text.time(245_000)).isEqualTo("4 min 05 s");
        assertThat(Text.time(7_800_000)).isEqualTo("2 h 10 min");
        assertThat(Text.dollars(0)).isEqualTo("$0.00");
        assertThat(Text.dollars(1_234_567)).isEqualTo("$0.001234567");
        assertThat(Text.dollars(1_239_000_000L)).isEqualTo("$1.24");
    }
}
