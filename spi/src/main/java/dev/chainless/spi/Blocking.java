package dev.chainless.spi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a stage that waits: for a disk, a lock, another server. It would hold up every exchange of its event loop, so a
 * plugin's stages of this kind are refused unless the configuration says {@code [plugins.NAME] blocking = true}.
 *
 * <p>This version of the host runs such a stage on the event loop all the same: the permission is for stages that seldom
 * wait, and for trying things out. Virtual threads, where the stage would see a snapshot of the exchange, are to come; until
 * then {@link dev.chainless.spi.http.Exchange#suspend} with threads of the plugin's own is what a stage under load uses.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Blocking {}
