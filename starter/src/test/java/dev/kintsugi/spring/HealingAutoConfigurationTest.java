package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence.ProcessExit;
import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.HealthStatus;
import dev.kintsugi.healing.RuleBook;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.health.HealthCheck;
import dev.kintsugi.healing.health.HealthMonitor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class HealingAutoConfigurationTest {
    private static final ProcessExit FULL_DISK =
            new ProcessExit(1, false, "cp: error writing 'a': No space left on device");
    private static final RuleBook OWN_RULES =
            RuleBook.read(
                    List.of(
                            "id own-rule",
                            "match No space left on device",
                            "category RESOURCE",
                            "class INFRA",
                            "severity HIGH"));

    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(HealingAutoConfiguration.class));

    @Test
    void offersAClassifierWithTheStandardRules() {
        application.run(context ->
                assertThat(context.getBean(Classifier.class).classify(FULL_DISK))
                        .isEqualTo(Classifier.standard().classify(FULL_DISK)));
    }

    @Test
    void classifiesByTheRulesOfTheApplicationWhereItHasSome() {
        application
                .withBean(RuleBook.class, () -> OWN_RULES)
                .run(context ->
                        assertThat(context.getBean(Classifier.class).classify(FULL_DISK).rule())
                                .isEqualTo("own-rule"));
    }

    @Test
    void stepsBackForAClassifierOfTheApplication() {
        Classifier own = Classifier.of(OWN_RULES);

        application
                .withBean(Classifier.class, () -> own)
                .run(context -> {
                    assertThat(context).getBean(Classifier.class).isSameAs(own);
                    assertThat(context).doesNotHaveBean(RuleBook.class);
                });
    }

    @Test
    void tellsListenersAlsoWhereTheSettingIsTheApplications() {
        var heard = new ArrayList<HealingEvent>();
        HealingListener listener = heard::add;

        application
                .withBean(HealingListener.class, () -> listener)
                .withBean(Setting.class, () -> Setting.standard().listener(listener))
                .run(context -> {
                    var recovery = context.getBean(Recoveries.class).of("model");
                    recovery.circuitBreaker().orElseThrow().isolate();

                    assertThat(heard).hasSize(1);
                });
        application
                .withBean(HealingListener.class, () -> listener)
                .withBean(Setting.class, Setting::standard)
                .run(context -> {
                    var recovery = context.getBean(Recoveries.class).of("model");
                    recovery.circuitBreaker().orElseThrow().isolate();

                    assertThat(heard).hasSize(2);
                });
    }

    @Test
    void tellsListenersOfHealthAlsoWhenOneOfThemFails() {
        var heard = new ArrayList<HealingEvent>();
        HealingListener failing =
                _ -> {
                    throw new IllegalStateException("no");
                };

        application
                .withBean("a", HealingListener.class, () -> failing)
                .withBean("b", HealingListener.class, () -> heard::add)
                .run(context -> {
                    var monitor = context.getBean(HealthMonitor.class);
                    monitor.registerHealthCheck(
                            "model", () -> new HealthCheck.Answer(HealthStatus.CRITICAL, "down"));

                    monitor.checkComponentHealth("model");

                    assertThat(heard).hasExactlyElementsOfTypes(HealingEvent.HealthChanged.class);
                });
    }

    @Test
    void isFoundBySpringBoot() {
        var found =
                ImportCandidates.load(
                        org.springframework.boot.autoconfigure.AutoConfiguration.class,
                        getClass().getClassLoader());

        assertThat(found).contains(HealingAutoConfiguration.class.getName());
    }
}
