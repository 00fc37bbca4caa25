package dev.kintsugi.server.workspace.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import dev.kintsugi.server.workspace.gate.Verdict.Passed;
import dev.kintsugi.server.workspace.gate.Verdict.Refused;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The step has JAVA_TOOL_OPTIONS "-Dx=y -Xmx256m", PORT 8080 and 5 minutes; the machine 8 GiB. */
class StepChangeTest {

    @ParameterizedTest
    @CsvSource({
        "JAVA_TOOL_OPTIONS,-Dx=y -Xmx512m",
        "JAVA_TOOL_OPTIONS,-Dx=y -Xmx4g",
        "JAVA_TOOL_OPTIONS,-Dx=y -Xmx256m -XX:MaxMetaspaceSize=256m",
        "NODE_OPTIONS,--max-old-space-size=4096",
        "MAVEN_OPTS,-Xss4m",
        "PORT,8081",
        "LC_ALL,C.UTF-8",
        "MAKEFLAGS,-j1"
    })
    void passesWithinTheCeilings(String name, String value) {
        assertThat(judge(Map.of(name, value), null)).isInstanceOf(Passed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "memory-ceiling,JAVA_TOOL_OPTIONS,-Dx=y -Xmx5g",
        "memory-ceiling,JAVA_TOOL_OPTIONS,-Dx=y -Xmx999999999999t",
        "memory-ceiling,NODE_OPTIONS,--max-old-space-size=4097",
        "memory-ceiling,MAVEN_OPTS,-Xss1g",
        "env-value,JAVA_TOOL_OPTIONS,-Xmx512m",
        "env-value,JAVA_TOOL_OPTIONS,-Dx=y -Xmx512m -javaagent:evil.jar",
        "env-value,JAVA_TOOL_OPTIONS,-Dx=z -Xmx512m",
        "env-value,JAVA_TOOL_OPTIONS,-Dx=y -Xmxlots",
        "env-value,JAVA_TOOL_OPTIONS,-Dx=y \"-Xmx512m\"",
        "env-value,NODE_OPTIONS,--require ./evil.js",
        "env-value,MAVEN_OPTS,-Dexec=evil",
        "env-value,PORT,22",
        "env-value,PORT,8081;rm -rf /",
        "env-value,PORT,70000",
        "env-value,SERVER_PORT,8081",
        "env-value,LC_ALL,../../evil",
        "env-not-allowed,PATH,/tmp",
        "env-not-allowed,LD_PRELOAD,evil.so",
        "env-not-allowed,BASH_ENV,evil.sh",
        "env-not-allowed,KINTSUGI_RUN,other",
        "env-not-allowed,GIT_SSH_COMMAND,evil",
        "no-change,PORT,8080"
    })
    void refusesEverythingElse(String code, String name, String value) {
        assertThat(judge(Map.of(name, value), null))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.reasons())
                                        .as("%s", refused.line())
                                        .extracting(Verdict.Reason::code)
                                        .contains(code));
    }

    @ParameterizedTest
    @CsvSource({"PT7M30S,true", "PT15M,true", "PT15M1S,false", "PT5M,false", "PT1M,false"})
    void aTimeoutGrowsUpToThreeTimesThePlanned(Duration timeout, boolean passes) {
        assertThat(judge(Map.of(), timeout) instanceof Passed).isEqualTo(passes);
    }

    @Test
    void aTimeoutNeverExceedsADay() {
        assertThat(Ceilings.timeout(Duration.ofHours(20))).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void oneBadVariableRefusesAll() {
        assertThat(judge(Map.of("PORT", "8081", "PATH", "/tmp"), null)).isInstanceOf(Refused.class);
    }

    private static Verdict judge(Map<String, String> env, @Nullable Duration timeout) {
        return Gate.judge(
                new StepChange(new TreeMap<>(env), timeout),
                Fixture.policy(),
                MemoryTree.of(Map.of()));
    }
}
