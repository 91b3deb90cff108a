package dev.chainless.spi.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The least and the most that a value may be, both allowed: of a number, a duration ({@code "1s"}), a {@link ByteSize}
 * ({@code "64KiB"}) or the port of a {@link HostPort}. On a list it bounds each element.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface Range {
    /** {@return the smallest value allowed, or "" for no bound} */
    String min() default "";

    /** {@return the largest value allowed, or "" for no bound} */
    String max() default "";
}
