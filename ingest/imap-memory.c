#include "ingest/imap-memory.h"

#include <jansson.h>
#include <stdlib.h>

static bool same_text(const json_t *root, const char *name, const char *text)
{
    const char *found = json_string_value(json_object_get(root, name));
    return found != NULL && strcmp(found, text) == 0;
}

static uint32_t number(const json_t *object, const char *name)
{
    return (uint32_t)json_integer_value(json_object_get(object, name));
}

static void read_aside(const json_t *root, struct imap_account *account)
{
    const json_t *item = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(root, "aside"), i, item)
    {
        for (uint32_t folder = 0; folder < account->folder_count; folder++)
            if (same_text(item, "folder", account->folders[folder]))
                (void)imap_memory_set_aside(account, folder, number(item, "validity"),
                                            number(item, "uid"));
    }
}

void imap_memory_read(struct slice text, struct imap_account *account)
{
    json_t *root = text.len == 0 ? NULL : json_loadb(text.ptr, text.len, 0, NULL);
    if (same_text(root, "server", account->settings.stream.host) &&
        same_text(root, "user", account->settings.user)) {
        const json_t *folders = json_object_get(root, "folders");
        for (size_t i = 0; i < account->folder_count; i++) {
            const json_t *folder = json_object_get(folders, account->folders[i]);
            account->cursors[i] = (struct imap_cursor){
                number(folder, "validity"), number(folder, "uid"),
                (uint64_t)json_integer_value(json_object_get(folder, "modseq"))};
        }
        if (json_integer_value(json_object_get(root, "disposal")) != account->disposal)
            for (size_t i = 0; i < account->folder_count; i++)
                account->cursors[i].modseq = 0; /* what is there is to be dealt with anew */
        read_aside(root, account);
    }
    json_decref(root);
}

void imap_memory_write(const struct imap_account *account, struct buffer *out)
{
    json_t *folders = json_object();
    json_t *aside = json_array();
    for (size_t i = 0; i < account->folder_count; i++)
        (void)json_object_set_new(folders, account->folders[i],
                                  json_pack("{s:I, s:I, s:I}", "validity",
                                            (json_int_t)account->cursors[i].uid_validity, "uid",
                                            (json_int_t)account->cursors[i].uid, "modseq",
                                            (json_int_t)account->cursors[i].modseq));
    for (size_t i = 0; i < account->skip_count; i++)
        (void)json_array_append_new(aside, json_pack("{s:s, s:I, s:I}", "folder",
                                                     account->folders[account->skips[i].folder],
                                                     "validity",
                                                     (json_int_t)account->skips[i].uid_validity,
                                                     "uid", (json_int_t)account->skips[i].uid));
    json_t *root =
        json_pack("{s:s, s:s, s:i, s:o, s:o}", "server", account->settings.stream.host, "user",
                  account->settings.user, "disposal", (int)account->disposal, "folders",
                  folders, "aside", aside);
    char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT);
    if (text == NULL)
        abort();
    buffer_add(out, slice_of(text));
    free(text);
    json_decref(root);
}

void imap_memory_advance(struct imap_account *account, uint32_t folder, uint32_t uid_validity,
                         uint32_t uid)
{
    struct imap_cursor *cursor = &account->cursors[folder];
    if (cursor->uid_validity != uid_validity)
        *cursor = (struct imap_cursor){.uid_validity = uid_validity, .uid = uid};
    else if (uid > cursor->uid)
        cursor->uid = uid;
}

bool imap_memory_set_aside(struct imap_account *account, uint32_t folder, uint32_t uid_validity,
                           uint32_t uid)
{
    if (imap_account_skips(account, folder, uid_validity, uid))
        return false;
    if (account->skip_count == IMAP_SKIPS_MOST) {
        memmove(account->skips, account->skips + 1,
                (IMAP_SKIPS_MOST - 1) * sizeof *account->skips);
        account->skip_count--;
    }
    account->skips[account->skip_count].folder = folder;
    account->skips[account->skip_count].uid_validity = uid_validity;
    account->skips[account->skip_count++].uid = uid;
    return true;
}
