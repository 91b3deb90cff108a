package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.PolicyPlugin;
import dev.chainless.spi.http.Policy;
import java.lang.invoke.MethodHandles;

/** The plugin {@code rate-limit}. */
public final class RateLimitPlugin implements PolicyPlugin<RateLimitConfig> {

    /** Makes the plugin. */
    public RateLimitPlugin() {}

    @Override
    public String name() {
        return "rate-limit";
    }

    @Override
    public Class<RateLimitConfig> config() {
        return RateLimitConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Policy policy(RateLimitConfig config, PluginContext context) {
        var decision = Decision.of(config, context);
        return config.fields() == Fields.ALWAYS
                ? new AnnouncedLimit(decision, context.slot(Standing.class))
                : new Limit(decision);
    }
}
