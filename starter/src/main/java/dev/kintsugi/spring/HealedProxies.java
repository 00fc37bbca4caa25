package dev.kintsugi.spring;

import java.lang.reflect.Modifier;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Puts proxies in front of beans that have methods with {@link Healed}, outside of other proxies:
 * each attempt has a transaction of its own. Proxies extend the bean's class, or implement its
 * interfaces where that is final, such as the class of a client that is itself a proxy.
 */
final class HealedProxies extends AbstractBeanFactoryAwareAdvisingPostProcessor
        implements SmartInitializingSingleton {
    private static final long serialVersionUID = 1;

    private final transient HealedMethods methods;
    private final transient ObjectProvider<Recoveries> recoveries;

    HealedProxies(ObjectProvider<Recoveries> recoveries) {
        this.recoveries = recoveries;
        this.methods = new HealedMethods(recoveries);
        this.advisor =
                new DefaultPointcutAdvisor(
                        new AnnotationMatchingPointcut(null, Healed.class, true), methods);
        setBeforeExistingAdvisors(true);
        setProxyTargetClass(true);
    }

    @Override
    protected boolean isEligible(Class<?> targetClass) {
        boolean eligible = super.isEligible(targetClass);
        if (eligible) {
            methods.add(targetClass);
        }
        return eligible;
    }

    @Override
    protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
        ProxyFactory factory = super.prepareProxyFactory(bean, beanName);
        if (Modifier.isFinal(bean.getClass().getModifiers())) {
            factory.setProxyTargetClass(false);
        }
        return factory;
    }

    /** So that components are seen before the first call, and wrong properties at the start. */
    @Override
    public void afterSingletonsInstantiated() {
        methods.components().forEach(recoveries.getObject()::of);
    }
}
