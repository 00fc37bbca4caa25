package dev.kintsugi.client;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.kintsugi.client", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String WORKER = "dev.kintsugi.client.worker..";

    @ArchTest
    static final ArchRule noFramework =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.springframework..", "jakarta..");

    @ArchTest
    static final ArchRule timeAndChanceAreGiven =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(WORKER)
                    .should()
                    .callMethodWhere(
                            target(
                                            nameMatching(
                                                    "now|nanoTime|currentTimeMillis|random|randomUUID|sleep"))
                                    .and(
                                            target(
                                                    owner(
                                                            resideInAnyPackage(
                                                                    "java.lang",
                                                                    "java.time..",
                                                                    "java.util")))))
                    .orShould()
                    .callMethod(java.time.InstantSource.class, "system")
                    .orShould()
                    .callConstructor(java.util.Random.class)
                    .orShould()
                    .dependOnClassesThat()
                    .haveNameMatching(
                            "java\\.security\\.SecureRandom|java\\.util\\.concurrent\\.ThreadLocalRandom")
                    .because("a run must be replayable: time and chance are injected");

    @ArchTest
    static final ArchRule packagesHaveNoCycle =
            slices().matching("dev.kintsugi.client.(*)..").should().beFreeOfCycles();
}
