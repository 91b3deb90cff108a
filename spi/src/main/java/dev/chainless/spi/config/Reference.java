package dev.chainless.spi.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A string, or each of a list, that is the name of something defined elsewhere in the configuration. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface Reference {
    /** {@return the kind of thing that is named: {@code cluster} or {@code listener}} */
    String value();
}
