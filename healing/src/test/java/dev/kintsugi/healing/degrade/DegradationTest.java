package dev.kintsugi.healing.degrade;

import static dev.kintsugi.healing.DegradationLevel.ESSENTIAL;
import static dev.kintsugi.healing.DegradationLevel.FULL;
import static dev.kintsugi.healing.DegradationLevel.LIMITED;
import static dev.kintsugi.healing.DegradationLevel.MAINTENANCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.kintsugi.healing.HealingEvent;
import dev.kintsugi.healing.HealingEvent.DegradationChanged;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DegradationTest {
    private static final List<Feature> FEATURES =
            List.of(
                    new Feature("suggestions", FULL),
                    new Feature("search", LIMITED),
                    new Feature("checkout", ESSENTIAL),
                    new Feature("catalogue", MAINTENANCE));

    private final List<HealingEvent> heard = new ArrayList<>();
    private final Degradation shop = new Degradation("shop", FEATURES, heard::add);

    @Test
    void followsTheNumberOfUnhealthyCriticalComponents() {
        assertThat(shop.assess(List.of())).isEqualTo(FULL);
        assertThat(shop.assess(List.of("db"))).isEqualTo(LIMITED);
        assertThat(shop.assess(List.of("db", "queue"))).isEqualTo(ESSENTIAL);
        assertThat(shop.assess(List.of("db", "queue", "disk"))).isEqualTo(MAINTENANCE);
        assertThat(shop.assess(List.of("db", "queue", "disk", "mail"))).isEqualTo(MAINTENANCE);
    }

    @Test
    void countsAComponentOnceHoweverOftenItIsNamed() {
        assertThat(shop.assess(List.of("db", "db", "db"))).isEqualTo(LIMITED);
    }

    @Test
    void offersMoreOnlyAfterThreeChecks() {
        shop.assess(List.of("db", "queue", "disk"));

        assertThat(shop.assess(List.of())).isEqualTo(MAINTENANCE);
        assertThat(shop.assess(List.of("db"))).isEqualTo(MAINTENANCE);
        assertThat(shop.assess(List.of())).isEqualTo(LIMITED);
    }

    @Test
    void switchesFeaturesWithTheLevel() {
        shop.assess(List.of("db", "queue"));

        assertThat(shop.flags())
                .containsExactly(
                        entry("catalogue", true),
                        entry("checkout", true),
                        entry("search", false),
                        entry("suggestions", false));
        assertThat(shop.isOn("checkout")).isTrue();
        assertThat(shop.isOn("search")).isFalse();
    }

    @Test
    void saysWhy() {
        shop.assess(List.of("queue", "db"));

        assertThat(shop.because()).containsExactly("db", "queue");
    }

    @Test
    void tellsTheListenerOfEveryChangeAndNothingElse() {
        shop.assess(List.of());
        shop.assess(List.of("db"));
        shop.assess(List.of("queue"));
        shop.assess(List.of("db", "queue"));

        assertThat(heard)
                .containsExactly(
                        new DegradationChanged("shop", FULL, LIMITED),
                        new DegradationChanged("shop", LIMITED, ESSENTIAL));
    }

    @Test
    void goesOnWhenTheListenerThrows() {
        var degradation =
                new Degradation(
                        "shop",
                        FEATURES,
                        _ -> {
                            throw new NoClassDefFoundError("planted");
                        });

        assertThat(degradation.assess(List.of("db"))).isEqualTo(LIMITED);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> shop.isOn("serch"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "feature must be one of [catalogue, checkout, search, suggestions], was"
                                + " serch");
        assertThatThrownBy(() ->
                        new Degradation(
                                "shop",
                                List.of(
                                        new Feature("search", FULL),
                                        new Feature("search", LIMITED)),
                                heard::add))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("feature search twice");
    }
}
