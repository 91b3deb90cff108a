package dev.chainless.tests.bench;

import java.util.ArrayList;
import java.util.List;

/// One window: one contender, one body, one mode, one round.
///
/// @param offered requests per second offered, 0 when saturated
/// @param cpuMicros CPU time of the contender's processes per request
/// @param residentMegabytes at the end of the window
/// @param contenderShare of its core's time that the contender used, 0 to 1
/// @param proxyCoreBusy share of the time that its core was busy with anything
/// @param generatorShare of the load core's time, as is the next
/// @param originShare used by the origin
/// @param loadCoreBusy share of the time that the load core was busy with anything
record Sample(String contender, String body, String mode, int round, double offered, double cpuMicros,
        double residentMegabytes, double contenderShare, double proxyCoreBusy, double generatorShare,
        double originShare, double loadCoreBusy, Load load) {

    private static final double FULL = 0.97;
    private static final double FOREIGN = 0.07;
    private static final double LATE_MICROS = 1_000;

    /// {@return why the figures should be read with care, in a word each}
    List<String> cautions() {
        var cautions = new ArrayList<String>();
        if (loadCoreBusy >= FULL && proxyCoreBusy < FULL) {
            cautions.add("load core full");
        }
        if (load.lateMicros() > LATE_MICROS) {
            cautions.add("generator late");
        }
        if (proxyCoreBusy - contenderShare > FOREIGN || loadCoreBusy - generatorShare - originShare > FOREIGN) {
            cautions.add("other work on the cores");
        }
        if (offered > 0 && load.rate() < 0.98 * offered) {
            cautions.add("below the offered rate");
        }
        if (load.errors() > 0) {
            cautions.add(load.errors() + " errors");
        }
        return cautions;
    }
}
