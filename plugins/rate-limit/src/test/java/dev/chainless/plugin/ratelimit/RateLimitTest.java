package dev.chainless.plugin.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Handover;
import dev.chainless.spi.config.Rate;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.Principal;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private final FakeContext context = new FakeContext("limit", 4);

    @Test
    void admitsABurstThenTheRate() {
        Policy policy = policy("client-address", "2/s", 3, Missing.SHARE, Fields.REJECTED);
        for (int i = 0; i < 3; i++) {
            assertEquals(Verdict.CONTINUE, policy.decide(from("192.0.2.1").exchange()));
        }
        FakeExchange rejected = from("192.0.2.1");
        assertEquals(Verdict.RESPONDED, policy.decide(rejected.exchange()));
        assertEquals(429, rejected.exchange().response().status());
        assertEquals("1", rejected.responseField("retry-after"));
        assertEquals("\"limit\";q=3;w=2", rejected.responseField("ratelimit-policy"));
        assertEquals("\"limit\";r=0;t=1", rejected.responseField("ratelimit"));
        assertEquals("over the limit limit", rejected.exchange().detail());
        assertEquals(Verdict.CONTINUE, policy.decide(from("192.0.2.2").exchange()), "another client");

        context.advance(Duration.ofMillis(500));
        assertEquals(Verdict.CONTINUE, policy.decide(from("192.0.2.1").exchange()));
        assertEquals(Verdict.RESPONDED, policy.decide(from("192.0.2.1").exchange()));

        assertEquals(5, context.counted("rate_limit_admitted"));
        assertEquals(2, context.counted("rate_limit_rejected"));
        assertEquals(2, context.gauged("rate_limit_keys"));
    }

    @Test
    void whoComesBackWhenToldIsAdmitted() {
        Policy policy = policy("client-address", "7/m", 1, Missing.SHARE, Fields.NEVER);
        policy.decide(from("192.0.2.1").exchange());
        FakeExchange rejected = from("192.0.2.1");
        policy.decide(rejected.exchange());
        assertNull(rejected.responseField("ratelimit"));
        context.advance(Duration.ofSeconds(Long.parseLong(rejected.responseField("retry-after"))));
        assertEquals(Verdict.CONTINUE, policy.decide(from("192.0.2.1").exchange()));
    }

    @Test
    void everyResponseMaySayHowTheKeyStands() {
        Policy policy = policy("client-address", "10/s", 10, Missing.SHARE, Fields.ALWAYS);
        FakeExchange first = from("192.0.2.1");
        policy.decide(first.exchange());
        ((ResponseFilter) policy).onResponse(first.answered(200).exchange());
        assertEquals("\"limit\";r=9;t=1", first.responseField("ratelimit"));
        for (int i = 0; i < 9; i++) {
            policy.decide(from("192.0.2.1").exchange());
        }
        FakeExchange rejected = from("192.0.2.1");
        assertEquals(Verdict.RESPONDED, policy.decide(rejected.exchange()));
        ((ResponseFilter) policy).onResponse(rejected.exchange());
        assertEquals("\"limit\";r=0;t=1", rejected.responseField("ratelimit"), "once only");
    }

    @Test
    void aFieldAClaimOrTheRouteMayBeTheKey() {
        Policy field = policy("header:X-Key", "1/h", 1, Missing.SHARE, Fields.REJECTED);
        assertEquals(Verdict.CONTINUE, field.decide(from("192.0.2.1").with("x-key", "a").exchange()));
        assertEquals(Verdict.CONTINUE, field.decide(from("192.0.2.1").with("x-key", "b").exchange()));
        assertEquals(Verdict.RESPONDED, field.decide(from("192.0.2.2").with("x-key", "a").exchange()));
        assertFalse(field.needsPrincipal());

        Policy claim = policy("claim:tenant", "1/h", 1, Missing.SHARE, Fields.REJECTED);
        assertEquals(Verdict.CONTINUE, claim.decide(claiming(Map.of("tenant", "t1")).exchange()));
        assertEquals(Verdict.CONTINUE, claim.decide(claiming(Map.of("tenant", 7)).exchange()));
        assertEquals(Verdict.RESPONDED, claim.decide(claiming(Map.of("tenant", "t1")).exchange()));
        assertEquals(Verdict.CONTINUE, claim.decide(claiming(Map.of("tenant", List.of("t1"))).exchange()), "no key");
        assertTrue(claim.needsPrincipal());

        Policy route = policy("route", "1/h", 1, Missing.SHARE, Fields.REJECTED);
        assertEquals(Verdict.CONTINUE, route.decide(from("192.0.2.1").exchange()));
        assertEquals(Verdict.RESPONDED, route.decide(from("192.0.2.2").exchange()));
        FakeExchange other = from("192.0.2.1");
        other.exchange().routed("other", "");
        assertEquals(Verdict.CONTINUE, route.decide(other.exchange()));
    }

    @Test
    void withoutAKeyTheConfigurationDecides() {
        Policy share = policy("header:x-key", "1/h", 1, Missing.SHARE, Fields.REJECTED);
        assertEquals(Verdict.CONTINUE, share.decide(from("192.0.2.1").exchange()));
        assertEquals(Verdict.RESPONDED, share.decide(from("192.0.2.2").with("x-key", "").exchange()));

        Policy allow = policy("header:x-key", "1/h", 1, Missing.ALLOW, Fields.REJECTED);
        assertEquals(Verdict.CONTINUE, allow.decide(from("192.0.2.1").exchange()));
        assertEquals(Verdict.CONTINUE, allow.decide(from("192.0.2.1").exchange()));

        Policy deny = policy("header:x-key", "1/h", 1, Missing.DENY, Fields.REJECTED);
        FakeExchange denied = from("192.0.2.1");
        assertEquals(Verdict.RESPONDED, deny.decide(denied.exchange()));
        assertEquals(403, denied.exchange().response().status());
    }

    @Test
    void aKnownKeyIsDecidedAboutWithoutAnObject() {
        Policy policy = policy("client-address", "1000000/s", 1_000_000_000, Missing.SHARE, Fields.REJECTED);
        FakeExchange fake = FakeExchange.of("GET", "/").from("2001:db8::1", 3);
        for (int i = 0; i < 20_000; i++) {
            policy.decide(fake.exchange());
        }
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            policy.decide(fake.exchange());
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < 100_000, () -> bytes + " bytes for 100,000 decisions");
    }

    @Test
    void refusesWhatCannotBeKept() {
        assertThrows(IllegalArgumentException.class, () -> Key.of("address"));
        assertThrows(IllegalArgumentException.class, () -> Key.of("header:a b"));
        assertThrows(IllegalArgumentException.class, () -> Key.of("claim:"));
        assertThrows(IllegalArgumentException.class,
                () -> policy("route", "2000000/s", 1, Missing.SHARE, Fields.NEVER));
        assertThrows(IllegalArgumentException.class,
                () -> policy("route", "1/1000d", 1000, Missing.SHARE, Fields.NEVER));
    }

    private static int admitted(Policy policy, Supplier<FakeExchange> client) {
        int admitted = 0;
        while (admitted < 100 && policy.decide(client.get().exchange()) == Verdict.CONTINUE) {
            admitted++;
        }
        return admitted;
    }

    @Test
    void theLimitThatReplacesAnotherKnowsItsKeys() {
        Policy old = policy("client-address", "1/m", 4, Missing.SHARE, Fields.NEVER);
        assertEquals(4, admitted(old, () -> from("192.0.2.1")));
        old.decide(from("192.0.2.2").exchange());

        context.inherit(((Handover<?>) old).handOver());
        Policy same = policy("client-address", "1/m", 4, Missing.SHARE, Fields.ALWAYS);
        assertEquals(0, admitted(same, () -> from("192.0.2.1")));
        assertEquals(2, context.gauged("rate_limit_keys"));
        // Requests that the old one has begun still count.
        old.decide(from("192.0.2.2").exchange());
        assertEquals(2, admitted(same, () -> from("192.0.2.2")));
    }

    @Test
    void aFasterLimitDoesNotMakeAClientWaitForTheSlowerOne() {
        Policy old = policy("client-address", "1/h", 5, Missing.SHARE, Fields.NEVER);
        assertEquals(5, admitted(old, () -> from("192.0.2.1")));
        context.inherit(((Handover<?>) old).handOver());
        Policy faster = policy("client-address", "1/s", 3, Missing.SHARE, Fields.NEVER);
        assertEquals(0, admitted(faster, () -> from("192.0.2.1")));
        context.advance(Duration.ofSeconds(1));
        assertEquals(1, admitted(faster, () -> from("192.0.2.1")));
    }

    @Test
    void aTableOfAnotherSizeTakesTheKeysOver() {
        Policy old = policy("header:x-key", "1/h", 1, Missing.SHARE, Fields.NEVER);
        for (int i = 0; i < 500; i++) {
            assertEquals(Verdict.CONTINUE, old.decide(from("192.0.2.1").with("x-key", "k" + i).exchange()));
        }
        context.inherit(((Handover<?>) old).handOver());
        Policy larger = policy("header:x-key", "1/h", 1, Missing.SHARE, Fields.NEVER, 5000);
        for (int i = 0; i < 500; i++) {
            assertEquals(Verdict.RESPONDED, larger.decide(from("192.0.2.1").with("x-key", "k" + i).exchange()));
        }
        assertEquals(500, context.gauged("rate_limit_keys"));
        assertEquals(Verdict.CONTINUE, larger.decide(from("192.0.2.1").with("x-key", "new").exchange()));
    }

    @Test
    void whatMeansNothingIsNotTakenOver() {
        Policy old = policy("client-address", "1/h", 1, Missing.SHARE, Fields.NEVER);
        old.decide(from("192.0.2.1").exchange());
        Object state = ((Handover<?>) old).handOver();
        context.inherit(state);
        assertEquals(1, admitted(policy("route", "1/h", 1, Missing.SHARE, Fields.NEVER), () -> from("192.0.2.1")));
        var strange = new HashMap<Object, Object>((Map<?, ?>) state);
        strange.put("sets", new AtomicReferenceArray<>(new long[][] {new long[3]}));
        context.inherit(strange);
        assertEquals(1, admitted(policy("client-address", "1/h", 1, Missing.SHARE, Fields.NEVER),
                () -> from("192.0.2.1")));
        context.inherit(Map.of("version", 2));
        assertEquals(1, admitted(policy("client-address", "1/h", 1, Missing.SHARE, Fields.NEVER),
                () -> from("192.0.2.1")));
    }

    private FakeExchange from(String address) {
        FakeExchange fake = FakeExchange.of("GET", "/").from(address, 1);
        fake.exchange().started(context.nanoTime());
        return fake;
    }

    private FakeExchange claiming(Map<String, Object> claims) {
        FakeExchange fake = from("192.0.2.1");
        fake.exchange().principal(new Principal("p", claims));
        return fake;
    }

    private Policy policy(String key, String rate, int burst, Missing missing, Fields fields) {
        return policy(key, rate, burst, missing, fields, 1000);
    }

    private Policy policy(String key, String rate, int burst, Missing missing, Fields fields, int maxKeys) {
        return new RateLimitPlugin().policy(
                new RateLimitConfig(Key.of(key), Rate.parse(rate), Optional.of(burst), maxKeys, 64, missing, fields),
                context);
    }
}
