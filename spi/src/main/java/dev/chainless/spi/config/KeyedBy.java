package dev.chainless.spi.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A component whose key is the value of another one: with {@code @KeyedBy("protocol")} and {@code protocol = "http"} it
 * is the unbound table {@code http = { ... }}. Absent, it is an empty table.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface KeyedBy {
    /** {@return the name of the component, a string of the same record, whose value is the key} */
    String value();
}
