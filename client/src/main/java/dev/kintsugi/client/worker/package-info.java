/**
 * The worker's side: {@link dev.kintsugi.client.worker.Worker} leases tasks, keeps the leases alive
 * and reports, {@link dev.kintsugi.client.worker.TaskHandler} does the work.
 */
@NullMarked
package dev.kintsugi.client.worker;

import org.jspecify.annotations.NullMarked;
