package dev.kintsugi.client.plan;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.kintsugi.client.plan.Condition.WrongException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Finds which steps a condition looks at: it must say so by name, and ask for what there is. */
final class ConditionSteps {
    private static final String STEPS = "steps";
    private static final List<String> ASKED = List.of("status", "output");

    private ConditionSteps() {}

    static SortedSet<String> in(CelAbstractSyntaxTree tree) throws WrongException {
        var steps = new TreeSet<String>();
        var nodes = CelNavigableAst.fromAst(tree).getRoot().allNodes().toList();
        for (var node : nodes) {
            if (node.getKind() == Kind.IDENT && node.expr().ident().name().equals(STEPS)) {
                steps.add(step(node));
            }
        }
        return steps;
    }

    private static String step(CelNavigableExpr steps) throws WrongException {
        var named = steps.parent().flatMap(parent -> name(parent.expr()));
        var asked =
                steps.parent()
                        .flatMap(CelNavigableExpr::parent)
                        .filter(above -> above.getKind() == Kind.SELECT)
                        .map(above -> above.expr().select().field());
        if (named.isEmpty() || asked.isEmpty() || !ASKED.contains(asked.get())) {
            throw new WrongException(
                    "look at a step by steps.ID.status or steps.ID.output, where the id has a dash or a dot by steps[\"ID\"].status");
        }
        return named.get();
    }

    /** The step that {@code steps.ID} or {@code steps["ID"]} names. */
    private static Optional<String> name(CelExpr parent) {
        if (parent.getKind() == Kind.SELECT && !parent.select().testOnly()) {
            return Optional.of(parent.select().field());
        }
        if (parent.getKind() == Kind.CALL
                && parent.call().function().equals("_[_]")
                && parent.call().args().get(1).getKind() == Kind.CONSTANT
                && parent.call().args().get(1).constant().getKind()
                        == CelConstant.Kind.STRING_VALUE) {
            return Optional.of(parent.call().args().get(1).constant().stringValue());
        }
        return Optional.empty();
    }
}
