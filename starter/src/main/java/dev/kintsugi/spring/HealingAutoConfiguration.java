package dev.kintsugi.spring;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.RuleBook;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Offers a {@link Classifier} of failures. Its rules are the {@link RuleBook} that the application
 * defines, else the standard one; an application's own {@link Classifier} takes its place.
 */
@AutoConfiguration
public final class HealingAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean({RuleBook.class, Classifier.class})
    static RuleBook kintsugiRuleBook() {
        return RuleBook.standard();
    }

    @Bean
    @ConditionalOnMissingBean
    static Classifier kintsugiClassifier(RuleBook rules) {
        return Classifier.of(rules);
    }
}
