package dev.kintsugi.server.repair.catalogue;

import dev.kintsugi.server.repair.MendRequest;
import dev.kintsugi.server.workspace.gate.ProposedPatch.StepChange;
import java.util.List;
import java.util.Map;

/** What an entry of the catalogue does about a failure. The set of operations is closed. */
sealed interface Operation {

    /** Templates in it, whose names must be parts of the evidence. */
    List<Template> templates();

    /** Changes files. */
    sealed interface OnFiles extends Operation
            permits AddImport,
                    ConvertFile,
                    CorrectModulePath,
                    CreateFile,
                    DeclareException,
                    DeleteFile,
                    DeleteLine,
                    InsertLine,
                    InsertText,
                    PinToLock,
                    ReplaceInFile,
                    ReplaceInLine,
                    RustSuggestion,
                    SetExecutable {
        /**
         * Changes the draft for one place that the evidence names, or leaves it alone where the
         * files are not as expected.
         *
         * @param found parts of the evidence by name
         */
        void apply(Map<String, String> found, Draft draft);
    }

    /** Changes the failing step. */
    sealed interface OnStep extends Operation
            permits FreePort, GrowMemory, GrowTimeout, SetVariable {
        /** Changes to try, smallest first. */
        List<StepChange> changes(MendRequest request);

        @Override
        default List<Template> templates() {
            return List.of();
        }
    }

    /**
     * Runs a command in a scratch checkout.
     *
     * @param command the line for {@code sh}; it never holds parts of the evidence
     */
    record RunCommand(String command) implements Operation {
        @Override
        public List<Template> templates() {
            return List.of();
        }
    }
}
