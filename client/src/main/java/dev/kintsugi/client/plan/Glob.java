package dev.kintsugi.client.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path pattern: {@code *} is anything within a name, {@code ?} one character, {@code **} any
 * number of folders, {@code {a,b}} a choice. A pattern is matched against the whole path, in time
 * proportional to the length of both: it is an automaton whose states are all followed at once
 * (Thompson 1968), since one that backtracks could be kept busy for ever. Immutable.
 */
public final class Glob {
    /** Longest pattern, in characters. */
    public static final int MAX_LENGTH = 200;

    /** What leads on from a state: one character, {@link #IN_NAME} or {@link #ANY}. */
    private record Step(int character, int to) {
        boolean takes(int c) {
            return character == ANY || (character == IN_NAME ? c != '/' : character == c);
        }
    }

    /** Any character of a name, which no slash is. */
    private static final int IN_NAME = -1;

    private static final int ANY = -2;

    private final String text;
    private final List<@Nullable Step> steps = new ArrayList<>();
    private final List<List<Integer>> jumps = new ArrayList<>();
    private final int end;

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException when it is blank, too long or has an open brace
     */
    public Glob(String text) {
        if (text.isBlank() || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a glob must have 1 to %d characters and not be blank, was \"%s\""
                            .formatted(MAX_LENGTH, text));
        }
        this.text = text;
        this.end = compile(text.codePoints().toArray());
    }

    /** The pattern at any depth. */
    public static Glob anywhere(String text) {
        return new Glob("**/" + text);
    }

    /** Whether the whole path is one of those meant. */
    public boolean matches(String path) {
        var states = new BitSet();
        enter(0, states);
        for (int c : path.codePoints().toArray()) {
            var next = new BitSet();
            states.stream()
                    .mapToObj(steps::get)
                    .forEach(step -> {
                        if (step != null && step.takes(c)) {
                            enter(step.to(), next);
                        }
                    });
            states = next;
        }
        return states.get(end);
    }

    /** Whether the pattern spells this name out, in any case, as a folder or as the file. */
    public boolean names(String name) {
        for (String part : text.split("/", -1)) {
            if (part.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    /** A choice being read: where it begins, and where each of its alternatives ended. */
    private record Choice(int begin, List<Integer> ends) {}

    private int compile(int[] glob) {
        var choices = new ArrayDeque<Choice>();
        int at = state();
        for (int i = 0; i < glob.length; i++) {
            int c = glob[i];
            if (c == '*') {
                int run = i;
                while (run < glob.length && glob[run] == '*') {
                    run++;
                }
                boolean beginsName = i == 0 || glob[i - 1] == '/';
                boolean folders =
                        run - i > 1 && beginsName && run < glob.length && glob[run] == '/';
                at = folders ? folders(at) : loop(at, run - i == 1 ? IN_NAME : ANY);
                i = folders ? run : run - 1;
            } else if (c == '{') {
                choices.push(new Choice(at, new ArrayList<>()));
                at = after(at);
            } else if (c == ',' && !choices.isEmpty()) {
                choices.getFirst().ends().add(at);
                at = after(choices.getFirst().begin());
            } else if (c == '}' && !choices.isEmpty()) {
                var choice = choices.pop();
                choice.ends().add(at);
                at = state();
                for (int ended : choice.ends()) {
                    jumps.get(ended).add(at);
                }
            } else {
                at = one(at, c == '?' ? IN_NAME : c);
            }
        }
        if (!choices.isEmpty()) {
            throw new IllegalArgumentException("a glob must close its braces: \"" + text + "\"");
        }
        return at;
    }

    private int state() {
        steps.add(null);
        jumps.add(new ArrayList<>());
        return steps.size() - 1;
    }

    /** A state that is reached with the other. */
    private int after(int at) {
        int next = state();
        jumps.get(at).add(next);
        return next;
    }

    private int one(int at, int character) {
        int next = state();
        steps.set(at, new Step(character, next));
        return next;
    }

    private int loop(int at, int character) {
        int around = after(at);
        steps.set(around, new Step(character, around));
        return after(around);
    }

    /** Nothing, or anything that ends with a slash. */
    private int folders(int at) {
        int next = one(loop(at, ANY), '/');
        jumps.get(at).add(next);
        return next;
    }

    private void enter(int state, BitSet states) {
        if (!states.get(state)) {
            states.set(state);
            jumps.get(state).forEach(next -> enter(next, states));
        }
    }
}
