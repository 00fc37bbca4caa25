package dev.kintsugi.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kintsugi.healing.call.CallRejected;
import dev.kintsugi.healing.health.HealthMonitor;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** In front of which beans proxies can stand. */
class HealedProxiesTest {
    private final AtomicInteger calls = new AtomicInteger();

    private final ApplicationContextRunner application =
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(HealingAutoConfiguration.class))
                    .withPropertyValues(
                            "kintsugi.healing.components.model.retry.initial-delay=0s",
                            "kintsugi.healing.components.model.breaker.failure-threshold=1000");

    interface Painter {
        @Healed(component = "model", fallback = "grey")
        String paint(String what) throws IOException;

        default String grey(String what) {
            return "grey " + what;
        }
    }

    /** Fails once. */
    private String painted(String what) throws IOException {
        if (calls.getAndIncrement() == 0) {
            throw new ConnectException("Connection refused");
        }
        return "golden " + what;
    }

    private String answer(Method method, String what) throws IOException {
        return method.getName().equals("grey") ? "grey " + what : painted(what);
    }

    private void assertHeals(ApplicationContextRunner with) {
        with.run(context -> {
            assertThat(context.getBean(Painter.class).paint("vase")).isEqualTo("golden vase");
            assertThat(calls).hasValue(2);
            calls.set(0);

            context.getBean(Recoveries.class).of("model").circuitBreaker().orElseThrow().isolate();
            assertThat(context.getBean(Painter.class).paint("vase")).isEqualTo("grey vase");
        });
    }

    @Test
    void healClientsThatAreNothingButAProxyOfSpring() {
        // as clients of HTTP interfaces are; its default method is a call as well
        MethodInterceptor client =
                call -> answer(call.getMethod(), String.valueOf(call.getArguments()[0]));
        assertHeals(
                application.withBean(
                        Painter.class, () -> ProxyFactory.getProxy(Painter.class, client)));
    }

    @Test
    void healProxiesOfOthers() {
        assertHeals(
                application.withBean(
                        Painter.class,
                        () ->
                                (Painter)
                                        Proxy.newProxyInstance(
                                                Painter.class.getClassLoader(),
                                                new Class<?>[] {Painter.class},
                                                (_, method, arguments) ->
                                                        answer(
                                                                method,
                                                                String.valueOf(arguments[0])))));
    }

    @Test
    void healLambdas() {
        assertHeals(application.withBean(Painter.class, () -> this::painted));
    }

    static final class Master implements Painter {
        private final HealedProxiesTest test;

        Master(HealedProxiesTest test) {
            this.test = test;
        }

        @Override
        public String paint(String what) throws IOException {
            return test.painted(what);
        }
    }

    @Test
    void healFinalClassesByTheirInterfaces() {
        assertHeals(application.withBean(Painter.class, () -> new Master(this)));
    }

    static final class Alone {
        @Healed(component = "model")
        public void paint() {}
    }

    @Test
    void refuseFinalClassesWithoutInterfaces() {
        application
                .withBean(Alone.class)
                .run(context ->
                        assertThat(context)
                                .getFailure()
                                .hasStackTraceContaining(
                                        "@Healed on dev.kintsugi.spring.HealedProxiesTest$Alone.paint(),"
                                                + " which is in a final class and no interface"));
    }

    @Healed(component = "model")
    @Retention(RetentionPolicy.RUNTIME)
    @interface CallsModel {}

    static class Marked {
        private int calls;

        @CallsModel
        public int paint() throws IOException {
            if (calls++ == 0) {
                throw new ConnectException("Connection refused");
            }
            return calls;
        }
    }

    @Test
    void healMethodsWhoseAnnotationIsHealed() {
        application
                .withBean(Marked.class)
                .run(context -> assertThat(context.getBean(Marked.class).paint()).isEqualTo(2));
    }

    abstract static class Studio<T> {
        @Healed(component = "model", fallback = "spare")
        public T make(T what) throws IOException {
            throw new ConnectException("Connection refused");
        }

        abstract T spare(T what);
    }

    static class Pottery extends Studio<String> {
        @Override
        String spare(String what) {
            return what.toUpperCase(Locale.ROOT);
        }
    }

    @Test
    void healGenericMethods() {
        application
                .withBean(Pottery.class)
                .run(context ->
                        assertThat(context.getBean(Pottery.class).make("vase")).isEqualTo("VASE"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Lazily {
        @Bean
        @Lazy
        static Marked marked() {
            return new Marked();
        }
    }

    @Test
    void healBeansThatAreMadeLater() {
        application
                .withUserConfiguration(Lazily.class)
                .run(context -> {
                    assertThat(context.getBeanFactory().containsSingleton("marked")).isFalse();

                    assertThat(context.getBean(Marked.class).paint()).isEqualTo(2);
                });
    }

    @Test
    void leaveOtherBeansAsTheyAre() {
        application
                .withBean(StringBuilder.class)
                .run(context ->
                        assertThat(AopUtils.isAopProxy(context.getBean(StringBuilder.class)))
                                .isFalse());
    }

    @Test
    void knowNothingOfOtherContexts() {
        application
                .withBean(Marked.class)
                .run(one ->
                        application
                                .withBean(Marked.class)
                                .run(other -> {
                                    one.getBean(Recoveries.class)
                                            .of("model")
                                            .circuitBreaker()
                                            .orElseThrow()
                                            .isolate();

                                    assertThatExceptionOfType(CallRejected.class)
                                            .isThrownBy(one.getBean(Marked.class)::paint);
                                    assertThat(other.getBean(Marked.class).paint()).isEqualTo(2);

                                    var monitor = other.getBean(HealthMonitor.class);
                                    assertThat(monitor.monitoringStatus().active()).isTrue();
                                    other.close();
                                    assertThat(monitor.monitoringStatus().active()).isFalse();
                                    assertThat(
                                                    one.getBean(HealthMonitor.class)
                                                            .monitoringStatus()
                                                            .active())
                                            .isTrue();
                                }));
    }
}
