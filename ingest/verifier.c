#include "ingest/verifier.h"

#include "ingest/confine.h"
#include "ingest/verify-wire.h"

#include <dkim.h>
#include <stdio.h>
#include <time.h>

#define FRAME_LONGEST (2U << 30)
#define FILES         16U

struct verifier {
    int fd;
    DKIM_LIB *library;
    struct buffer frame; /* as received */
    struct buffer lines; /* the mail with CRLF */
    struct verify_order order;
    struct verify_answer answer;
    struct arc_chain chain;
    struct fault *why;
};

/* ---- what libopendkim asks ---- */

static bool is_of(const struct verify_key *key, DKIM_SIGINFO *signature)
{
    const char *domain = (const char *)dkim_sig_getdomain(signature);
    const char *selector = (const char *)dkim_sig_getselector(signature);
    return domain != NULL && selector != NULL && strcmp(domain, key->domain) == 0 &&
           strcmp(selector, key->selector) == 0;
}

static DKIM_CBSTAT look_up(DKIM *dkim, DKIM_SIGINFO *signature, unsigned char *room,
                           size_t size)
{
    const struct verify_order *order = dkim_get_user_context(dkim);
    for (uint32_t i = 0; order != NULL && i < order->count; i++) {
        const struct verify_key *key = &order->keys[i];
        if (!is_of(key, signature))
            continue;
        if (key->state == VERIFY_KEY_UNKNOWN)
            return DKIM_CBSTAT_TRYAGAIN;
        if (key->state == VERIFY_KEY_NONE || key->length >= size)
            return DKIM_CBSTAT_NOTFOUND;
        memcpy(room, key->text, key->length);
        room[key->length] = '\0';
        return DKIM_CBSTAT_CONTINUE;
    }
    return DKIM_CBSTAT_TRYAGAIN;
}

static DKIM_CBSTAT ignore_the_rest(DKIM *dkim, DKIM_SIGINFO **signatures, int count)
{
    (void)dkim;
    for (int i = (int)VERIFY_SIGNATURES; i < count; i++)
        dkim_sig_ignore(signatures[i]);
    return DKIM_CBSTAT_CONTINUE;
}

/* ---- one signature ---- */

static void settle(struct verify_signature *said, enum stamp_verdict verdict,
                   enum verify_reason reason)
{
    said->verdict = (uint8_t)verdict;
    said->reason = (uint8_t)reason;
}

static void settle_error(struct verify_signature *said, int error)
{
    switch (error) {
    case DKIM_SIGERROR_EXPIRED:
        settle(said, STAMP_NEUTRAL, REASON_EXPIRED);
        break;
    case DKIM_SIGERROR_FUTURE:
        settle(said, STAMP_NEUTRAL, REASON_FUTURE);
        break;
    case DKIM_SIGERROR_NOKEY:
        settle(said, STAMP_PERMERROR, REASON_NO_KEY);
        break;
    case DKIM_SIGERROR_KEYREVOKED:
        settle(said, STAMP_PERMERROR, REASON_KEY_REVOKED);
        break;
    case DKIM_SIGERROR_KEYFAIL:
        settle(said, STAMP_TEMPERROR, REASON_KEY_UNKNOWN);
        break;
    case DKIM_SIGERROR_KEYTOOSMALL:
        settle(said, STAMP_POLICY, REASON_KEY_SHORT);
        break;
    case DKIM_SIGERROR_TOOLARGE_L:
    case DKIM_SIGERROR_BADSIG:
        settle(said, STAMP_FAIL, REASON_HEADER);
        break;
    default:
        if ((error >= DKIM_SIGERROR_KEYVERSION && error <= DKIM_SIGERROR_KEYDECODE) ||
            error == DKIM_SIGERROR_DNSSYNTAX || error == DKIM_SIGERROR_MULTIREPLY)
            settle(said, STAMP_PERMERROR, REASON_KEY_BROKEN);
        else
            settle(said, STAMP_NEUTRAL, REASON_SYNTAX);
    }
}

/* l= lets anybody add to the body (RFC 6376 s8.2). */
static bool has_length_tag(DKIM *dkim, DKIM_SIGINFO *signature)
{
    ssize_t body = 0, hashed = 0, limit = 0;
    return dkim_sig_getcanonlen(dkim, signature, &body, &hashed, &limit) != DKIM_STAT_OK ||
           limit != -1;
}

static void judge(DKIM *dkim, DKIM_SIGINFO *signature, struct verify_signature *said)
{
    unsigned flags = dkim_sig_getflags(signature);
    int error = dkim_sig_geterror(signature);
    int body = dkim_sig_getbh(signature);
    if ((flags & DKIM_SIGFLAG_PROCESSED) != 0 && body == DKIM_SIGBH_MISMATCH &&
        error != DKIM_SIGERROR_KEYTOOSMALL)
        settle(said, STAMP_FAIL, REASON_BODY);
    else if (error != DKIM_SIGERROR_OK && error != DKIM_SIGERROR_UNKNOWN)
        settle_error(said, error);
    else if ((flags & DKIM_SIGFLAG_PROCESSED) == 0)
        settle(said, STAMP_TEMPERROR, REASON_KEY_UNKNOWN);
    else if (!DKIM_SIG_CHECK(signature))
        settle(said, STAMP_TEMPERROR, REASON_LIBRARY);
    else if ((flags & DKIM_SIGFLAG_TESTKEY) != 0)
        settle(said, STAMP_NEUTRAL, REASON_KEY_TEST);
    else if (said->algorithm == ALGORITHM_SHA1)
        settle(said, STAMP_POLICY, REASON_SHA1);
    else if (has_length_tag(dkim, signature))
        settle(said, STAMP_POLICY, REASON_PARTIAL);
    else
        settle(said, STAMP_PASS, REASON_NONE);
}

static void copy_name(char room[VERIFY_NAME_ROOM], const unsigned char *name)
{
    size_t length = name == NULL ? 0 : strlen((const char *)name);
    if (length < VERIFY_NAME_ROOM && length > 0)
        memcpy(room, name, length);
}

static enum verify_algorithm algorithm_of(DKIM_SIGINFO *signature)
{
    dkim_alg_t algorithm = DKIM_SIGN_UNKNOWN;
    if ((dkim_sig_getflags(signature) & DKIM_SIGFLAG_PROCESSED) == 0 ||
        dkim_sig_getsignalg(signature, &algorithm) != DKIM_STAT_OK)
        return ALGORITHM_UNKNOWN;
    return algorithm == DKIM_SIGN_RSASHA256       ? ALGORITHM_RSA
           : algorithm == DKIM_SIGN_ED25519SHA256 ? ALGORITHM_ED25519
           : algorithm == DKIM_SIGN_RSASHA1       ? ALGORITHM_SHA1
                                                  : ALGORITHM_UNKNOWN;
}

static void collect(DKIM *dkim, bool whole, struct verify_answer *answer)
{
    DKIM_SIGINFO **signatures = NULL;
    int count = 0;
    if (dkim_getsiglist(dkim, &signatures, &count) != DKIM_STAT_OK)
        return;
    for (int i = 0; i < count && answer->count < VERIFY_SIGNATURES; i++) {
        struct verify_signature *said = &answer->signatures[answer->count++];
        copy_name(said->domain, dkim_sig_getdomain(signatures[i]));
        copy_name(said->selector, dkim_sig_getselector(signatures[i]));
        said->algorithm = (uint8_t)algorithm_of(signatures[i]);
        if (whole)
            judge(dkim, signatures[i], said);
    }
}

/* ---- one mail ---- */

/* DKIM is defined over CRLF. A mail that was stored with LF alone was sent with CRLF; in a
 * mail with CRLF a bare LF is content. */
static struct slice with_crlf(struct slice mail, struct buffer *lines)
{
    const char *lf = mail.len == 0 ? NULL : memchr(mail.ptr, '\n', mail.len);
    if (lf == NULL || (lf > mail.ptr && lf[-1] == '\r'))
        return mail;
    struct slice rest = mail;
    buffer_clear(lines);
    buffer_reserve(lines, mail.len + mail.len / 16);
    while (rest.len > 0 && (lf = memchr(rest.ptr, '\n', rest.len)) != NULL) {
        size_t length = (size_t)(lf - rest.ptr);
        buffer_add(lines, slice_until(rest, length));
        buffer_add(lines, length > 0 && lf[-1] == '\r' ? SLICE("\n") : SLICE("\r\n"));
        rest = slice_from(rest, length + 1);
    }
    buffer_add(lines, rest);
    return buffer_slice(lines);
}

/* ---- the chain ---- */

static enum arc_key find_arc_key(struct slice domain, struct slice selector,
                                 struct slice *record, void *data)
{
    const struct verify_order *order = data;
    for (size_t i = VERIFY_SIGNATURES; i < VERIFY_KEYS; i++) {
        const struct verify_key *key = &order->keys[i];
        if (!slice_eq(slice_of(key->domain), domain) ||
            !slice_eq(slice_of(key->selector), selector) || key->length > sizeof key->text)
            continue;
        *record = (struct slice){key->text, key->length};
        return key->state == VERIFY_KEY_FOUND  ? ARC_KEY_FOUND
               : key->state == VERIFY_KEY_NONE ? ARC_KEY_NONE
                                               : ARC_KEY_UNKNOWN;
    }
    return ARC_KEY_NONE;
}

static void copy_slice(char room[VERIFY_NAME_ROOM], struct slice name)
{
    if (name.len < VERIFY_NAME_ROOM && name.len > 0)
        memcpy(room, name.ptr, name.len);
}

static void follow_chain(struct verifier *verifier, struct slice lines,
                         struct verify_order *order, struct verify_arc *arc)
{
    struct arc_chain *chain = &verifier->chain;
    struct slice domain, selector, separator;
    if (slice_starts_with(lines, SLICE("From "))) /* of an mbox */
        (void)slice_next_line(&lines, &separator);
    arc_read(lines, chain);
    arc->count = (uint8_t)chain->count;
    for (unsigned i = 0; i < ARC_KEYS_MOST && arc_signer(chain, i, &domain, &selector); i++) {
        copy_slice(arc->signers[i].domain, domain);
        copy_slice(arc->signers[i].selector, selector);
    }
    if (order != NULL)
        arc_verify(chain, time(NULL), VERIFY_KEY_BITS, find_arc_key, order);
    arc->verdict = (uint8_t)chain->verdict;
    (void)snprintf(arc->reason, sizeof arc->reason, "%s", chain->reason);
}

/* order NULL: only the header, to learn which keys are needed. */
static void verify(struct verifier *verifier, struct slice mail, struct verify_order *order,
                   struct verify_answer *answer)
{
    DKIM_STAT status = DKIM_STAT_OK;
    DKIM *dkim = dkim_verify(verifier->library, (const unsigned char *)"mail", NULL, &status);
    if (dkim == NULL)
        return;
    (void)dkim_set_user_context(dkim, order);
    struct slice lines = with_crlf(mail, &verifier->lines);
    follow_chain(verifier, lines, order, &answer->arc);
    bool testing = false;
    status = dkim_chunk(dkim, (unsigned char *)lines.ptr, lines.len);
    if (status == DKIM_STAT_OK)
        status = dkim_chunk(dkim, NULL, 0);
    if (order != NULL && status == DKIM_STAT_OK)
        (void)dkim_eom(dkim, &testing);
    collect(dkim, order != NULL, answer);
    (void)dkim_free(dkim);
}

static enum status answer_frame(struct verifier *verifier, enum wire_kind kind)
{
    struct slice payload = buffer_slice(&verifier->frame);
    struct verify_answer *answer = &verifier->answer;
    struct slice said = {(const char *)answer, sizeof *answer};
    *answer = (struct verify_answer){0};
    if (kind == WIRE_VERIFY_HEAD) {
        verify(verifier, payload, NULL, answer);
        return wire_send(verifier->fd, WIRE_VERIFY_NAMES, said, SLICE(""), verifier->why);
    }
    if (kind != WIRE_VERIFY_MAIL ||
        !wire_take(&payload, &verifier->order, sizeof verifier->order) ||
        verifier->order.count > VERIFY_SIGNATURES)
        return fail(verifier->why, ERR_MALFORMED, "a frame that the daemon never sends");
    verify(verifier, payload, &verifier->order, answer);
    return wire_send(verifier->fd, WIRE_VERIFY_RESULT, said, SLICE(""), verifier->why);
}

/* Before the process is confined: the library reads files of its own. */
static enum status open_library(struct verifier *verifier)
{
    unsigned flags = DKIM_LIBFLAGS_DELAYSIGPROC;
    unsigned bits = VERIFY_KEY_BITS;
    verifier->library = dkim_init(NULL, NULL);
    if (verifier->library == NULL)
        return fail(verifier->why, ERR_IO, "libopendkim does not start");
    if (dkim_options(verifier->library, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags,
                     sizeof flags) != DKIM_STAT_OK ||
        dkim_options(verifier->library, DKIM_OP_SETOPT, DKIM_OPTS_MINKEYBITS, &bits,
                     sizeof bits) != DKIM_STAT_OK ||
        dkim_set_key_lookup(verifier->library, look_up) != DKIM_STAT_OK ||
        dkim_set_prescreen(verifier->library, ignore_the_rest) != DKIM_STAT_OK)
        return fail(verifier->why, ERR_IO, "libopendkim does not take its options");
    return OK;
}

static enum status take_settings(struct verifier *verifier)
{
    struct verify_limits limits;
    enum wire_kind kind = WIRE_VERIFY_SETTINGS;
    enum status status =
        wire_receive(verifier->fd, sizeof limits, &kind, &verifier->frame, verifier->why);
    struct slice payload = buffer_slice(&verifier->frame);
    if (status != OK)
        return status;
    if (kind != WIRE_VERIFY_SETTINGS || !wire_take(&payload, &limits, sizeof limits))
        return fail(verifier->why, ERR_MALFORMED, "the daemon did not say which limits");
    limits.user[sizeof limits.user - 1] = '\0';
    struct confinement confinement = {
        .user = limits.user[0] == '\0' ? NULL : limits.user,
        .memory = limits.memory,
        .files = FILES,
        .offline = true,
    };
    status = open_library(verifier);
    return status == OK ? confine(&confinement, verifier->why) : status;
}

enum status verifier_run(int fd, struct fault *why)
{
    struct verifier verifier = {.fd = fd, .why = why};
    enum wire_kind kind = WIRE_VERIFY_SETTINGS;
    enum status status = take_settings(&verifier);
    while (status == OK) {
        status = wire_receive(fd, FRAME_LONGEST, &kind, &verifier.frame, why);
        if (status != OK) {
            status = OK; /* the daemon has closed its end: done */
            break;
        }
        status = answer_frame(&verifier, kind);
    }
    if (verifier.library != NULL)
        dkim_close(verifier.library);
    buffer_release(&verifier.frame);
    buffer_release(&verifier.lines);
    return status;
}
