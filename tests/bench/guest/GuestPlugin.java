package bench.guest;

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;
import java.lang.invoke.MethodHandles;

/** The plugin {@code guest}: leaves a mark in the request, which the origin repeats, and one in the response. */
public final class GuestPlugin implements FilterPlugin<GuestPlugin.Config> {
    record Config() {}

    record GuestStage(FieldLine request, FieldLine response) implements RequestFilter, ResponseFilter {

        @Override
        public Verdict onRequest(Exchange exchange) {
            exchange.request().set(request);
            return Verdict.CONTINUE;
        }

        @Override
        public Verdict onResponse(Exchange exchange) {
            exchange.response().set(response);
            return Verdict.CONTINUE;
        }
    }

    @Override
    public String name() {
        return "guest";
    }

    @Override
    public Class<Config> config() {
        return Config.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Stage stage(Config config, PluginContext context) {
        return new GuestStage(FieldLine.of("x-guest-request", "here"), FieldLine.of("x-guest-response", "here"));
    }
}
