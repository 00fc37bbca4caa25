package dev.kintsugi.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.server.workspace.WorkspaceException;
import dev.kintsugi.server.workspace.WorkspaceException.Code;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkspaceProblemTest {
    @ParameterizedTest
    @EnumSource(names = {"GIT_MISSING", "GIT_FAILED"})
    void whatTheServerLacksIsNotTheClientsMistake(Code code) {
        var problem = WorkspaceProblem.of(new WorkspaceException(code, "install git"));

        assertThat(problem.status()).isEqualTo(503);
        assertThat(problem.code()).isEqualTo("unavailable");
        assertThat(problem).hasMessage("install git");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"GIT_MISSING", "GIT_FAILED"})
    void whatThePlanNamesIs(Code code) {
        var problem = WorkspaceProblem.of(new WorkspaceException(code, "workspace.git: no"));

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem).hasMessage("workspace.git: no");
    }
}
