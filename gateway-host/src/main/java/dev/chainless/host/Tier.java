package dev.chainless.host;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.http.Attempt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Endpoints among which the balancer chooses freely: those of zones that are equally near. Immutable. */
final class Tier {
    /** How many members are asked whether they take one more request, before there is none. */
    private static final int MOST_ASKED = 16;

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
        int picked = picker.pick(attempt);
        int last = -1;
        // The others in turn: a picker that goes by a key would pick the same one again.
        int asked = Math.min(members.length, MOST_ASKED);
        for (int i = 0; i < asked; i++) {
            int at = (picked + i) % members.length;
            EndpointState state = members[at].state();
            if (state == before) {
                last = at;
            } else if (state.begin(most)) {
                return at;
            }
        }
        return last >= 0 && members[last].state().begin(most) ? last : -1;
    }

    Member member(int picked) {
        return members[picked];
    }

    Balancer.Picker picker() {
        return picker;
    }
}
