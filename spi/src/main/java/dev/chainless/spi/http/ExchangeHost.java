package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What an exchange asks of the host that runs it. Implemented by hosts, of no use to plugins. */
public interface ExchangeHost {

    /**
     * Makes a suspension of the exchange's current stage.
     *
     * @param deadline how long at most
     * @param onCancel runs once on the loop if the exchange ends or times out first
     * @return resumed at most once
     */
    Suspension suspend(Duration deadline, Runnable onCancel);

    /**
     * Takes the body of a local reply; an upstream response that was under way is given up.
     *
     * @param body ownership goes with it; null for none
     */
    void respond(@Nullable ByteBuf body);
}
