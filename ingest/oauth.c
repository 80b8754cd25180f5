#include "ingest/oauth.h"

#include "base/text.h"

#include <jansson.h>

#define LIFETIME_UNSAID INT64_C(300) /* seconds; the endpoint should say (s5.1) */
#define LIFETIME_MOST   INT64_C(86400)
#define WORDS_LONGEST   160

/* application/x-www-form-urlencoded, of bytes. */
void oauth_encode(struct slice text, struct buffer *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                     (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            buffer_add_byte(out, (char)c);
        } else {
            buffer_add_byte(out, '%');
            buffer_add_byte(out, digits[c >> 4]);
            buffer_add_byte(out, digits[c & 15]);
        }
    }
}

static void add_field(struct buffer *form, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    buffer_add(form, form->len > 0 ? SLICE("&") : SLICE(""));
    buffer_add(form, slice_of(name));
    buffer_add_byte(form, '=');
    oauth_encode(slice_of(value), form);
}

void oauth_form(const struct oauth_client *client, const char *secret,
                const char *refresh_token, struct buffer *form)
{
    if (client->grant == OAUTH_REFRESH_TOKEN) {
        add_field(form, "grant_type", "refresh_token");
        add_field(form, "refresh_token", refresh_token);
    } else {
        add_field(form, "grant_type", "client_credentials");
    }
    if (!client->basic) {
        add_field(form, "client_id", client->id);
        add_field(form, "client_secret", secret);
    }
    add_field(form, "scope", client->scope);
}

/* ---- the answer ---- */

/* A token goes into a line of IMAP: visible ASCII only (RFC 6750 s2.1 allows fewer still). */
static bool is_token(const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return length > 0 && length <= OAUTH_TOKEN_MOST;
}

static int64_t lifetime_of(const json_t *root)
{
    const json_t *said = json_object_get(root, "expires_in");
    uint64_t seconds = 0;
    if (json_is_integer(said) && json_integer_value(said) > 0)
        seconds = (uint64_t)json_integer_value(said);
    else if (json_is_string(said)) /* some write it so */
        (void)slice_to_u64(slice_of(json_string_value(said)), &seconds);
    if (seconds == 0)
        return LIFETIME_UNSAID;
    return seconds > (uint64_t)LIFETIME_MOST ? LIFETIME_MOST : (int64_t)seconds;
}

static enum status read_token(const json_t *root, struct arena *arena,
                              struct oauth_token *token, struct fault *why)
{
    const char *access = json_string_value(json_object_get(root, "access_token"));
    const char *refresh = json_string_value(json_object_get(root, "refresh_token"));
    const char *type = json_string_value(json_object_get(root, "token_type"));
    if (type != NULL && !slice_eq_nocase(slice_of(type), SLICE("bearer")))
        return fail(why, ERR_MALFORMED,
                    "the token endpoint gives out tokens that are no bearer tokens");
    if (!is_token(access))
        return fail(why, ERR_MALFORMED,
                    "the token endpoint's answer has no access token that could be used");
    *token = (struct oauth_token){.access = slice_of(arena_string(arena, slice_of(access))),
                                  .lifetime = lifetime_of(root)};
    if (is_token(refresh))
        token->refresh = slice_of(arena_string(arena, slice_of(refresh)));
    return OK;
}

/* What follows from the codes of s5.2. */
static const char *advice(const char *error)
{
    static const struct {
        const char *error, *advice;
    } rows[] = {
        {"invalid_grant",
         "the refresh token has expired or was revoked: log in once more at the provider, and "
         "put the new refresh token where the configuration says"},
        {"invalid_client", "client-id or the client's secret are wrong, or have expired"},
        {"unauthorized_client", "this client may not use this token-grant: allow it at the "
                                "provider, or change token-grant"},
        {"unsupported_grant_type", "the provider does not have this token-grant: change it"},
        {"invalid_scope", "token-scope is not one of the provider's, or was not granted"},
        {"invalid_request", "check token-url, client-id, client-login and token-scope"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].error, error) == 0)
            return rows[i].advice;
    return "see what the provider says about it";
}

static bool repeats(const char *words, const char *const *hidden)
{
    for (; *hidden != NULL; hidden++)
        if ((*hidden)[0] != '\0' && strstr(words, *hidden) != NULL)
            return true;
    return false;
}

static enum status refused(const json_t *root, const char *const *hidden, struct arena *arena,
                           struct fault *why)
{
    const char *error = json_string_value(json_object_get(root, "error"));
    const char *words = json_string_value(json_object_get(root, "error_description"));
    if (words == NULL || repeats(words, hidden))
        words = "";
    struct slice name =
        text_line(arena, slice_of(repeats(error, hidden) ? "?" : error), WORDS_LONGEST / 2);
    struct slice line = text_line(arena, slice_of(words), WORDS_LONGEST);
    return fail(why, ERR_DENIED, "the token endpoint refuses (%.*s%s%.*s): %s", SLICE_FMT(name),
                line.len > 0 ? ": " : "", SLICE_FMT(line), advice(error));
}

enum status oauth_read(long code, struct slice body, const char *const *hidden,
                       struct arena *arena, struct oauth_token *token, struct fault *why)
{
    json_error_t error;
    enum status status = OK;
    if (code == 429 || code >= 500)
        return fail(why, ERR_IO, "the token endpoint is busy or broken (HTTP %ld)", code);
    if (code >= 300 && code < 400)
        return fail(
            why, ERR_DENIED,
            "the token endpoint redirects (HTTP %ld), which is not followed: write where "
            "it is now into token-url",
            code);
    json_t *root =
        json_loadb(body.len > 0 ? body.ptr : "", body.len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(root))
        status = fail(
            why, ERR_MALFORMED,
            "what answers at token-url is no token endpoint (HTTP %ld, no JSON object)", code);
    else if (json_is_string(json_object_get(root, "error")))
        status = refused(root, hidden, arena, why);
    else if (code != 200)
        status = fail(why, ERR_DENIED,
                      "the token endpoint refuses without saying why (HTTP %ld): check "
                      "token-url and client-id",
                      code);
    else
        status = read_token(root, arena, token, why);
    json_decref(root);
    return status;
}
