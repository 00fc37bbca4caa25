package dev.kintsugi.server.platform;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The one place where the real clock and real chance come in. */
@Configuration(proxyBeanMethods = false)
public class TimeAndChance {
    @Bean
    public DatabaseClock clock(DataSource database, @Qualifier("nanoTime") LongSupplier nanoTime) {
        var jdbc = JdbcClient.create(database);
        return new DatabaseClock(
                () ->
                        jdbc.sql("select clock_timestamp()")
                                .query(OffsetDateTime.class)
                                .single()
                                .toInstant(),
                nanoTime);
    }

    /** This machine's clock, for what no other process hears of. */
    public InstantSource ownClock() {
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
