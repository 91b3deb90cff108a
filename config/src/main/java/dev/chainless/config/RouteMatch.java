package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import java.util.List;
import java.util.Map;

/**
 * Which requests a route takes: those for which all of this holds.
 *
 * @param host any of these; empty for every host
 * @param path the path of the request
 * @param method any of these; empty for every method
 * @param headers by field name, in lower case
 * @param query by parameter name
 */
public record RouteMatch(
        @Doc("Host names without port: \"api.example.org\", or \"*.example.org\" for each name below. Absent: any.")
        List<HostPattern> host,
        @Doc("\"/a\" is that path alone, \"/v1/*\" is /v1 and all below it, \"{name}\" stands for one segment.")
        @Default("/*") PathPattern path,
        @Doc("Request methods, such as \"GET\". Absent: any.") List<String> method,
        @Doc("Header fields by name, in any case: the value, or { prefix = ... }, { suffix = ... }, "
                + "{ contains = ... }, { regex = ... }, { present = true }.")
        Map<String, ValueMatch> headers,
        @Doc("Parameters of the query by name, matched like headers.") Map<String, ValueMatch> query) {

    /** Refuses what is no method or field name; puts field names in lower case. */
    public RouteMatch {
        for (String token : method) {
            HttpNames.checkToken(token, "a request method");
        }
        headers = HttpNames.lowerCase(headers);
    }
}
