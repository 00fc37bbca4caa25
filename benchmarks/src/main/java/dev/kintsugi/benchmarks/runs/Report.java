package dev.kintsugi.benchmarks.runs;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is said as one line of JSON at the end. */
record Report(
        @JsonProperty("runs_per_s") double runsPerSecond,
        @JsonProperty("vs_dbos") double vsDbos,
        @JsonProperty("vs_db_scheduler") double vsDbScheduler,
        @JsonProperty("vs_temporal_test_server") double vsTemporal,
        @JsonProperty("vs_floor") double vsFloor,
        @JsonProperty("ready_to_started_ms") Waits readyToStarted,
        @JsonProperty("concurrent_tasks") int concurrentTasks,
        @JsonProperty("rss_mb") long rssMb,
        @JsonProperty("claim_ratio_1m") double claimRatio) {

    /** Milliseconds. */
    record Waits(double p50, double p95, double p99) {}
}
