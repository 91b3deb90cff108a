/*
 * What load.c looks at in an answer when it checks every byte: framing, content, trailers, and marks, which are fields
 * that stages of the proxy leave in several places of one exchange. Where those of one group differ, the answer was made
 * by a mixture of two versions of a plugin, or of two configurations.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SWAPPED, CONFIG, GUEST, DIGEST, ORIGIN, GROUPS, MARK_BYTES = 80 };

enum verdict { PARTIAL, WHOLE, MALFORMED };

static const struct group {
    const char *prefix;         /* of the names of its fields */
    int places;                 /* how many of them every answer has */
    bool optional;              /* or none at all */
} groups[GROUPS] = {
    [SWAPPED] = {"x-swapped-", 4, false},
    [CONFIG] = {"x-config-", 2, false},
    [GUEST] = {"x-guest-", 2, true},
    [DIGEST] = {"content-digest:", 1, false},
    [ORIGIN] = {"access-control-allow-origin:", 1, false},
};

/* The body that each answer must have, but for one byte more at its end, which is a mark of the first group too. */
static struct {
    char *bytes;
    size_t length;
    const char *digests[2];     /* of the whole, with version 1 and 2 at its end */
} content;

struct answer {
    size_t at;                  /* bytes of the body so far */
    bool same;                  /* as the content */
    bool agree;                 /* the marks of each group */
    char last;
    int count[GROUPS];
    char mark[GROUPS][MARK_BYTES];
};

static void look_at_field(struct answer *answer, const char *line, size_t length) {
    for (int i = 0; i < GROUPS; i++) {
        size_t prefix = strlen(groups[i].prefix);
        if (length > prefix && strncasecmp(line, groups[i].prefix, prefix) == 0) {
            const char *value = memchr(line, ':', length);
            size_t size = value == NULL ? 0 : length - (size_t) (value + 2 - line);
            if (value == NULL || value + 2 > line + length || size >= MARK_BYTES) {
                answer->agree = false;
            } else if (answer->count[i]++ == 0) {
                memcpy(answer->mark[i], value + 2, size);
                answer->mark[i][size] = 0;
            } else {
                answer->agree &= strlen(answer->mark[i]) == size && memcmp(answer->mark[i], value + 2, size) == 0;
            }
            return;
        }
    }
}

/* Looks at lines up to an empty one. Returns what follows it, NULL if it has not come. */
static const char *look_at_fields(struct answer *answer, const char *from, const char *end) {
    for (;;) {
        const char *stop = memmem(from, (size_t) (end - from), "\r\n", 2);
        if (stop == NULL || stop == from) {
            return stop == NULL ? NULL : stop + 2;
        }
        look_at_field(answer, from, (size_t) (stop - from));
        from = stop + 2;
    }
}

static void look_at_body(struct answer *answer, const char *piece, size_t length) {
    size_t known = answer->at < content.length ? content.length - answer->at : 0;
    size_t compared = length < known ? length : known;
    answer->same &= memcmp(content.bytes + answer->at, piece, compared) == 0;
    answer->at += length;
    if (length > compared) {
        answer->last = piece[length - 1];
    }
}

/* Reads a chunked answer, from the start each time that more of it has come: most come whole. */
static enum verdict read_answer(struct answer *answer, const char *bytes, size_t length) {
    const char *end = bytes + length;
    *answer = (struct answer) {.same = true, .agree = true};
    const char *at = look_at_fields(answer, bytes, end);
    if (at == NULL) {
        return PARTIAL;
    }
    if (memmem(bytes, (size_t) (at - bytes), "chunked\r\n", 9) == NULL) {
        return MALFORMED;
    }
    for (;;) {
        const char *line = memmem(at, (size_t) (end - at), "\r\n", 2);
        if (line == NULL) {
            return PARTIAL;
        }
        char *digits;
        size_t size = strtoul(at, &digits, 16);
        if (digits != line || size > content.length + 1) {
            return MALFORMED;
        }
        at = line + 2;
        if (size == 0) {
            const char *rest = look_at_fields(answer, at, end);
            return rest == NULL ? PARTIAL : rest == end ? WHOLE : MALFORMED;
        }
        if ((size_t) (end - at) < size + 2) {
            return PARTIAL;
        }
        look_at_body(answer, at, size);
        at += size + 2;
    }
}

static bool is_right(const struct answer *answer) {
    const char *digest = answer->last == '1' ? content.digests[0] : content.digests[1];
    return answer->same && answer->at == content.length + 1 && strcmp(answer->mark[DIGEST], digest) == 0;
}

static bool is_mixed(const struct answer *answer) {
    for (int i = 0; i < GROUPS; i++) {
        bool left_out = groups[i].optional && answer->count[i] == 0;
        if (answer->count[i] != groups[i].places && !left_out) {
            return true;
        }
    }
    char last[] = {answer->last, 0};
    return !answer->agree || strcmp(answer->mark[SWAPPED], last) != 0;
}
