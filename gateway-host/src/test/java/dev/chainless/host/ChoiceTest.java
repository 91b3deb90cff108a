package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.NodeConfig;
import dev.chainless.config.Position;
import dev.chainless.config.ZonesConfig;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.Endpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ChoiceTest {
    private static final ZonesConfig DEFAULTS = zones(140, 50, Map.of());
    private static final NodeConfig HERE = new NodeConfig("", "eu", "eu-a");
    private static final Balancer FIRST = _ -> _ -> 0;

    private final List<Member> members = new ArrayList<>();
    private final Set<Member> ill = new HashSet<>();

    @Test
    void theOwnZoneTakesAllWhileItCan() {
        zone("eu-a", "eu", 0, 4, 0);
        zone("eu-b", "eu", 0, 4, 0);
        zone("us-a", "us", 0, 4, 0);
        assertEquals(Map.of("eu-a/0", 65536), shares(DEFAULTS, HERE));
    }

    @Test
    void whatTheOwnZoneCannotTakeGoesToTheNext() {
        zone("eu-a", "eu", 0, 4, 2); // half of it is well: 0.5 * 1.4 = 0.7
        zone("eu-b", "eu", 0, 4, 0);
        zone("us-a", "us", 0, 4, 0);
        assertEquals(Map.of("eu-a/0", 45875, "eu-b/0", 19661), shares(DEFAULTS, HERE));
    }

    @Test
    void atSeventyTwoPercentTheOwnZoneStillTakesAll() {
        zone("eu-a", "eu", 0, 100, 28);
        zone("eu-b", "eu", 0, 4, 0);
        assertEquals(Map.of("eu-a/0", 65536), shares(DEFAULTS, HERE));
    }

    @Test
    void aDeadZoneFailsOverWhole() {
        zone("eu-a", "eu", 0, 4, 4);
        zone("eu-b", "eu", 0, 4, 0);
        zone("us-a", "us", 0, 4, 0);
        assertEquals(Map.of("eu-b/0", 65536), shares(DEFAULTS, HERE));
    }

    @Test
    void whereAllTogetherCannotEachTakesWhatItCan() {
        zone("eu-a", "eu", 0, 10, 9); // 0.14
        zone("eu-b", "eu", 0, 10, 8); // 0.28
        Choice choice = choice(zones(140, 0, Map.of()), HERE);
        assertEquals(Map.of("eu-a/0", 21845, "eu-b/0", 43691), shares(choice));
        assertEquals(List.of(1, 2), choice.tiers().stream().map(tier -> tier.members().size()).toList());
    }

    @Test
    void inPanicAllEndpointsOfATierAreUsed() {
        zone("eu-a", "eu", 0, 10, 9);
        zone("eu-b", "eu", 0, 10, 8);
        Choice choice = choice(DEFAULTS, HERE);
        assertEquals(List.of(10, 10), choice.tiers().stream().map(tier -> tier.members().size()).toList());
    }

    @Test
    void withNobodyHealthyAllAreTriedOrNobody() {
        zone("eu-a", "eu", 0, 1, 1);
        zone("eu-b", "eu", 0, 3, 3);
        assertEquals(Map.of("eu-a/0", 16384, "eu-b/0", 49152), shares(DEFAULTS, HERE));
        assertTrue(choice(zones(140, 0, Map.of()), HERE).isEmpty());
    }

    @Test
    void priorityComesBeforeNearness() {
        zone("us-a", "us", 0, 2, 0);
        zone("eu-a", "eu", 1, 2, 0);
        assertEquals(Map.of("us-a/0", 65536), shares(DEFAULTS, HERE));
        ill.addAll(members.subList(0, 2));
        assertEquals(Map.of("eu-a/1", 65536), shares(DEFAULTS, HERE));
    }

    @Test
    void costOverridesNearness() {
        zone("eu-a", "eu", 0, 2, 0);
        zone("us-a", "us", 0, 2, 0);
        assertEquals(Map.of("us-a/0", 65536), shares(zones(140, 50, Map.of("us-a", 0, "eu-a", 5)), HERE));
        Choice alike = choice(zones(140, 50, Map.of("us-a", 0)), HERE);
        assertEquals(1, alike.tiers().size());
        assertEquals(4, alike.tiers().getFirst().members().size());
    }

    @Test
    void whoDoesNotKnowWhereItIsTakesAllZonesAlike() {
        zone("eu-a", "eu", 0, 2, 0);
        zone("us-a", "us", 0, 2, 0);
        assertEquals(4, choice(DEFAULTS, new NodeConfig("", "", "")).tiers().getFirst().members().size());
    }

    @Test
    void aLoopsTurnsFollowTheShares() {
        zone("eu-a", "eu", 0, 4, 2);
        zone("eu-b", "eu", 0, 4, 0);
        Choice choice = choice(DEFAULTS, HERE);
        int near = 0;
        for (int i = 0; i < 1000; i++) {
            near += choice.tier(1) == choice.tiers().getFirst() ? 1 : 0;
        }
        assertEquals(700, near, 10);
    }

    @Property
    void sharesAddUpAndNoIllEndpointIsUsedWhereATierIsWell(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 0, max = 5) Integer> sick) {
        members.clear();
        ill.clear();
        for (int i = 0; i < sick.size(); i++) {
            zone("z" + i, i < 3 ? "eu" : "us", i % 2, 5, sick.get(i));
        }
        Choice choice = choice(DEFAULTS, HERE);
        assertEquals(65536, shares(choice).values().stream().mapToInt(Integer::intValue).sum());
        boolean aTierIsWell = members.stream()
                .collect(Collectors.groupingBy(member -> member.endpoint().region() + member.endpoint().priority()))
                .values().stream().anyMatch(tier -> tier.stream().noneMatch(ill::contains));
        for (Tier tier : choice.tiers()) {
            assertTrue(!aTierIsWell || tier.members().stream().noneMatch(ill::contains));
        }
    }

    private void zone(String zone, String region, int priority, int count, int sick) {
        for (int i = 0; i < count; i++) {
            var endpoint =
                    new Endpoint("10.0." + members.size() / 250 + "." + members.size() % 250, 80, 1, region, zone,
                            priority);
            var member = new Member(endpoint, null, 100);
            members.add(member);
            if (i < sick) {
                ill.add(member);
            }
        }
    }

    private Choice choice(ZonesConfig zones, NodeConfig node) {
        return Choice.of(members, member -> !ill.contains(member), zones, node, FIRST, null, 2);
    }

    private Map<String, Integer> shares(ZonesConfig zones, NodeConfig node) {
        return shares(choice(zones, node));
    }

    private static Map<String, Integer> shares(Choice choice) {
        var shares = new java.util.HashMap<String, Integer>();
        for (int i = 0; i < choice.tiers().size(); i++) {
            Endpoint first = choice.tiers().get(i).members().getFirst().endpoint();
            shares.put(first.zone() + "/" + first.priority(), choice.share(i));
        }
        return shares;
    }

    private static ZonesConfig zones(int overProvisioning, int panic, Map<String, Integer> cost) {
        return new ZonesConfig(overProvisioning, panic, cost, Position.none());
    }
}
