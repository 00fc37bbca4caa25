package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.client.plan.Glob;
import dev.kintsugi.client.plan.Work;
import dev.kintsugi.server.workspace.gate.ProposedPatch.DiffChange;
import dev.kintsugi.server.workspace.gate.ProposedPatch.EditChange;
import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import dev.kintsugi.server.workspace.gate.SourceTree.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a patch may be applied: everything is refused that no rule allows, and a patch
 * passes whole or not at all. A judgement depends on its arguments alone.
 */
public final class Gate {
    /** Most files one patch may touch, whatever the plan says. */
    public static final int MAX_FILES = 100;

    /** Most lines one patch may add and remove together, whatever the plan says. */
    public static final int MAX_LINES = 10_000;

    private static final Pattern COMMAND_WORDS = Pattern.compile("[\\s;&|()<>\"']+");

    private final GatePolicy policy;
    private final SourceTree tree;
    private final List<Glob> planAllow;
    private final List<Glob> serverAllow;
    private final Findings findings = new Findings();

    private Gate(GatePolicy policy, SourceTree tree) {
        this.policy = policy;
        this.tree = tree;
        this.planAllow = policy.plan().allow().stream().map(Glob::new).toList();
        this.serverAllow = policy.serverAllow().stream().map(Glob::new).toList();
    }

    /**
     * Judges a patch.
     *
     * @param patch what is proposed
     * @param policy the limits
     * @param tree the input of the failed attempt, to which the patch would be applied
     * @throws IllegalArgumentException when a glob of the policy is none
     */
    public static Verdict judge(ProposedPatch patch, GatePolicy policy, SourceTree tree) {
        return new Gate(policy, tree).judge(patch);
    }

    private Verdict judge(ProposedPatch patch) {
        return switch (patch) {
            case StepChange change -> {
                new StepRules(policy, findings).check(change);
                yield findings.none()
                        ? new Verdict.Passed(
                                new NormalisedPatch.StepFields(change.env(), change.timeout()))
                        : findings.refusal();
            }
            case DiffChange change -> judgeFiles(edits(change.diff()));
            case EditChange change -> {
                change.edits().forEach(edit -> PathRules.check(edit.path(), findings));
                yield judgeFiles(change.edits());
            }
        };
    }

    /** What the files become; no path is looked up before its spelling was checked. */
    private List<FileEdit> edits(String diff) {
        List<FileDiff> files = DiffReader.read(diff, findings);
        files.forEach(file -> PathRules.check(file.path(), findings));
        var edits = new ArrayList<FileEdit>();
        for (FileDiff file : files) {
            if (findings.none()) {
                Hunks.apply(file, tree, findings).ifPresent(edits::add);
            }
        }
        return edits;
    }

    private Verdict judgeFiles(List<FileEdit> edits) {
        if (findings.none() && edits.isEmpty()) {
            findings.add("no-change", "", "the patch changes nothing");
        }
        if (edits.size() > Math.min(MAX_FILES, policy.plan().maxFiles())) {
            findings.add(
                    "too-many-files", "", edits.size() + " files, more than gate.maxFiles allows");
        }
        if (!findings.none()) {
            return findings.refusal();
        }
        edits.forEach(this::checkPlace);
        checkTogether(edits);
        if (!findings.none()) {
            return findings.refusal();
        }
        return judgeContents(edits.stream().sorted(Comparator.comparing(FileEdit::path)).toList());
    }

    /** May a file be written at this place at all? */
    private void checkPlace(FileEdit edit) {
        String path = edit.path();
        String folded = PathRules.fold(path);
        if (PathLists.git(folded)) {
            findings.add("git-file", path, "git obeys what is written there");
        }
        if (PathLists.secret(folded)) {
            findings.add("secret-file", path, "such files may hold secrets");
        }
        if (PathLists.ci(folded, planAllow)) {
            findings.add(
                    "ci-file", path, "the build service obeys it, and gate.allow names it not");
        }
        if (!policy.plan().allowTests() && PathLists.test(folded)) {
            findings.add("test-file", path, "tests are read-only unless gate.tests is true");
        }
        if (!allowed(planAllow, path) || !allowed(serverAllow, path)) {
            findings.add(
                    "outside-allowlist",
                    path,
                    "gate.allow or the server does not let patches write it");
        }
        for (int i = path.indexOf('/'); i >= 0; i = path.indexOf('/', i + 1)) {
            Kind kind = tree.kind(path.substring(0, i));
            if (kind != Kind.FOLDER && kind != Kind.MISSING) {
                findings.add("not-a-folder", path, "part of its path is a link, module or file");
            }
        }
        checkBase(edit);
    }

    private static boolean allowed(List<Glob> globs, String path) {
        return globs.stream().anyMatch(glob -> glob.matches(path));
    }

    private void checkBase(FileEdit edit) {
        Kind kind = tree.kind(edit.path());
        Optional<byte[]> bytes = tree.read(edit.path());
        String base = edit.base();
        if (base == null && kind != Kind.MISSING || base != null && !kind.isRegular()) {
            findings.add("stale", edit.path(), "it is there already, gone, or not a regular file");
            return;
        }
        if (base != null && !base.equals(GitText.blobId(bytes.orElseThrow()))) {
            findings.add("stale", edit.path(), "the patch was made for another content");
        }
        boolean was = kind == Kind.EXECUTABLE;
        if (edit.text() != null && edit.executable() != was) {
            boolean may = kind == Kind.FILE && executes(edit.path());
            if (!may) {
                findings.add(
                        "mode",
                        edit.path(),
                        "only 100644 to 100755 on a file that the step's command names");
            }
        }
    }

    private boolean executes(String path) {
        return switch (policy.step().work()) {
            case Work.Http _, Work.Agent _ -> false;
            case Work.Exec(var command) ->
                    COMMAND_WORDS
                            .splitAsStream(command)
                            .map(word -> word.startsWith("./") ? word.substring(2) : word)
                            .anyMatch(path::equals);
        };
    }

    /** Are the files of the patch, and those that stay, told apart by every file system? */
    private void checkTogether(List<FileEdit> edits) {
        Map<String, String> spelled = new HashMap<>();
        for (FileEdit edit : edits) {
            String folded = PathRules.fold(edit.path());
            if (spelled.put(folded, edit.path()) != null) {
                findings.add("duplicate", edit.path(), "the patch names the file more than once");
            }
        }
        for (FileEdit edit : edits) {
            String folded = PathRules.fold(edit.path());
            for (int i = folded.indexOf('/'); i >= 0; i = folded.indexOf('/', i + 1)) {
                if (spelled.containsKey(folded.substring(0, i))) {
                    findings.add(
                            "duplicate", edit.path(), "it lies below another file of the patch");
                }
            }
        }
        if (edits.stream().anyMatch(edit -> edit.base() == null)) {
            checkCreated(edits);
        }
        long deleted = edits.stream().filter(edit -> edit.text() == null).count();
        if (deleted > 0 && deleted == tree.list().size()) {
            findings.add("emptied", "", "no file of the workspace would remain");
        }
    }

    /** A new path may differ from those that are there in more than case or look. */
    private void checkCreated(List<FileEdit> edits) {
        Map<String, String> there = new HashMap<>();
        for (String path : tree.list()) {
            for (String part = path; part != null; part = parent(part)) {
                if (there.put(PathRules.fold(part), part) != null) {
                    break;
                }
            }
        }
        for (FileEdit edit : edits) {
            for (String part = edit.path(); edit.base() == null && part != null; ) {
                String twin = there.get(PathRules.fold(part));
                if (twin != null && !twin.equals(part)) {
                    findings.add("look-alike", edit.path(), "it looks like " + twin);
                }
                part = parent(part);
            }
        }
    }

    private static @Nullable String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? null : path.substring(0, slash);
    }

    private Verdict judgeContents(List<FileEdit> edits) {
        int lines = 0;
        var diff = new StringBuilder();
        for (FileEdit edit : edits) {
            String path = edit.path();
            byte[] bytes = tree.read(path).orElse(null);
            String before = bytes == null ? null : GitText.decode(bytes);
            if (bytes != null && before == null) {
                findings.add("binary", path, "the file is not UTF-8 text");
                continue;
            }
            String after = edit.text();
            if (after != null) {
                ContentRules.checkWhole(path, before, after, findings);
            }
            if (findings.none()) {
                var change = new TextDiff(before, edit, tree.kind(path) == Kind.EXECUTABLE);
                lines += checkChange(edit, before, change);
                diff.append(change.unified());
            }
        }
        if (lines > Math.min(MAX_LINES, policy.plan().maxLines())) {
            findings.add("too-many-lines", "", lines + " lines, more than gate.maxLines allows");
        }
        return findings.none()
                ? new Verdict.Passed(new NormalisedPatch.Tree(edits, diff.toString(), lines))
                : findings.refusal();
    }

    private int checkChange(FileEdit edit, @Nullable String before, TextDiff change) {
        String path = edit.path();
        boolean wasExecutable = tree.kind(path) == Kind.EXECUTABLE;
        ContentRules.checkChange(path, change, findings);
        if (policy.secrets().reveals(before == null ? "" : before, String.valueOf(edit.text()))) {
            findings.add("secret", path, "the new content holds a secret's value");
        }
        if (edit.text() != null && before != null) {
            ContentRules.checkLoss(path, GitText.lines(before).size(), change, findings);
            if (edit.text().equals(before) && edit.executable() == wasExecutable) {
                findings.add("no-change", path, "the file is already so");
            }
        }
        return change.added() + change.removed();
    }
}
