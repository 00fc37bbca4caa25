package dev.kintsugi.server.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.kintsugi.server.platform.Transactions;
import java.net.URLConnection;
import java.net.http.HttpClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModule;
import org.springframework.modulith.core.ApplicationModules;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.RestController;

/** The shape of the server: which rooms there are, which may use which, and what none may do. */
class ArchitectureTest {
    private static final String ROOT = "dev.kintsugi.server";
    private static final String PLATFORM = ROOT + ".platform..";
    private static final JavaClasses SERVER = classesIn(ROOT);

    /** The server and the modules it is built on. */
    private static final JavaClasses ALL = classesIn("dev.kintsugi");

    /** From the top: each may use those after it. A room that is added is entered here. */
    private static final List<String> ROOMS =
            List.of(
                    "app",
                    "simulation",
                    "work",
                    "integration",
                    "repair",
                    "run",
                    "history",
                    "waiting",
                    "queue",
                    "workspace",
                    "model",
                    "budget",
                    "fleet",
                    "healing",
                    "tenant",
                    "observe",
                    "platform");

    @Test
    void everyRoomIsKnown() {
        var found = ApplicationModules.of(ROOT).stream();

        assertThat(
                        found.map(ApplicationModule::getBasePackage)
                                .map(room -> room.getName().substring(ROOT.length() + 1)))
                .isSubsetOf(ROOMS);
    }

    @Test
    void roomsKeepTheirInnerPackagesToThemselves() {
        // app puts the rooms together and so sees into them; nobody uses app
        ApplicationModules.of(ROOT, resideInAPackage(ROOT + ".app..")).verify();
    }

    @Test
    void aRoomUsesOnlyRoomsBelowIt() {
        for (int i = 0; i < ROOMS.size(); i++) {
            String[] above =
                    ROOMS.subList(0, i).stream()
                            .map(room -> ROOT + "." + room + "..")
                            .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + ROOMS.get(i) + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above)
                    .allowEmptyShould(true)
                    .check(SERVER);
        }
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(SERVER);
    }

    @Test
    void timeAndChanceComeFromOnePackageOfEachModule() {
        noClasses()
                .that(not(resideInAnyPackage(PLATFORM, "dev.kintsugi.healing.time..")))
                .should()
                .accessTargetWhere(TimeAndChanceAsked.BY_ACCESS)
                .check(ALL);
    }

    /** Of the runs' room the engine, and what is done in rounds for all tenants at once. */
    @Test
    void onlyTheQueueTheEngineAndThePlatformSeeAllTenants() {
        noClasses()
                .that(
                        not(
                                resideInAnyPackage(
                                        PLATFORM,
                                        ROOT + ".queue..",
                                        ROOT + ".history..",
                                        // puts crashes around the engine's transactions
                                        ROOT + ".simulation..")))
                .and()
                .haveNameNotMatching(
                        ".*\\.(run\\.(RunEngine|RunInbox|AgentMetrics|ApprovalOutbox|StuckRuns)|waiting\\.Waits|healing\\.(Monitorings|OutcomeBatches))")
                .should()
                .accessTargetWhere(
                        target(name("asSystem"))
                                .and(target(owner(assignableTo(Transactions.class)))))
                .check(SERVER);
    }

    @Test
    void transactionsAreBegunInOneWay() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Transactional.class)
                .check(SERVER);
    }

    /** {@code Edge} and {@code Webhook} by healing calls; decision 0033 says why not the others. */
    @Test
    void onlyTheseAskOtherSystemsOverHttp() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".integration.Connections")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".integration.Edge")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".observe.Webhook")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".workspace.step.HttpWork")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".workspace.git.InputClient")
                .should()
                .dependOnClassesThat(
                        assignableTo(HttpClient.class)
                                .or(assignableTo(URLConnection.class))
                                .or(
                                        assignableTo(
                                                org.apache.hc.client5.http.classic.HttpClient
                                                        .class)))
                .check(SERVER);
    }

    @Test
    void thePlatformHasNoControllers() {
        classes()
                .that()
                .areAnnotatedWith(RestController.class)
                .should()
                .resideOutsideOfPackage(PLATFORM)
                .andShould()
                .haveSimpleNameEndingWith("Controller")
                .check(SERVER);
    }

    private static JavaClasses classesIn(String root) {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(root);
    }
}
