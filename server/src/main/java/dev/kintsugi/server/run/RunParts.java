package dev.kintsugi.server.run;

import dev.kintsugi.client.event.Phase;
import dev.kintsugi.client.event.RunEvent;
import dev.kintsugi.client.plan.Step;
import dev.kintsugi.client.run.RunView;
import dev.kintsugi.client.run.RunView.Approval;
import dev.kintsugi.client.task.TaskResult.Usage;
import dev.kintsugi.server.budget.Budgets;
import dev.kintsugi.server.budget.PostgresBudgets;
import dev.kintsugi.server.healing.ServerHealth;
import dev.kintsugi.server.observe.Webhook;
import dev.kintsugi.server.platform.Blobs;
import dev.kintsugi.server.platform.DatabaseClock;
import dev.kintsugi.server.platform.Home;
import dev.kintsugi.server.platform.Ids;
import dev.kintsugi.server.platform.MetaV4Settings;
import dev.kintsugi.server.platform.Transactions;
import dev.kintsugi.server.queue.PostgresBell;
import dev.kintsugi.server.queue.PostgresStepLogs;
import dev.kintsugi.server.queue.PostgresTaskStore;
import dev.kintsugi.server.queue.StepLogs;
import dev.kintsugi.server.queue.StuckTasks;
import dev.kintsugi.server.queue.TaskQueue;
import dev.kintsugi.server.queue.TaskStore;
import dev.kintsugi.server.run.RunDriver.Round;
import dev.kintsugi.server.tenant.Settings;
import dev.kintsugi.server.waiting.PostgresWaitStore;
import dev.kintsugi.server.waiting.Waits;
import dev.kintsugi.server.workspace.Repositories;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How the run level is put together on PostgreSQL. */
@Configuration(proxyBeanMethods = false)
class RunParts {
    @Bean
    JdbcTemplate jdbcTemplate(DataSource source) {
        return new JdbcTemplate(source);
    }

    @Bean
    RunStore runStore(JdbcTemplate template) {
        return new PostgresRunStore(template);
    }

    @Bean
    TaskStore taskStore(JdbcTemplate template, Home home) {
        return new PostgresTaskStore(template, home.id());
    }

    @Bean
    StuckTasks stuckTasks(JdbcClient jdbc) {
        return new StuckTasks(jdbc);
    }

    @Bean
    StepLogs stepLogs(Transactions transactions, JdbcClient jdbc) {
        return new PostgresStepLogs(transactions, jdbc);
    }

    @Bean
    Budgets budgets(JdbcTemplate template) {
        return new PostgresBudgets(template);
    }

    @Bean
    Breakers breakers(JdbcClient jdbc, Settings settings) {
        return new RunBreakers(new PostgresBreakerRows(jdbc), new TenantBreakers(settings));
    }

    @Bean
    TurnThreads turnThreads() {
        return new TurnThreads(Executors.newVirtualThreadPerTaskExecutor());
    }

    @Bean
    Turns turns(TurnThreads threads) {
        return new Turns(threads::take);
    }

    @Bean
    RunFeed runFeed() {
        return new RunFeed();
    }

    @Bean
    RunMetrics runMetrics(
            MeterRegistry registry,
            ObjectProvider<TaskQueue> queue,
            ObjectProvider<Waits> waits,
            InstantSource clock) {
        return new RunMetrics(registry, queue, waits, clock);
    }

    @Bean
    AgentMetrics agentMetrics(
            Transactions transactions, JdbcTemplate template, InstantSource clock) {
        return new AgentMetrics(transactions, template, clock);
    }

    @Bean
    RunInbox runInbox(
            Transactions transactions, RunStore store, Turns turns, List<RunListener> listeners) {
        return new RunInbox(transactions, store, turns, all(listeners));
    }

    @Bean
    TaskQueue taskQueue(
            Transactions transactions,
            TaskStore store,
            StepLogs logs,
            RunInbox inbox,
            InstantSource clock) {
        return new TaskQueue(transactions, store, logs, inbox, clock);
    }

    /** An embedded database has one server alone. */
    @Bean(destroyMethod = "close")
    @ConditionalOnExpression("!'${KINTSUGI_DB_URL:}'.isBlank()")
    PostgresBell bell(DataSource source, TaskQueue queue) {
        var bell = new PostgresBell(source);
        queue.join(bell);
        bell.start();
        return bell;
    }

    @Bean
    RunPorts runPorts(
            Stores stores,
            TaskQueue queue,
            PatchMemory patches,
            List<RunListener> listeners,
            Home home,
            InstantSource clock,
            RandomGenerator chance,
            Waits waits,
            Admission admission) {
        return new RunPorts(
                stores.transactions(),
                stores.runs(),
                queue,
                stores.budgets(),
                stores.breakers(),
                patches,
                all(listeners),
                new Chain(home.chainKey()),
                clock,
                chance,
                stores.conditions(),
                home.id(),
                waits,
                admission);
    }

    @Bean
    Waits waits(
            Transactions transactions,
            RunStore store,
            RunInbox inbox,
            JdbcClient jdbc,
            InstantSource clock) {
        return new Waits(
                transactions, new PostgresWaitStore(jdbc), new StoredRuns(store, inbox), clock);
    }

    /** What a turn writes to. */
    record Stores(
            Transactions transactions,
            RunStore runs,
            Budgets budgets,
            Breakers breakers,
            Conditions conditions) {}

    @Bean
    Stores stores(
            Transactions transactions,
            RunStore runs,
            Budgets budgets,
            Breakers breakers,
            Blobs blobs) {
        return new Stores(transactions, runs, budgets, breakers, new Conditions(blobs));
    }

    @Bean
    RunEngine runEngine(RunPorts ports, RunInbox inbox, Turns turns) {
        return new RunEngine(ports, inbox, turns);
    }

    @Bean
    RunDriver runDriver(
            RunEngine engine,
            DatabaseClock clock,
            Afterwards afterwards,
            @Qualifier("nanoTime") LongSupplier nanoTime) {
        var ports = engine.ports();
        return new RunDriver(
                List.of(
                        new Round("the clock", DatabaseClock.LOOK, false, clock::look),
                        new Round("timers", Duration.ofMillis(250), true, engine::sweep),
                        new Round("leases", Duration.ofSeconds(1), true, ports.queue()::sweep),
                        new Round("waits", Duration.ofSeconds(1), true, ports.waits()::sweep),
                        new Round(
                                "measurements",
                                Duration.ofSeconds(2),
                                false,
                                afterwards.metrics()::flush),
                        new Round(
                                "approvals",
                                Duration.ofSeconds(1),
                                false,
                                afterwards.approvals()::deliver),
                        new Round(
                                "what is stuck",
                                Duration.ofSeconds(30),
                                false,
                                afterwards.stuck()::judge)),
                engine::hasWork,
                afterwards::finish,
                nanoTime);
    }

    /** What is written with turns or after them and goes elsewhere later. */
    record Afterwards(
            TurnThreads turns, AgentMetrics metrics, ApprovalOutbox approvals, StuckRuns stuck) {
        /** At the stop: what turns left behind is measured too. */
        void finish() {
            turns.drain();
            metrics.flush();
        }
    }

    @Bean
    Afterwards afterwards(
            TurnThreads turns, AgentMetrics metrics, ApprovalOutbox approvals, StuckRuns stuck) {
        return new Afterwards(turns, metrics, approvals, stuck);
    }

    @Bean
    ApprovalOutbox approvalOutbox(
            Transactions transactions,
            JdbcClient jdbc,
            InstantSource clock,
            ServerHealth health,
            Environment environment) {
        var address = environment.getProperty("kintsugi.approval-webhook", "");
        var secret = environment.getProperty("kintsugi.webhook-secret", "");
        return new ApprovalOutbox(
                transactions,
                jdbc,
                address.isBlank() ? null : new Webhook(address, secret, health.recovery("webhook")),
                () -> environment.getProperty("local.server.port", Integer.class, 0),
                clock);
    }

    @Bean
    Admission admission(
            Stores stores,
            Settings settings,
            ObjectProvider<Repositories> repositories,
            InstantSource clock) {
        return new RunAdmission(
                stores.runs(),
                new Quotas(stores.transactions(), stores.runs(), clock),
                settings,
                repositories::getObject);
    }

    @Bean
    Runs runs(RunPorts ports, RunEngine engine, Ids ids, MetaV4Settings settings) {
        return new Runs(ports, engine, ids, settings);
    }

    @Bean
    RunStatistics runStatistics(Transactions transactions, JdbcClient jdbc) {
        return new RunStatistics(transactions, jdbc);
    }

    private static RunListener all(List<RunListener> listeners) {
        return new RunListener() {
            @Override
            public void approvalNeeded(String tenant, String run, Approval approval) {
                each(listener -> listener.approvalNeeded(tenant, run, approval));
            }

            @Override
            public void effectsUnknown(
                    String tenant, String run, List<String> steps, String reason) {
                each(listener -> listener.effectsUnknown(tenant, run, steps, reason));
            }

            @Override
            public void started(
                    String tenant, String run, String step, int attempt, String worker) {
                each(listener -> listener.started(tenant, run, step, attempt, worker));
            }

            @Override
            public void turned(String tenant, RunView view) {
                each(listener -> listener.turned(tenant, view));
            }

            @Override
            public void attemptEnded(String tenant, Step step, boolean success, Usage usage) {
                each(listener -> listener.attemptEnded(tenant, step, success, usage));
            }

            @Override
            public void happened(String tenant, String run, RunEvent event) {
                each(listener -> listener.happened(tenant, run, event));
            }

            @Override
            public void budgetExhausted(String tenant, Budgets.Kind budget) {
                each(listener -> listener.budgetExhausted(tenant, budget));
            }

            @Override
            public void paid(String tenant, long nanoUsd) {
                each(listener -> listener.paid(tenant, nanoUsd));
            }

            @Override
            public void repairAttempted(String tenant, Phase phase, boolean verified) {
                each(listener -> listener.repairAttempted(tenant, phase, verified));
            }

            @Override
            public void repairEnded(String tenant, Phase phase, boolean verified, Duration took) {
                each(listener -> listener.repairEnded(tenant, phase, verified, took));
            }

            @Override
            public void waited(String tenant, Duration waited, @Nullable String refused) {
                each(listener -> listener.waited(tenant, waited, refused));
            }

            @Override
            public void turnFailed(String run, Duration pause, Throwable cause) {
                each(listener -> listener.turnFailed(run, pause, cause));
            }

            private void each(Consumer<RunListener> tell) {
                listeners.forEach(tell);
            }
        };
    }
}
