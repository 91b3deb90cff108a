package dev.chainless.host;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** In a flight recording: a reload, from its configuration until it is in effect. */
@Name("dev.chainless.Swap")
@Label("Swap")
@Category("Chainless")
@Description("A new configuration is checked, made and put into effect")
@StackTrace(false)
final class SwapEvent extends Event {
    @Label("Generation")
    long generation;

    @Label("Routes Changed")
    int routes;

    @Label("Stages Changed")
    int stages;

    @Label("Refused Because")
    String refused = "";
}
