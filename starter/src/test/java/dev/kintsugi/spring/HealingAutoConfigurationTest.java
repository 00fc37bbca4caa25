package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.Evidence.ProcessExit;
import dev.kintsugi.healing.RuleBook;
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
    void isFoundBySpringBoot() {
        var found =
                ImportCandidates.load(
                        org.springframework.boot.autoconfigure.AutoConfiguration.class,
                        getClass().getClassLoader());

        assertThat(found).contains(HealingAutoConfiguration.class.getName());
    }
}
