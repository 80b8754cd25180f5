#include "ingest/imap-account.h"

#include <jansson.h>
#include <stdlib.h>

bool imap_account_skips(const struct imap_account *account, uint32_t folder,
                        uint32_t uid_validity, uint32_t uid)
{
    for (size_t i = 0; i < account->skip_count; i++)
        if (account->skips[i].folder == folder && account->skips[i].uid == uid &&
            account->skips[i].uid_validity == uid_validity)
            return true;
    return false;
}

void imap_account_restart(struct imap_account *account, uint32_t folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < account->skip_count; i++)
        if (account->skips[i].folder != folder)
            account->skips[kept++] = account->skips[i];
    account->skip_count = kept;
    account->cursors[folder] =
        (struct imap_cursor){account->cursors[folder].uid_validity, 0, 0};
}

static json_t *text_or_null(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

static json_t *folders_json(const struct imap_account *account)
{
    json_t *list = json_array();
    for (size_t i = 0; i < account->folder_count; i++)
        (void)json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:I}", "name", account->folders[i], "validity",
                            (json_int_t)account->cursors[i].uid_validity, "uid",
                            (json_int_t)account->cursors[i].uid, "modseq",
                            (json_int_t)account->cursors[i].modseq));
    return list;
}

static json_t *skips_json(const struct imap_account *account)
{
    json_t *list = json_array();
    for (size_t i = 0; i < account->skip_count; i++)
        (void)json_array_append_new(list,
                                    json_pack("[I, I, I]", (json_int_t)account->skips[i].folder,
                                              (json_int_t)account->skips[i].uid_validity,
                                              (json_int_t)account->skips[i].uid));
    return list;
}

void imap_account_write(const struct imap_account *account, struct buffer *out)
{
    const struct imap_settings *s = &account->settings;
    json_t *root = json_pack(
        "{s:s, s:i, s:i, s:o, s:o, s:o, s:i, s:b, s:s, s:i, s:s, s:I}", "host", s->stream.host,
        "port", (int)s->stream.port, "security", (int)s->stream.security, "ca",
        text_or_null(s->stream.ca_file), "pin", text_or_null(s->stream.pin), "tls",
        text_or_null(s->stream.tls_lowest), "timeout", s->stream.timeout, "plaintext",
        (int)s->plaintext_login, "user", s->user, "mechanism", (int)s->mechanism, "secret",
        s->secret, "most", (json_int_t)s->message_most);
    json_t *rest = json_pack(
        "{s:o, s:I, s:i, s:i, s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:o, s:o}", "run-as",
        text_or_null(account->confinement.user), "memory",
        (json_int_t)account->confinement.memory, "files", (int)account->confinement.files,
        "disposal", (int)account->disposal, "move-to", text_or_null(account->move_to),
        "unparsed-to", text_or_null(account->unparsed_to), "keyword",
        text_or_null(account->keyword), "batch", (int)account->batch, "careful",
        (int)account->careful, "wait", account->wait, "idle", account->idle, "folders",
        folders_json(account), "skips", skips_json(account));
    if (root == NULL || rest == NULL || json_object_update_new(root, rest) != 0)
        abort();
    char *text = json_dumps(root, JSON_COMPACT);
    if (text == NULL)
        abort();
    buffer_add(out, slice_of(text));
    explicit_bzero(text, strlen(text));
    free(text);
    json_decref(root);
}

/* ---- reading ---- */

static const char *copy_text(const json_t *root, const char *name, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(root, name));
    return text == NULL ? NULL : arena_string(arena, slice_of(text));
}

static json_int_t number(const json_t *root, const char *name)
{
    return json_integer_value(json_object_get(root, name));
}

static void read_settings(const json_t *root, struct arena *arena, struct imap_account *account)
{
    struct imap_settings *s = &account->settings;
    s->stream.host = copy_text(root, "host", arena);
    s->stream.port = (uint16_t)number(root, "port");
    s->stream.security = (enum tls_stream_security)number(root, "security");
    s->stream.ca_file = copy_text(root, "ca", arena);
    s->stream.pin = copy_text(root, "pin", arena);
    s->stream.tls_lowest = copy_text(root, "tls", arena);
    s->stream.timeout = (int)number(root, "timeout");
    s->stream.cancel_fd = -1;
    s->plaintext_login = json_is_true(json_object_get(root, "plaintext"));
    s->user = copy_text(root, "user", arena);
    s->mechanism = (enum imap_mechanism)number(root, "mechanism");
    s->secret = copy_text(root, "secret", arena);
    s->message_most = (uint32_t)number(root, "most");
    account->confinement.user = copy_text(root, "run-as", arena);
    account->confinement.memory = (size_t)number(root, "memory");
    account->confinement.files = (unsigned)number(root, "files");
    account->disposal = (enum imap_disposal)number(root, "disposal");
    account->move_to = copy_text(root, "move-to", arena);
    account->unparsed_to = copy_text(root, "unparsed-to", arena);
    account->keyword = copy_text(root, "keyword", arena);
    account->batch = (unsigned)number(root, "batch");
    account->careful = (unsigned)number(root, "careful");
    account->wait = (int)number(root, "wait");
    account->idle = (int)number(root, "idle");
}

static void read_lists(const json_t *root, struct arena *arena, struct imap_account *account)
{
    const json_t *item = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(root, "folders"), i, item)
    {
        if (account->folder_count == IMAP_FOLDERS_MOST)
            break;
        account->folders[account->folder_count] = copy_text(item, "name", arena);
        account->cursors[account->folder_count++] = (struct imap_cursor){
            (uint32_t)number(item, "validity"), (uint32_t)number(item, "uid"),
            (uint64_t)number(item, "modseq")};
    }
    json_array_foreach(json_object_get(root, "skips"), i, item)
    {
        if (account->skip_count == IMAP_SKIPS_MOST)
            break;
        account->skips[account->skip_count].folder =
            (uint32_t)json_integer_value(json_array_get(item, 0));
        account->skips[account->skip_count].uid_validity =
            (uint32_t)json_integer_value(json_array_get(item, 1));
        account->skips[account->skip_count++].uid =
            (uint32_t)json_integer_value(json_array_get(item, 2));
    }
}

enum status imap_account_read(struct slice json, struct arena *arena,
                              struct imap_account *account, struct fault *why)
{
    json_error_t error;
    json_t *root = json_loadb(json.ptr, json.len, 0, &error);
    if (root == NULL)
        return fail(why, ERR_MALFORMED, "the account is no JSON: %s", error.text);
    *account = (struct imap_account){0};
    read_settings(root, arena, account);
    read_lists(root, arena, account);
    json_decref(root);
    if (account->settings.stream.host == NULL || account->settings.user == NULL ||
        account->settings.secret == NULL || account->folder_count == 0)
        return fail(why, ERR_MALFORMED, "the account lacks host, user, secret or folder");
    if (account->batch == 0 || account->batch > 1000)
        account->batch = 200;
    return OK;
}
