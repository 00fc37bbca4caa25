package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.client.secret.SecretPatterns;
import dev.kintsugi.server.workspace.gate.Ceilings.EnvRule;
import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a repair may make of the failing step's environment and timeout. */
final class StepRules {
    private static final int MAX_VALUE = 4_096;
    private static final int MIN_PORT = 1_024;
    private static final int MAX_PORT = 65_535;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");
    private static final Pattern WORDS = Pattern.compile("[^\\s\"'`\\\\]+(?: [^\\s\"'`\\\\]+)*");

    private final GatePolicy policy;
    private final Findings findings;

    StepRules(GatePolicy policy, Findings findings) {
        this.policy = policy;
        this.findings = findings;
    }

    void check(StepChange change) {
        boolean same =
                change.timeout() == null
                        && change.env().entrySet().stream()
                                .allMatch(e -> e.getValue().equals(current(e.getKey())));
        if (same) {
            findings.add("no-change", "", "the step is already so");
        }
        change.env().forEach(this::checkVariable);
        if (change.timeout() != null) {
            checkTimeout(change.timeout());
        }
    }

    private @Nullable String current(String name) {
        return policy.step().env().get(name);
    }

    private void checkTimeout(Duration timeout) {
        Duration ceiling = Ceilings.timeout(policy.step().timeout());
        if (timeout.compareTo(policy.step().timeout()) <= 0 || timeout.compareTo(ceiling) > 0) {
            findings.add(
                    "timeout-ceiling",
                    "",
                    "a timeout may grow from %s to at most %s, not to %s"
                            .formatted(policy.step().timeout(), ceiling, timeout));
        }
    }

    private void checkVariable(String name, String value) {
        EnvRule rule = Ceilings.env().get(name);
        if (rule == null) {
            findings.add("env-not-allowed", "", "variable " + shown(name) + " may not be set");
            return;
        }
        if (value.length() > MAX_VALUE || holdsSecret(value)) {
            findings.add("env-value", "", name + " is too long or holds what looks like a secret");
            return;
        }
        switch (rule) {
            case EnvRule.Memory(var options) -> checkWords(name, value, options);
            case EnvRule.Port() -> {
                int port = NUMBER.matcher(value).matches() ? Integer.parseInt(value) : 0;
                if (port < MIN_PORT || port > MAX_PORT) {
                    findings.add("env-value", "", name + " must be a port, 1024 to 65535");
                }
                if (current(name) == null) {
                    findings.add("env-value", "", name + " is not declared by the step");
                }
            }
            case EnvRule.Exactly(var only) -> {
                if (!value.equals(only)) {
                    findings.add("env-value", "", name + " may only be " + only);
                }
            }
        }
    }

    private boolean holdsSecret(String value) {
        return SecretPatterns.find(value).isPresent() || policy.secrets().reveals("", value);
    }

    /** Every word is a size within its ceiling or stood there before, in the same order. */
    private void checkWords(String name, String value, List<String> options) {
        if (!WORDS.matcher(value).matches()) {
            findings.add("env-value", "", name + " must be plain words with single spaces");
            return;
        }
        var kept = new ArrayList<String>();
        for (String word : value.split(" ", -1)) {
            Optional<String> option = options.stream().filter(word::startsWith).findFirst();
            if (option.isEmpty()) {
                kept.add(word);
            } else {
                checkSize(name, option.get(), word.substring(option.get().length()));
            }
        }
        String before = current(name);
        var had = new ArrayList<String>();
        if (before != null && !before.isBlank()) {
            for (String word : before.strip().split("\\s+", -1)) {
                if (options.stream().noneMatch(word::startsWith)) {
                    had.add(word);
                }
            }
        }
        if (!kept.equals(had)) {
            findings.add("env-value", "", name + " may change in memory sizes alone");
        }
    }

    private void checkSize(String name, String option, String written) {
        long ceiling = Ceilings.memory(option, policy.memoryBytes());
        Optional<ByteSize> size = Ceilings.size(option, written);
        if (size.isEmpty()) {
            findings.add("env-value", "", name + ": " + option + " needs a size such as 512m");
        } else if (size.get().amount() > ceiling || size.get().bytes() > ceiling) {
            findings.add(
                    "memory-ceiling",
                    "",
                    "%s: %s may be at most %d MiB here".formatted(name, option, ceiling >> 20));
        }
    }

    private static String shown(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "?").substring(0, Math.min(60, name.length()));
    }
}
