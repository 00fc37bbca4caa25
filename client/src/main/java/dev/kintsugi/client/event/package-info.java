/**
 * What a run's log is made of: {@link dev.kintsugi.client.event.RunEvent} is what happened, {@link
 * dev.kintsugi.client.event.Note} what was decided because of it, {@link
 * dev.kintsugi.client.event.TimelineEntry} both together as clients see them.
 */
@NullMarked
package dev.kintsugi.client.event;

import org.jspecify.annotations.NullMarked;
