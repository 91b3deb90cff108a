package dev.chainless.spi.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A static factory, of one argument, by which its record can be written as a plain value or list instead of a table.
 * The argument has any type that a component may have. An {@link IllegalArgumentException} becomes a problem at
 * the value.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Shorthand {
    /** {@return whether this is the only way to write the record: a table is refused} */
    boolean only() default false;

    /** {@return what is expected, for messages: {@code a rate such as "100/s"}; "" for what the argument expects} */
    String expects() default "";

    /** {@return a regular expression for the JSON Schema of an argument that is a string; "" for none} */
    String pattern() default "";
}
