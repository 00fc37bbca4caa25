/**
 * What a repair may touch: {@link dev.kintsugi.server.workspace.gate.Gate} judges a proposed patch
 * against the plan's and the server's limits, default deny, without I/O. Nothing is committed here.
 */
@NullMarked
@NamedInterface("gate")
package dev.kintsugi.server.workspace.gate;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
