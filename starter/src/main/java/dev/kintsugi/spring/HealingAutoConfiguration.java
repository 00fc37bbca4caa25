package dev.kintsugi.spring;

import dev.kintsugi.healing.Classifier;
import dev.kintsugi.healing.HealingListener;
import dev.kintsugi.healing.RuleBook;
import dev.kintsugi.healing.call.RecoveryStrategy;
import dev.kintsugi.healing.call.Setting;
import dev.kintsugi.healing.detect.DeadLetters;
import dev.kintsugi.healing.detect.ErrorDetector;
import dev.kintsugi.healing.engine.RecoveryEngine;
import dev.kintsugi.healing.health.HealthMonitor;
import dev.kintsugi.healing.time.TimeAndChance;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Makes methods with {@link Healed} heal, and offers what that takes: {@link Recoveries}, a {@link
 * RecoveryEngine}, a {@link HealthMonitor}, an {@link ErrorDetector} and {@link DeadLetters}. Each
 * steps back for a bean of the application; all {@link HealingListener} beans are told what
 * happens, all {@link RecoveryStrategy} beans are asked after those that are installed. Failures
 * are classified by the {@link RuleBook} that the application defines, else by the standard one.
 */
@AutoConfiguration
@EnableConfigurationProperties(HealingProperties.class)
public final class HealingAutoConfiguration {

    /** How many request errors are kept. */
    static final int DEAD_LETTERS = 1_000;

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

    @Bean
    @ConditionalOnMissingBean
    static ErrorDetector kintsugiErrorDetector(Classifier classifier) {
        return new ErrorDetector(classifier, TimeAndChance.real().chance());
    }

    @Bean
    @ConditionalOnMissingBean
    static DeadLetters kintsugiDeadLetters() {
        return new DeadLetters(DEAD_LETTERS, TimeAndChance.real().clock());
    }

    @Bean
    @ConditionalOnMissingBean
    static Setting kintsugiSetting(
            ErrorDetector detector,
            ObjectProvider<RecoveryStrategy> strategies,
            ObjectProvider<HealingListener> listeners) {
        Setting standard = Setting.standard().detector(detector);
        var all = new ArrayList<>(standard.strategies());
        strategies.orderedStream().forEach(all::add);
        return heardBy(listeners, standard.strategies(all));
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    static HealthMonitor kintsugiHealthMonitor(
            HealingProperties properties, ObjectProvider<HealingListener> listeners) {
        HealthMonitor.Builder builder =
                HealthMonitor.builder()
                        .listener(new AllListeners(listeners.orderedStream().toList()));
        HealthMonitor monitor =
                HealingProperties.PATH
                        .then("monitoring")
                        .checked(
                                "interval",
                                properties.monitoring().interval(),
                                builder::checkInterval)
                        .build();
        if (properties.monitoring().enabled()) {
            monitor.startMonitoring();
        }
        return monitor;
    }

    @Bean
    @ConditionalOnMissingBean
    static Recoveries kintsugiRecoveries(
            HealingProperties properties,
            Setting setting,
            HealthMonitor health,
            ObjectProvider<HealingListener> listeners) {
        return new Recoveries(properties, heardBy(listeners, setting), health);
    }

    @Bean
    @ConditionalOnMissingBean
    static RecoveryEngine kintsugiRecoveryEngine(
            Setting setting, HealthMonitor health, ObjectProvider<HealingListener> listeners) {
        return new RecoveryEngine(health, heardBy(listeners, setting));
    }

    /** The application's own setting need not name them. */
    private static Setting heardBy(ObjectProvider<HealingListener> listeners, Setting setting) {
        var all = new LinkedHashSet<>(setting.listeners());
        listeners.orderedStream().forEach(all::add);
        return setting.listeners(List.copyOf(all));
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "kintsugi.healing.enabled", matchIfMissing = true)
    static HealedProxies kintsugiHealed(ObjectProvider<Recoveries> recoveries) {
        return new HealedProxies(recoveries);
    }
}
