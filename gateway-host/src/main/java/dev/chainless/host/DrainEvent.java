package dev.chainless.host;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** In a flight recording: from a generation's replacement until its last exchange has ended. */
@Name("dev.chainless.Drain")
@Label("Drain")
@Category("Chainless")
@Description("A configuration that was replaced, until its last exchange has ended")
@StackTrace(false)
final class DrainEvent extends Event {
    @Label("Generation")
    long generation;

    @Label("Exchanges Broken Off")
    int brokenOff;
}
