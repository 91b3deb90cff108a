package dev.chainless.host;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.http.Attempt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Endpoints among which the balancer chooses freely: those of zones that are equally near. Immutable. */
final class Tier {
    /** How often another endpoint than the one that failed is asked for, before it is taken again. */
    private static final int OTHERS = 3;

    private final Member[] members;
    private final Balancer.Picker picker;

    /**
     * Prepares the choice. Off the loops.
     *
     * @param members at least one
     */
    Tier(List<Member> members, Balancer balancer) {
        this.members = members.toArray(Member[]::new);
        this.picker = balancer.picker(List.copyOf(members));
    }

    List<Member> members() {
        return List.of(members);
    }

    /**
     * {@return the index of a member that takes one more attempt, if it can be had not the one of the attempt before; -1 if
     * none of those that were asked does} It counts from now on.
     *
     * @param most attempts under way at each
     */
    int pick(Attempt attempt, @Nullable EndpointState before, int most) {
        for (int i = 0; i <= OTHERS; i++) {
            int picked = picker.pick(attempt);
            EndpointState state = members[picked].state();
            boolean again = state == before && i < OTHERS && members.length > 1;
            if (!again && state.begin(most)) {
                return picked;
            }
        }
        return -1;
    }

    Member member(int picked) {
        return members[picked];
    }

    Balancer.Picker picker() {
        return picker;
    }
}
