#include "parsers/authentication.h"

#include "base/host.h"
#include "parsers/border.h"
#include "parsers/organisation.h"

#define SEALERS_MOST 8

/* What is known after the fields read so far; each the first of its kind. */
struct findings {
    struct slice from;         /* domain of From */
    struct slice dkim_aligned; /* signing domain that From is of */
    struct slice dkim;         /* any signing domain */
    struct slice spf;          /* domain of the envelope sender */
    bool dmarc_pass, dmarc_fail, fail;
    struct slice sealers[SEALERS_MOST]; /* of a chain that passes, the newest first */
    size_t sealer_count;
};

/* What decides within one result: "dkim=pass header.d=example.org". */
struct method_result {
    struct slice method, result, domain;
};

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The next word of *rest; "=" and ";" stand alone; comments are passed over. */
static bool next_token(struct slice *rest, struct slice *token)
{
    if (rest->len == 0)
        return false;
    const char *at = rest->ptr, *end = at + rest->len;
    unsigned comment = 0;
    for (; at < end && (comment > 0 || is_space(*at) || *at == '('); at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        else if (*at == '(')
            comment++;
        else if (*at == ')' && comment > 0)
            comment--;
    }
    const char *from = at;
    if (at < end && (*at == ';' || *at == '=')) {
        at++;
    } else if (at < end && *at == '"') {
        for (at++, from++; at < end && *at != '"'; at++)
            ;
        *token = (struct slice){from, (size_t)(at - from)};
        at += at < end;
        *rest = (struct slice){at, (size_t)(end - at)};
        return true;
    } else {
        while (at < end && !is_space(*at) && *at != ';' && *at != '=' && *at != '(')
            at++;
    }
    *token = (struct slice){from, (size_t)(at - from)};
    *rest = (struct slice){at, (size_t)(end - at)};
    return at > from;
}

/* Relaxed alignment: one is the other or below it, and neither is a bare top level (RFC 7489
 * s3.1). */
static bool aligned(struct slice signer, struct slice from)
{
    return slice_find_byte(signer, '.') > 0 && slice_find_byte(from, '.') > 0 &&
           (host_is_within(signer, from) || host_is_within(from, signer));
}

static struct slice after_at(struct slice text)
{
    const char *at = text.len == 0 ? NULL : memrchr(text.ptr, '@', text.len);
    return at == NULL ? text : slice_from(text, (size_t)(at - text.ptr) + 1);
}

static void take(struct findings *findings, const struct method_result *found)
{
    bool pass = slice_eq_nocase(found->result, SLICE("pass"));
    bool fail = slice_eq_nocase(found->result, SLICE("fail"));
    struct slice domain = found->domain;
    if (slice_eq_nocase(found->method, SLICE("dkim")) && pass && domain.len > 0) {
        if (findings->dkim.len == 0)
            findings->dkim = domain;
        if (findings->dkim_aligned.len == 0 && aligned(domain, findings->from))
            findings->dkim_aligned = domain;
    } else if (slice_eq_nocase(found->method, SLICE("spf")) && pass && domain.len > 0) {
        if (findings->spf.len == 0)
            findings->spf = domain;
    } else if (slice_eq_nocase(found->method, SLICE("dmarc"))) {
        /* Of this From: an exchanger may have looked at another one. */
        findings->dmarc_pass |= pass && slice_eq_nocase(domain, findings->from);
        findings->dmarc_fail |= fail;
    }
    findings->fail |= fail && !slice_eq_nocase(found->method, SLICE("arc"));
}

static bool names_domain(const struct method_result *found, struct slice property)
{
    if (slice_eq_nocase(found->method, SLICE("dkim")))
        return slice_eq_nocase(property, SLICE("header.d")) ||
               (found->domain.len == 0 && slice_eq_nocase(property, SLICE("header.i")));
    if (slice_eq_nocase(found->method, SLICE("spf")))
        return slice_eq_nocase(property, SLICE("smtp.mailfrom")) ||
               slice_eq_nocase(property, SLICE("smtp.mail")) ||
               (found->domain.len == 0 && slice_eq_nocase(property, SLICE("smtp.helo")));
    return slice_eq_nocase(found->method, SLICE("dmarc")) &&
           slice_eq_nocase(property, SLICE("header.from"));
}

/* Our own verifier names those who sealed an unbroken chain. */
static bool is_passing_sealer(const struct method_result *found, struct slice property)
{
    return slice_eq_nocase(found->method, SLICE("arc")) &&
           slice_eq_nocase(found->result, SLICE("pass")) &&
           slice_eq_nocase(property, SLICE("arc.sealer"));
}

/* One field after its authserv-id: ";" method "=" result *(property "=" value), again and
 * again. */
static void read_results(struct slice rest, struct findings *findings)
{
    struct method_result found = {0};
    struct slice token, name = {NULL, 0};
    bool value_next = false;
    while (next_token(&rest, &token)) {
        if (slice_eq(token, SLICE(";"))) {
            take(findings, &found);
            found = (struct method_result){0};
            value_next = false;
        } else if (slice_eq(token, SLICE("="))) {
            value_next = true;
        } else if (!value_next) {
            name = token;
        } else {
            value_next = false;
            if (found.method.len == 0) {
                ptrdiff_t version = slice_find_byte(name, '/');
                found.method = version < 0 ? name : slice_until(name, (size_t)version);
                found.result = token;
            } else if (names_domain(&found, name)) {
                found.domain = after_at(token);
            } else if (is_passing_sealer(&found, name) &&
                       findings->sealer_count < SEALERS_MOST) {
                findings->sealers[findings->sealer_count++] = token;
            }
        }
    }
    take(findings, &found);
}

static bool is_trusted(const struct parse_settings *settings, struct slice id)
{
    for (size_t i = 0; i < settings->trusted_authserv_count; i++)
        if (slice_eq_nocase(settings->trusted_authserv[i], id))
            return true;
    return false;
}

/* Whoever hands a mail in can write fields under our own name too. Ours stand above the line
 * that its arrival at our border left; some exchangers put them directly below it, where the
 * first one is theirs. */
static bool read_fields(const struct incoming *message, struct findings *findings)
{
    const struct mime_part *part = &message->mime.parts[0];
    struct border border = border_of(message->settings);
    bool any = false;
    for (size_t i = 0; i < part->header_count; i++) {
        const struct header *header = &part->headers[i];
        struct slice rest = header->value, id;
        if (slice_eq_nocase(header->name, SLICE("Received")))
            border_pass(&border, header->value);
        if (border.side == BORDER_OUTSIDE || (any && border.side != BORDER_WITHIN))
            break;
        if (!slice_eq_nocase(header->name, SLICE("Authentication-Results")) ||
            !next_token(&rest, &id) || !is_trusted(message->settings, id))
            continue;
        read_results(rest, findings);
        any = true;
    }
    return any;
}

/* ---- what sealers found out ---- */

static bool is_trusted_sealer(const struct parse_settings *settings, struct slice domain)
{
    for (size_t i = 0; i < settings->trusted_sealer_count; i++)
        if (host_is_within(domain, settings->trusted_sealers[i]))
            return true;
    return false;
}

/* "i=1; mx.example.net; dkim=pass header.d=…" */
static bool read_sealed(const struct incoming *message, size_t instance,
                        struct findings *findings)
{
    const struct mime_part *part = &message->mime.parts[0];
    for (size_t i = 0; i < part->header_count; i++) {
        struct slice rest = part->headers[i].value, tag, equals, number, end, id;
        uint64_t said = 0;
        if (!slice_eq_nocase(part->headers[i].name, SLICE("ARC-Authentication-Results")) ||
            !next_token(&rest, &tag) || !slice_eq_nocase(tag, SLICE("i")) ||
            !next_token(&rest, &equals) || !next_token(&rest, &number) ||
            !slice_to_u64(number, &said) || said != instance || !next_token(&rest, &end) ||
            !next_token(&rest, &id))
            continue;
        read_results(rest, findings);
        return true;
    }
    return false;
}

/* Not DMARC: it spoke of the From before the forwarder may have changed it. */
static struct slice passing_domain(const struct findings *findings)
{
    if (findings->dmarc_fail)
        return (struct slice){0};
    return findings->dkim_aligned.len > 0 ? findings->dkim_aligned
           : findings->dkim.len > 0       ? findings->dkim
                                          : findings->spf;
}

/* From the newest sealer down, as long as each is trusted: one that is not could have made up
 * all that stands below it. What a sealer knows by SPF alone is no more than SPF. */
static struct slice sealed_domain(const struct incoming *message,
                                  const struct findings *findings, struct slice *by)
{
    for (size_t i = 0; i < findings->sealer_count; i++) {
        struct findings sealed = {.from = findings->from};
        if (!is_trusted_sealer(message->settings, findings->sealers[i]) ||
            !read_sealed(message, findings->sealer_count - i, &sealed))
            break;
        struct slice domain = passing_domain(&sealed);
        *by = sealed.dkim.len > 0 ? SLICE("arc") : SLICE("spf");
        if (domain.len > 0)
            return domain;
    }
    return (struct slice){0};
}

static struct authentication outcome(const struct incoming *message, enum auth_result result,
                                     struct slice by, struct slice domain)
{
    return (struct authentication){.result = result,
                                   .by = by,
                                   .domain = arena_lower(message->arena, domain),
                                   .mailbox = message->from};
}

struct authentication authenticate(const struct incoming *message)
{
    struct findings findings = {0};
    if (message->settings->trusted_authserv_count == 0)
        return (struct authentication){0};
    findings.from = mime_domain_of(message->arena, message->from);
    if (!read_fields(message, &findings))
        return (struct authentication){0};
    if (findings.dkim_aligned.len > 0)
        return outcome(message, AUTH_PASS, SLICE("dkim"), findings.dkim_aligned);
    struct slice by = {0}, sealed = sealed_domain(message, &findings, &by);
    if (sealed.len > 0)
        return outcome(message, AUTH_PASS, by, sealed);
    if (findings.dmarc_fail)
        return outcome(message, AUTH_FAIL, SLICE("dmarc"), findings.from);
    if (findings.dkim.len > 0)
        return outcome(message, AUTH_PASS, SLICE("dkim"), findings.dkim);
    if (findings.spf.len > 0)
        return outcome(message, AUTH_PASS, SLICE("spf"), findings.spf);
    /* Somebody of that organisation, by signature or by network (RFC 7489 s3.1): which of its
     * domains that was does not show. */
    if (findings.dmarc_pass)
        return outcome(message, AUTH_PASS, SLICE("dmarc"),
                       organisation_of(message->arena, findings.from));
    if (findings.fail)
        return outcome(message, AUTH_FAIL, SLICE("dkim"), findings.from);
    return (struct authentication){0};
}
