package dev.kintsugi.cli;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What the command may depend on: a start costs every class that is loaded. */
class ArchitectureTest {
    private static final JavaClasses CLI =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.kintsugi.cli");

    @Test
    void needsNeitherTheServerNorItsFramework() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.kintsugi.server..", "org.springframework..", "jakarta..", "java.sql..")
                .check(CLI);
    }

    @Test
    void timeIsGivenByTheMainProgram() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.cli\\.Kintsugi(\\$.*)?")
                .should()
                .accessTargetWhere(
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
                .check(CLI);
    }

    @Test
    void nothingIsLeftToChance() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(RandomGenerator.class)
                .check(CLI);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.kintsugi.(cli..)").should().beFreeOfCycles().check(CLI);
    }
}
