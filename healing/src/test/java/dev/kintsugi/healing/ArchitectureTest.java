package dev.kintsugi.healing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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

    @Test
    void hasNoCircularPackages() {
        slices().matching("dev.kintsugi.(healing..)").should().beFreeOfCycles().check(main);
    }
}
