package dev.chainless.host;

import io.netty.util.internal.InternalThreadLocalMap;

/**
 * Netty remembers, on each thread, the types that a handler's matcher was made for. What is remembered of a plugin that is
 * gone would keep all of it.
 */
final class MatcherCaches {
    private MatcherCaches() {}

    /** Forgets, on the current thread, the types of plugins that are closed. */
    static void purge() {
        InternalThreadLocalMap caches = InternalThreadLocalMap.getIfSet();
        if (caches != null) {
            caches.typeParameterMatcherGetCache().keySet().removeIf(MatcherCaches::gone);
            caches.typeParameterMatcherFindCache().keySet().removeIf(MatcherCaches::gone);
        }
    }

    private static boolean gone(Class<?> type) {
        return type.getClassLoader() instanceof PluginClassLoader loader && loader.closed();
    }
}
