package dev.kintsugi.client.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanGraphTest {

    @Test
    void aDiamondIsKnownFromEverySide() {
        var graph =
                graph(
                        "{id: end, exec: x, needs: [right, left]}",
                        "{id: left, exec: x, needs: [start]}",
                        "{id: right, exec: x, needs: [start]}",
                        "{id: start, exec: x}",
                        "{id: alone, exec: x}");
        int end = graph.index("end");
        int left = graph.index("left");
        int right = graph.index("right");
        int start = graph.index("start");
        int alone = graph.index("alone");

        assertThat(graph.needs(end)).containsExactly(right, left);
        assertThat(graph.dependents(start)).containsExactly(left, right);
        assertThat(graph.transitiveNeeds(end)).containsExactly(left, right, start);
        assertThat(graph.impacted(start)).containsExactly(end, left, right, start);
        assertThat(graph.impacted(left)).containsExactly(end, left);
        assertThat(graph.layers())
                .containsExactly(List.of(start, alone), List.of(left, right), List.of(end));
        assertThat(graph.step(end).id()).isEqualTo("end");
        assertThat(graph.size()).isEqualTo(5);
    }

    @Test
    void aChainOfTheMostStepsNeedsNoRecursion() {
        var steps =
                IntStream.range(0, Plan.MAX_STEPS)
                        .mapToObj(i ->
                                "{id: s"
                                        + i
                                        + ", exec: x"
                                        + (i == 0 ? "}" : ", needs: [s" + (i - 1) + "]}"));

        var graph = graph(steps.toArray(String[]::new));

        assertThat(graph.layers()).hasSize(Plan.MAX_STEPS);
        assertThat(graph.transitiveNeeds(Plan.MAX_STEPS - 1)).hasSize(Plan.MAX_STEPS - 1);
        assertThat(graph.impacted(0)).hasSize(Plan.MAX_STEPS);
    }

    @Test
    void answersAgreeWithTheirDefinitionsOnRandomPlans() {
        for (long seed = 0; seed < 300; seed++) {
            var graph = PlanGraph.of(new RandomPlans(seed).plan());

            for (int step = 0; step < graph.size(); step++) {
                int current = step;
                assertThat(graph.transitiveNeeds(step)).isEqualTo(sorted(ancestors(graph, step)));
                assertThat(graph.impacted(step))
                        .isEqualTo(
                                IntStream.range(0, graph.size())
                                        .filter(other ->
                                                other == current
                                                        || ancestors(graph, other)
                                                                .contains(current))
                                        .boxed()
                                        .toList());
            }
            var seen = new HashSet<Integer>();
            for (var layer : graph.layers()) {
                layer.forEach(step -> assertThat(seen).containsAll(graph.needs(step)));
                seen.addAll(layer);
            }
            assertThat(seen).hasSize(graph.size());
        }
    }

    @Test
    void stepsThatMakeNoDagAreRefused() {
        var a = Plans.accepted(Plans.withSteps("{id: a, exec: x}")).steps().getFirst();
        var b = Plans.accepted(Plans.withSteps("{id: a, exec: x}", "{id: b, exec: x, needs: [a]}"));

        assertThatThrownBy(() -> PlanGraph.of(List.of(a, a)))
                .hasMessage("step ids must be unique, twice: a");
        assertThatThrownBy(() -> PlanGraph.of(List.of(b.steps().get(1))))
                .hasMessage("the plan has no step \"a\"");
    }

    private static Set<Integer> ancestors(PlanGraph graph, int step) {
        var ancestors = new HashSet<Integer>(graph.needs(step));
        graph.needs(step).forEach(need -> ancestors.addAll(ancestors(graph, need)));
        return ancestors;
    }

    private static List<Integer> sorted(Set<Integer> indexes) {
        var list = new ArrayList<>(indexes);
        list.sort(Comparator.naturalOrder());
        return list;
    }

    private static PlanGraph graph(String... steps) {
        return PlanGraph.of(Plans.accepted(Plans.withSteps(steps)));
    }
}
