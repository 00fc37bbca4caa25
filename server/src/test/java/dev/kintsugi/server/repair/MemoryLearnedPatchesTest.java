package dev.kintsugi.server.repair;

class MemoryLearnedPatchesTest extends LearnedPatchesContract {
    private final LearnedPatches patches = new MemoryLearnedPatches(clock());

    @Override
    LearnedPatches patches() {
        return patches;
    }
}
