package dev.chainless.host;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;

/** What the gateway's own replies say. */
final class Reasons {
    static final FieldLine PLAIN_TEXT = FieldLine.of(FieldName.CONTENT_TYPE, "text/plain; charset=utf-8");

    private Reasons() {}

    /** {@return the reason phrase of a status that the gateway answers with} */
    static String of(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 417 -> "Expectation Failed";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "Error";
        };
    }
}
