package dev.chainless.host;

import java.util.Set;

/**
 * Something that was made for a generation, and that the next ones take over as long as nothing about it changes. It is
 * closed when the last generation that has it is gone.
 */
interface Part {

    /** {@return the plugins whose code it runs} */
    Set<LoadedPlugin> plugins();

    /**
     * Releases it. Once, on a thread that may block.
     *
     * @param calls makes calls into plugins, which may not come back
     */
    void close(Abandonable calls);
}
