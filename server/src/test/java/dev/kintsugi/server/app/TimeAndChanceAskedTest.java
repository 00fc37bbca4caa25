package dev.kintsugi.server.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class TimeAndChanceAskedTest {
    private static final class Asking {
        static List<Object> all() {
            LongSupplier ticks = System::nanoTime;
            Supplier<Random> dice = Random::new;
            return List.of(
                    ticks,
                    dice,
                    new Random(),
                    new SecureRandom(),
                    new SecureRandom(new byte[8]),
                    new SplittableRandom(),
                    ThreadLocalRandom.current(),
                    RandomGenerator.getDefault(),
                    RandomGenerator.of("L64X128MixRandom"),
                    Math.random(),
                    UUID.randomUUID(),
                    new Date(),
                    Instant.now(),
                    Clock.systemUTC());
        }
    }

    private static final class Given {
        static List<Object> all(RandomGenerator chance, Clock clock) {
            return List.of(
                    new Random(7),
                    new SplittableRandom(7),
                    chance.nextLong(),
                    clock.instant(),
                    new Date(7),
                    List.of());
        }
    }

    @Test
    void findsEveryWayToAsk() {
        assertThat(Asking.all()).hasSize(14);

        assertThat(found(Asking.class)).hasSize(14);
    }

    @Test
    void letsWhatIsGivenOrSeededPass() {
        assertThat(Given.all(new Random(7), Clock.systemUTC())).hasSize(6);

        assertThat(found(Given.class)).isEmpty();
    }

    private static List<String> found(Class<?> asking) {
        return noClasses()
                .should()
                .accessTargetWhere(TimeAndChanceAsked.BY_ACCESS)
                .evaluate(new ClassFileImporter().importClasses(asking))
                .getFailureReport()
                .getDetails();
    }
}
