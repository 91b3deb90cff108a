package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Counter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricRegistryTest {
    private final MetricRegistry registry = new MetricRegistry(4);

    @AfterEach
    void close() {
        registry.close();
    }

    private String scrape() {
        return registry.scrape(MetricRegistry.TEXT);
    }

    private void assertLine(String line) {
        String text = scrape();
        assertTrue(text.lines().anyMatch(line::equals), () -> "no line " + line + " in\n" + text);
    }

    @Test
    void aCounterIsReadWhenScraped() {
        Counter counter = registry.scope("limit").counter("rate_limit_rejected", "Requests refused.", "stage", "a\"b");
        counter.increment(0);
        counter.add(3, 41);
        counter.incrementShared();
        assertLine("chainless_rate_limit_rejected_total{stage=\"a\\\"b\"} 43.0");
        assertLine("# HELP chainless_rate_limit_rejected_total Requests refused.");
        assertLine("# TYPE chainless_rate_limit_rejected_total counter");
        counter.increment(1);
        assertLine("chainless_rate_limit_rejected_total{stage=\"a\\\"b\"} 44.0");
    }

    @Test
    void whatTwoOwnersShareGoesWithTheLast() {
        Counter counter = registry.scope("one").counter("shared", "Shared.");
        assertSame(counter, registry.scope("two").counter("shared", "Shared."));
        registry.scope("one").gauge("keys", "Keys.", () -> 1);
        registry.scope("two").gauge("keys", "Keys.", () -> 2);
        assertLine("chainless_keys 2.0");
        registry.revoke("two");
        assertLine("chainless_keys 1.0");
        assertLine("chainless_shared_total 0.0");
        registry.revoke("one");
        assertFalse(scrape().contains("chainless_"));
        assertEquals(0, registry.scope("three").counter("shared", "Shared.").sum());
        assertLine("chainless_shared_total 0.0");
    }

    @Test
    void badNamesAreRefused() {
        MetricRegistry.Scope scope = registry.scope("x");
        for (String name : new String[] {"", "Big", "a-b", "a_total", "a_bucket", "1a", "a\nb"}) {
            assertThrows(IllegalArgumentException.class, () -> scope.counter(name, "Help."), name);
        }
        assertThrows(IllegalArgumentException.class, () -> scope.counter("a", "Help.", "only"));
        assertThrows(IllegalArgumentException.class, () -> scope.counter("a", "Help.", "le", "1"));
        assertThrows(IllegalArgumentException.class, () -> scope.counter("a", "Help.", "l", "1", "l", "2"));
        scope.counter("b", "Help.", "l", "1");
        assertThrows(IllegalArgumentException.class, () -> scope.counter("b", "Help.", "m", "1"));
        assertThrows(IllegalArgumentException.class, () -> scope.gauge("b", "Help.", () -> 1, "l", "1"));
    }

    @Test
    void hostMetrics() {
        HostMetrics host = new HostMetrics(registry, 4);
        ListenerMetrics web = host.listener("web");
        assertSame(web, host.listener("web"));
        web.accepted.increment(1);
        web.requests.increment(1);
        web.duration.record(1, 3_000_000);
        host.route("api", "web").ended(2, 204, 2_000_000_000L);
        host.route("api", "web").ended(3, 503, 500_000_000L);
        host.route("api", "web").ended(0, 0, 0);
        host.cluster("app").attempts.increment(0);
        assertLine("chainless_connections_open{listener=\"web\"} 1.0");
        assertLine("chainless_exchanges_active{listener=\"web\"} 1.0");
        assertLine("chainless_exchange_duration_seconds_bucket{listener=\"web\",le=\"0.0025\"} 0");
        assertLine("chainless_exchange_duration_seconds_bucket{listener=\"web\",le=\"0.005\"} 1");
        assertLine("chainless_exchange_duration_seconds_count{listener=\"web\"} 1");
        assertLine("chainless_requests_total{listener=\"web\",route=\"api\",status=\"2xx\"} 1.0");
        assertLine("chainless_requests_total{listener=\"web\",route=\"api\",status=\"5xx\"} 1.0");
        assertLine("chainless_requests_total{listener=\"web\",route=\"api\",status=\"none\"} 1.0");
        assertLine("chainless_request_seconds_total{listener=\"web\",route=\"api\"} 2.5");
        assertLine("chainless_upstream_attempts_total{cluster=\"app\"} 1.0");
        registry.addJvm();
        String text = scrape();
        assertTrue(text.contains("chainless_build_info{"), text);
        assertTrue(text.contains("jvm_memory_used_bytes{"), text);
        assertTrue(text.contains("chainless_buffer_direct_bytes "), text);
        host.retain(Set.of(), Set.of("app"), List.of(Map.of()));
        text = scrape();
        assertFalse(text.contains("listener=\"web\""), text);
        assertTrue(text.contains("cluster=\"app\""), text);
    }

    @Test
    void theFormatFollowsAccept() {
        assertEquals(MetricRegistry.TEXT, MetricRegistry.contentType(null));
        assertEquals(MetricRegistry.TEXT, MetricRegistry.contentType("*/*"));
        String open = MetricRegistry.contentType("application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
        assertEquals(MetricRegistry.OPEN_METRICS, open);
        assertTrue(registry.scrape(open).endsWith("# EOF\n"));
    }
}
