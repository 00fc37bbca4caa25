/**
 * Patches for failed steps: {@link dev.kintsugi.server.repair.MendHandler} asks each {@link
 * dev.kintsugi.server.repair.PatchSource} in order of cost and takes the first patch that passes
 * the gate. What is learned is kept in {@link dev.kintsugi.server.repair.LearnedPatches}.
 */
@NullMarked
package dev.kintsugi.server.repair;

import org.jspecify.annotations.NullMarked;
