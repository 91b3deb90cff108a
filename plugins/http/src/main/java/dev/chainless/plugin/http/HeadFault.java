package dev.chainless.plugin.http;

/** Why a head is refused: the status for the client, and a few words for the log that hold nothing of what was sent. */
enum HeadFault {
    BARE_LF(400, "a line ends with LF alone"),
    BARE_CR(400, "CR without LF"),
    CONTROL(400, "a control character in the head"),
    EMPTY_LINES(400, "more than one empty line, or white space, before the request line"),
    METHOD(400, "the method is not a token of at most 32 characters"),
    REQUEST_LINE(400, "the request line is not METHOD SP target SP version"),
    TARGET(400, "the target is neither a path, an http URI, an authority for CONNECT nor * for OPTIONS"),
    FRAGMENT(400, "a fragment in the target"),
    NON_ASCII(400, "a byte above 0x7f in the target"),
    VERSION(400, "no HTTP version"),
    OTHER_VERSION(505, "a version other than HTTP/1.0 and HTTP/1.1"),
    LONG_TARGET(414, "the target is too long"),
    LONG_HEAD(431, "the head is too long"),
    MANY_FIELDS(431, "too many fields"),
    FOLDED(400, "a folded line"),
    NAME(400, "a character that no field name may have"),
    EMPTY_NAME(400, "an empty field name"),
    SPACE_IN_NAME(400, "white space in or after a field name"),
    LOOKALIKE(400, "a field name that may be mistaken for one that frames the message"),
    NO_HOST(400, "no Host"),
    HOSTS(400, "more than one Host"),
    HOST(400, "Host is not a host with an optional port"),
    USER_INFO(400, "user information in the authority"),
    OTHER_HOST(400, "the target's authority is not Host's"),
    CONTENT_LENGTHS(400, "more than one Content-Length"),
    CONTENT_LENGTH(400, "Content-Length is not a number below 10^18"),
    CODINGS(400, "more than one Transfer-Encoding"),
    CODING(400, "Transfer-Encoding is not chunked"),
    UNKNOWN_CODING(501, "a transfer coding beside chunked"),
    CODING_AND_LENGTH(400, "both Transfer-Encoding and Content-Length"),
    OLD_CODING(400, "Transfer-Encoding in HTTP/1.0"),
    CONNECTION(400, "Connection is not a short list of names"),
    END_TO_END(400, "Connection names an end-to-end field"),
    EXPECT(417, "an expectation other than 100-continue"),
    UPGRADE(400, "Upgrade is not one list of protocols"),
    STATUS_LINE(502, "no status line of HTTP/1.0 or HTTP/1.1"),
    STATUS(502, "a status below 100 or above 599"),
    NO_BODY_ALLOWED(502, "a body in a response that cannot have one"),
    SWITCHED(502, "a switch of protocols that was not asked for, or names none"),
    TRAILER(400, "a trailer field that must not be one"),
    UPPER_CASE(400, "an upper-case letter in a field name"),
    VALUE(400, "a field value with a control character, or white space around it"),
    HOP_FIELD(400, "a field that HTTP/2 and HTTP/3 do not have"),
    TE(400, "TE is not trailers"),
    PSEUDO(400, "a pseudo-field that is unknown, twice, or after other fields"),
    NO_PSEUDO(400, "a pseudo-field is missing"),
    SCHEME(400, "the scheme is neither http nor https"),
    CONNECT(501, "this is no forward proxy"),
    PROTOCOL(501, "an extended CONNECT for a protocol other than websocket"),
    NO_STATUS(502, "no status of three digits");

    private final int status;
    private final String detail;

    HeadFault(int status, String detail) {
        this.status = status;
        this.detail = detail;
    }

    /** {@return the status that answers a request with this fault} */
    int status() {
        return status;
    }

    /** {@return what is wrong, in a few words} */
    String detail() {
        return detail;
    }
}
