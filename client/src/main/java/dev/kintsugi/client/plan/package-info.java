/**
 * Plans: what a run is asked to do. {@link dev.kintsugi.client.plan.Plan} is the model; {@link
 * dev.kintsugi.client.plan.PlanReader} reads and checks YAML or JSON and says where a mistake is.
 */
@NullMarked
package dev.kintsugi.client.plan;

import org.jspecify.annotations.NullMarked;
