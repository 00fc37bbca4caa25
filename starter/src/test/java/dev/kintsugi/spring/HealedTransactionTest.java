package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

class HealedTransactionTest {
    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(HealingAutoConfiguration.class))
                    .withPropertyValues("kintsugi.healing.components.ledger.retry.initial-delay=0s")
                    .withBean(Transactions.class)
                    .withBean("book", PaperBook.class);

    interface Book {
        void enter() throws ConnectException;
    }

    static class PaperBook implements Book {
        private int calls;

        @Healed(component = "ledger")
        @Transactional(rollbackFor = Exception.class)
        @Override
        public void enter() throws ConnectException {
            if (calls++ < 2) {
                throw new ConnectException("Connection refused");
            }
        }
    }

    @SuppressWarnings("serial")
    static class Transactions extends AbstractPlatformTransactionManager {
        private final transient List<String> done = new ArrayList<>();

        @Override
        protected Object doGetTransaction() {
            return this;
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            done.add("begin");
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            done.add("commit");
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            done.add("rollback");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class ByClasses {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class ByInterfaces {}

    @Test
    void givesEachAttemptATransactionOfItsOwn() {
        assertTransactions(ByClasses.class);
    }

    @Test
    void givesEachAttemptATransactionOfItsOwnBehindAnInterface() {
        assertTransactions(ByInterfaces.class);
    }

    private void assertTransactions(Class<?> manner) {
        application
                .withUserConfiguration(manner)
                .run(context -> {
                    context.getBean(Book.class).enter();

                    assertThat(context.getBean(Transactions.class).done)
                            .containsExactly(
                                    "begin", "rollback", "begin", "rollback", "begin", "commit");
                });
    }
}
