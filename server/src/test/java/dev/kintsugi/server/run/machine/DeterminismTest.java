package dev.kintsugi.server.run.machine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Formattable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeterminismTest {
    private static final long SEEDS = 300;

    @Test
    void anotherJvmComesToTheSameStatesAndActions() throws Exception {
        var other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UnlockExperimentalVMOptions",
                                "-XX:hashCode=2",
                                "-Duser.language=ar",
                                "-Duser.country=EG",
                                "-Duser.timezone=Asia/Kathmandu",
                                "-cp",
                                System.getProperty("java.class.path"),
                                DeterminismTest.class.getName())
                        .redirectErrorStream(true)
                        .start();
        try (var out = other.getInputStream()) {
            var digest = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();

            assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(digest).isEqualTo(digest());
        }
    }

    @Test
    void nothingInTheMachineDependsOnChanceOrTheOrderOfHashes() {
        var machine =
                new ClassFileImporter()
                        .withImportOption(new DoNotIncludeTests())
                        .importPackages("dev.kintsugi.server.run.machine");

        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(
                        HashMap.class,
                        HashSet.class,
                        ConcurrentHashMap.class,
                        Random.class,
                        UUID.class,
                        Formattable.class)
                .check(machine);
        for (var method : List.of("of", "copyOf", "ofEntries")) {
            noClasses().should().callMethodWhere(named(Set.class, method)).check(machine);
            noClasses().should().callMethodWhere(named(Map.class, method)).check(machine);
        }
        for (var clock : List.of(java.time.Instant.class, java.time.Clock.class)) {
            noClasses().should().callMethodWhere(named(clock, "now")).check(machine);
        }
        noClasses().should().callMethodWhere(named(System.class, "nanoTime")).check(machine);
        noClasses()
                .should()
                .callMethodWhere(named(System.class, "currentTimeMillis"))
                .check(machine);
    }

    private static com.tngtech.archunit.base.DescribedPredicate<
                    com.tngtech.archunit.core.domain.JavaMethodCall>
            named(Class<?> owner, String method) {
        return com.tngtech.archunit.base.DescribedPredicate.describe(
                "%s.%s".formatted(owner.getSimpleName(), method),
                call ->
                        call.getTargetOwner().isEquivalentTo(owner)
                                && call.getName().equals(method));
    }

    /** Prints the digest of all states and actions of the first random runs. */
    public static void main(String[] args) throws IOException {
        System.out.println(digest());
    }

    private static String digest() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var seed = 1L; seed <= SEEDS; seed++) {
                Walk.live(
                        seed,
                        (turn, _) ->
                                digest.update(
                                        turn.decision()
                                                .toString()
                                                .getBytes(StandardCharsets.UTF_8)));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
