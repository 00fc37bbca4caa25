package dev.kintsugi.server.repair;

class MemoryLearnedPatchesTest extends LearnedPatchesContract {
    private final LearnedPatches patches = new MemoryLearnedPatches();

    @Override
    LearnedPatches patches() {
        return patches;
    }
}
