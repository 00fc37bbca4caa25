package dev.kintsugi.healing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private final JavaClasses main =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.kintsugi.healing");

    @Test
    void dependsOnNothingButTheJdkAndSlf4jAndJspecify() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.kintsugi.healing..", "java..", "org.slf4j..", "org.jspecify..")
                .check(main);
    }

    /** What asks the clock, waits or draws, as it is written in code. */
    private static final Set<String> TIME_AND_CHANCE =
            Set.of(
                    "System.nanoTime",
                    "System.currentTimeMillis",
                    "Instant.now",
                    "InstantSource.system",
                    "Clock.systemUTC",
                    "Clock.systemDefaultZone",
                    "Clock.system",
                    "Thread.sleep",
                    "Math.random",
                    "UUID.randomUUID",
                    "ThreadLocalRandom.current",
                    "Random.<init>",
                    "SplittableRandom.<init>");

    @Test
    void asksTheClockAndChanceInOnePlaceOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.kintsugi.healing.time")
                .should()
                .accessTargetWhere(asksTheClockOrChance())
                .check(main);
    }

    private static DescribedPredicate<JavaAccess<?>> asksTheClockOrChance() {
        return DescribedPredicate.describe(
                "asks the clock or chance",
                access ->
                        TIME_AND_CHANCE.contains(
                                access.getTargetOwner().getSimpleName() + "." + access.getName()));
    }

    @Test
    void hasNoCircularPackages() {
        slices().matching("dev.kintsugi.(healing..)").should().beFreeOfCycles().check(main);
    }
}
