package dev.chainless.host;

import dev.chainless.config.ConfigException;
import dev.chainless.config.Problem;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the admin server answers.
 *
 * @param status of the response
 * @param contentType of the body
 * @param body as text
 */
record Answer(HttpResponseStatus status, String contentType, String body) {
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";

    static Answer plain(HttpResponseStatus status, String body) {
        return new Answer(status, PLAIN, body + "\n");
    }

    static Answer text(String body) {
        return new Answer(HttpResponseStatus.OK, PLAIN, body);
    }

    static Answer json(Object value) {
        return json(HttpResponseStatus.OK, value);
    }

    private static Answer json(HttpResponseStatus status, Object value) {
        return new Answer(status, JSON, Json.write(value));
    }

    /**
     * {@return what came of a reload}
     *
     * @param text whether people read it
     */
    static Answer reload(AdminView view, boolean text) {
        try {
            Reloaded reloaded = view.reload();
            return text ? plain(HttpResponseStatus.OK, reloaded.toString()) : json(reloaded);
        } catch (ConfigException e) {
            return refused(e, text);
        } catch (StartException e) {
            return refused(e, text);
        }
    }

    /**
     * {@return what is wrong with a configuration}
     *
     * @param text whether people read it
     */
    static Answer refused(ConfigException e, boolean text) {
        HttpResponseStatus status = HttpResponseStatus.UNPROCESSABLE_ENTITY;
        return text ? plain(status, e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")))
                : json(status, Map.of("problems", e.problems().stream().map(Answer::row).toList()));
    }

    /** {@return why a configuration cannot be read or applied} */
    static Answer refused(StartException e, boolean text) {
        String message = String.valueOf(e.getMessage());
        return text ? plain(HttpResponseStatus.CONFLICT, message)
                : json(HttpResponseStatus.CONFLICT, Map.of("problems", List.of(Map.of("message", message))));
    }

    private static Row row(Problem problem) {
        return new Row(problem.file().toString(), problem.line(), problem.column(), problem.key(), problem.message());
    }

    /** A problem of a configuration; {@link Problem} itself has a path, which is not for JSON. */
    private record Row(String file, int line, int column, String key, String message) {}
}
