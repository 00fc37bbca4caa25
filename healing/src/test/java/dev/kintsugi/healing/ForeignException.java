package dev.kintsugi.healing;

import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Exceptions of libraries that are not on the class path, made with their names and ancestors. */
final class ForeignException {

    /** What it says of itself; null or 0 for nothing. */
    record Facts(@Nullable String message, @Nullable String sqlState, int status) {}

    private ForeignException() {}

    /**
     * @param supers its superclasses, nearest first; the last is one of the platform's
     */
    static Throwable make(
            String name, List<String> supers, Facts facts, @Nullable Throwable cause) {
        var loader = new Definer();
        try {
            for (int i = supers.size() - 2; i >= 0; i--) {
                loader.define(supers.get(i), supers.get(i + 1), _ -> {});
            }
            Class<?> type = loader.define(name, supers.getFirst(), with -> tell(with, facts));
            var made = (Throwable) type.getConstructor().newInstance();
            return cause == null ? made : made.initCause(cause);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("cannot make a " + name, e);
        }
    }

    private static void tell(ClassBuilder type, Facts facts) {
        String message = facts.message();
        if (message != null) {
            method(type, "getMessage", CD_String, code -> code.ldc(message).areturn());
        }
        String state = facts.sqlState();
        if (state != null) {
            method(type, "getSQLState", CD_String, code -> code.ldc(state).areturn());
        }
        if (facts.status() > 0) {
            method(
                    type,
                    "getStatusCode",
                    CD_int,
                    code -> code.loadConstant(facts.status()).ireturn());
        }
    }

    private static void method(
            ClassBuilder type, String name, ClassDesc returned, Consumer<CodeBuilder> body) {
        type.withMethodBody(name, MethodTypeDesc.of(returned), ClassFile.ACC_PUBLIC, body);
    }

    private static final class Definer extends ClassLoader {

        private Definer() {
            super(ForeignException.class.getClassLoader());
        }

        private Class<?> define(String name, String parent, Consumer<ClassBuilder> more)
                throws ClassNotFoundException {
            Class<?> known = findLoadedClass(parent);
            boolean takesText = known == null && takesText(Class.forName(parent));
            var init =
                    takesText ? MethodTypeDesc.of(CD_void, CD_String) : MethodTypeDesc.of(CD_void);
            byte[] bytes =
                    ClassFile.of()
                            .build(
                                    ClassDesc.of(name),
                                    type -> {
                                        type.withFlags(ClassFile.ACC_PUBLIC)
                                                .withSuperclass(ClassDesc.of(parent));
                                        type.withMethodBody(
                                                INIT_NAME,
                                                MethodTypeDesc.of(CD_void),
                                                ClassFile.ACC_PUBLIC,
                                                code -> {
                                                    code.aload(0);
                                                    if (takesText) {
                                                        code.aconst_null();
                                                    }
                                                    code.invokespecial(
                                                                    ClassDesc.of(parent),
                                                                    INIT_NAME,
                                                                    init)
                                                            .return_();
                                                });
                                        more.accept(type);
                                    });
            return Objects.requireNonNull(defineClass(name, bytes, 0, bytes.length));
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            Class<?> own = findLoadedClass(name);
            return own == null ? super.loadClass(name, resolve) : own;
        }

        private static boolean takesText(Class<?> type) {
            return Stream.of(type.getConstructors())
                    .map(each -> List.of(each.getParameterTypes()))
                    .anyMatch(List.<Class<?>>of(String.class)::equals);
        }
    }
}
