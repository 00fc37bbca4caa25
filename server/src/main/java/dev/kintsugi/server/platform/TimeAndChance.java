package dev.kintsugi.server.platform;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The one place where the real clock and real chance come in. */
@Configuration(proxyBeanMethods = false)
public class TimeAndChance {
    @Bean
    public InstantSource clock() {
        return InstantSource.system();
    }

    /** Nanoseconds since some moment, for measuring how long things take. */
    @Bean
    LongSupplier nanoTime() {
        return System::nanoTime;
    }

    @Bean
    RandomGenerator random() {
        return new SecureRandom();
    }

    @Bean
    Ids ids(InstantSource clock, RandomGenerator random) {
        return new Ids(clock, random);
    }
}
