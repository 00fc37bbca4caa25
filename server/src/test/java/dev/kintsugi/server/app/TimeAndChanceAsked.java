package dev.kintsugi.server.app;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import java.security.SecureRandom;
import java.util.Date;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The ways to the real clock and to real chance, also by reference, as {@code System::nanoTime}.
 * What a seed makes is no chance.
 */
final class TimeAndChanceAsked {
    static final DescribedPredicate<JavaAccess<?>> BY_ACCESS =
            DescribedPredicate.describe(
                    "the clock or chance is asked", TimeAndChanceAsked::isAskedBy);

    private static final Pattern ASKING =
            Pattern.compile("now|nanoTime|currentTimeMillis|random|randomUUID|sleep|system.*");
    private static final Pattern PACKAGES = Pattern.compile("java\\.(lang|util|time(\\..*)?)");
    private static final Pattern GENERATORS =
            Pattern.compile("current|getDefault|getInstance.*|of");

    private TimeAndChanceAsked() {}

    private static boolean isAskedBy(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getTarget().getName();
        boolean generator = owner.isAssignableTo(RandomGenerator.class);
        if (name.equals(JavaConstructor.CONSTRUCTOR_NAME)) {
            boolean seeded =
                    access.getTarget() instanceof CodeUnitAccessTarget target
                            && !target.getRawParameterTypes().isEmpty();
            return owner.isAssignableTo(SecureRandom.class)
                    || !seeded && (generator || owner.isAssignableTo(Date.class));
        }
        return generator && GENERATORS.matcher(name).matches()
                || PACKAGES.matcher(owner.getPackageName()).matches()
                        && ASKING.matcher(name).matches();
    }
}
