package dev.chainless.plugin.errorpages;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A page and when it is shown.
 *
 * @param statuses of the responses that get it
 * @param text of the page
 * @param file with the text of the page
 * @param contentType of the page
 * @param problemJson whether clients that prefer JSON get problem details
 * @param localOnly whether the upstream's errors stay as they are
 */
record ErrorPagesConfig(
        @Doc("The statuses that get the page: \"404\", \"4xx\", \"5xx\".")
        @Default("[\"4xx\", \"5xx\"]") List<StatusRange> statuses,
        @Doc("The page, in which ${response.status}, ${response.reason}, ${request.id} and the like stand for values of"
                + " the exchange. By default a plain page with status and reason.") Optional<String> text,
        @Doc("A file with the page, up to 1 MiB, read when the configuration is loaded.") Optional<Path> file,
        @Doc("The media type of the page. Values in it are escaped in the way of HTML, XML or JSON.")
        @Default("text/html; charset=utf-8") String contentType,
        @Doc("Whether a client that prefers JSON gets problem details (RFC 9457) instead of the page.")
        @Default("true") boolean problemJson,
        @Doc("Whether the page is for the gateway's own errors only. Else the upstream's bodies are replaced, too.")
        @Default("true") boolean localOnly) {

    /** The page of those who give none. */
    static final String OWN_PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <title>${response.status} ${response.reason}</title>
            <h1>${response.status} ${response.reason}</h1>
            <p>Request ${request.id}</p>
            </html>
            """;

    /** Refuses two pages, and a page that cannot be sent. */
    ErrorPagesConfig {
        if (text.isPresent() && file.isPresent()) {
            throw new IllegalArgumentException("give the page as \"text\" or as \"file\", not both");
        }
        if (statuses.isEmpty()) {
            throw new IllegalArgumentException("no statuses are given; write for example statuses = [\"5xx\"]");
        }
        if (!contentType.matches("[!-~]+/[!-~]+( [!-~]+)*")) {
            throw new IllegalArgumentException("\"" + contentType + "\" is not a media type");
        }
    }
}
