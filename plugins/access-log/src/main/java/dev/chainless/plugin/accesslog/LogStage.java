package dev.chainless.plugin.accesslog;

import dev.chainless.spi.http.AccessLog;
import dev.chainless.spi.http.Exchange;

/**
 * Writes a line for each exchange.
 *
 * @param layout of a line
 * @param journal takes the lines
 * @param clocks say when
 */
record LogStage(Layout layout, Journal journal, Clocks clocks) implements AccessLog {

    @Override
    public void log(Exchange exchange) {
        Desk desk = journal.desk(exchange.loop());
        desk.line().clear();
        layout.write(exchange, clocks.times(exchange), desk);
        desk.line().ascii('\n');
        journal.post(exchange.loop());
    }

    @Override
    public void close() {
        journal.close();
    }
}
