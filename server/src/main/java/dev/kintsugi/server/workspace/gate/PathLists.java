package dev.kintsugi.server.workspace.gate;

import dev.kintsugi.client.plan.Glob;
import java.util.List;

/** Paths that patches may never write, or only when a plan asks for it by name. */
final class PathLists {
    private static final List<Glob> SECRETS =
            anywhere(
                    "*.env",
                    ".env*",
                    "*.pem",
                    "*.key",
                    "*.p12",
                    "*.pfx",
                    "*.jks",
                    "*.keystore",
                    "*.kdbx",
                    "*.ovpn",
                    "*.tfvars",
                    "id_*",
                    ".npmrc",
                    ".yarnrc*",
                    ".netrc",
                    "_netrc",
                    ".pypirc",
                    ".pgpass",
                    ".htpasswd",
                    ".dockercfg",
                    ".git-credentials",
                    "credentials",
                    "credentials.json",
                    "secrets",
                    "secrets/**",
                    "secrets.{json,yml,yaml,toml}",
                    "service-account*.json",
                    ".docker/**",
                    ".kube/**",
                    ".aws/**",
                    ".ssh/**",
                    ".gnupg/**",
                    ".azure/**",
                    ".gcloud/**",
                    ".kintsugi/**");

    /** What git itself obeys: filters, hooks, submodules. */
    private static final List<Glob> GIT =
            anywhere(
                    ".git",
                    ".git/**",
                    "git~*",
                    ".gitattributes",
                    ".gitmodules",
                    ".gitconfig",
                    ".lfsconfig",
                    ".githooks/**",
                    ".husky/**");

    /** Files and folders, those in YAML with the ending {@code yml}, which stands for both. */
    private static final List<String> CI =
            List.of(
                    ".github",
                    ".gitlab",
                    ".gitlab-ci.yml",
                    ".ci",
                    ".circleci",
                    ".buildkite",
                    ".forgejo",
                    ".gitea",
                    ".teamcity",
                    ".woodpecker",
                    ".semaphore",
                    ".tekton",
                    ".azuredevops",
                    ".azure-pipelines",
                    ".travis.yml",
                    ".drone.yml",
                    ".drone.star",
                    ".drone.jsonnet",
                    ".woodpecker.yml",
                    ".cirrus.yml",
                    ".cirrus.star",
                    ".build.yml",
                    ".builds",
                    "jenkinsfile",
                    "azure-pipelines.yml",
                    "bitbucket-pipelines.yml",
                    "appveyor.yml",
                    ".appveyor.yml",
                    "cloudbuild.yml",
                    "cloudbuild.json",
                    "buildspec.yml",
                    "bitrise.yml",
                    "codemagic.yml",
                    "codeowners");

    private static final List<Glob> TESTS =
            anywhere(
                    "test/**",
                    "tests/**",
                    "__tests__/**",
                    "spec/**",
                    "testdata/**",
                    "__snapshots__/**",
                    "e2e/**",
                    "cypress/**",
                    "test*.{java,kt,groovy,scala}",
                    "*test.{java,kt,groovy,scala}",
                    "*tests.{java,kt,groovy,scala}",
                    "*testcase.{java,kt,groovy,scala}",
                    "*spec.{kt,groovy,scala}",
                    "*it.{java,kt,groovy}",
                    "test_*.py",
                    "*_test.py",
                    "tests.py",
                    "conftest.py",
                    "*_test.go",
                    "*.test.*",
                    "*.spec.*",
                    "*_spec.rb",
                    "*.snap");

    /** Scripts that run the tests, where the plan's steps would call them. */
    private static final List<Glob> TEST_SCRIPTS = List.of(new Glob("{test,tests}.*"));

    private PathLists() {}

    /** Whether the folded path may hold a secret. */
    static boolean secret(String folded) {
        return any(SECRETS, folded);
    }

    /** Whether git would obey what the folded path holds. */
    static boolean git(String folded) {
        return any(GIT, folded);
    }

    /**
     * Whether the folded path belongs to the build service and no glob spells the part out that
     * makes it so: {@code .github/**} allows it, {@code **} does not.
     */
    static boolean ci(String folded, List<Glob> allow) {
        for (String name : folded.split("/", -1)) {
            String listed = name.replaceFirst("\\.yaml$", ".yml");
            if (CI.contains(listed) && allow.stream().noneMatch(glob -> glob.names(name))) {
                return true;
            }
        }
        return false;
    }

    /** Whether the folded path is a test or what tests are compared with. */
    static boolean test(String folded) {
        return any(TESTS, folded) || any(TEST_SCRIPTS, folded);
    }

    private static boolean any(List<Glob> globs, String folded) {
        return globs.stream().anyMatch(glob -> glob.matches(folded));
    }

    private static List<Glob> anywhere(String... globs) {
        return List.of(globs).stream().map(Glob::anywhere).toList();
    }
}
