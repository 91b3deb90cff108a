package dev.chainless.host;

import dev.chainless.spi.Endpoint;
import dev.chainless.spi.Target;

/**
 * An endpoint as one set has it.
 *
 * @param endpoint what is said of it
 * @param state its pools and what is known of it
 * @param weight in relation to the other members, 1 to 100,000
 */
record Member(Endpoint endpoint, EndpointState state, int weight) implements Target {

    @Override
    public int active() {
        return state.active();
    }
}
