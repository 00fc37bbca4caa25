package dev.kintsugi.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Calls of the method heal: they are retried, held back while what they call keeps failing, and
 * served by the fallback, as the properties {@code kintsugi.healing.components.<component>.*} say.
 *
 * <p>As with everything that Spring does by proxies, only calls from outside of the bean heal, not
 * those that one of its methods makes of another: nobody can tell, so nothing warns of it. It may
 * stand on a method of a class or interface, or on an annotation that stands there. Where there is
 * a transaction as well, each attempt has one of its own. A method that returns a {@link
 * java.util.concurrent.CompletionStage} heals until that is completed. Methods that are private,
 * static or final cannot be healed, nor those of a final class without interfaces, nor those that
 * return another {@link java.util.concurrent.Future} or a stream of events: the application does
 * not start.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Healed {

    /**
     * What the method calls, such as {@code openai}. Methods that name the same share its state.
     */
    String component();

    /**
     * A method of the same class, also a private one, that serves when this one does not. It takes
     * the same parameters, or those and the {@link Throwable}, and returns the same or a subtype.
     * None by default.
     */
    String fallback() default "";
}
