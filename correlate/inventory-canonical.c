/* An assignment as one line of JSON: members in one order, nothing that is empty. */
#include "correlate/inventory.h"

#include "base/moment.h"

#include <jansson.h>
#include <stdlib.h>

static void put(json_t *object, const char *name, json_t *value)
{
    if (value == NULL || json_object_set_new_nocheck(object, name, value) != 0)
        abort();
}

static void put_text(json_t *object, const char *name, struct slice text)
{
    if (text.len > 0)
        put(object, name, json_stringn_nocheck(text.ptr, text.len));
}

static void put_moment(json_t *object, const char *name, int64_t moment)
{
    char text[MOMENT_TEXT];
    put(object, name, json_string(moment_rfc3339(moment, text)));
}

static json_t *contact_json(const struct contact *contact)
{
    json_t *object = json_object();
    put_text(object, "name", contact->name);
    put_text(object, "role", contact->role);
    put_text(object, "mail", contact->mail);
    put_text(object, "phone", contact->phone);
    put_text(object, "language", contact->language);
    put_text(object, "zone", contact->zone);
    return object;
}

static int add_bytes(const char *bytes, size_t length, void *out)
{
    buffer_add(out, (struct slice){bytes, length});
    return 0;
}

void inventory_canonical(const struct assignment *row, struct buffer *out)
{
    char prefix[PREFIX_TEXT];
    json_t *object = json_object();
    put(object, "prefix", json_string(prefix_text(&row->prefix, prefix)));
    put_text(object, "customer", row->customer);
    put_text(object, "server", row->server);
    if (row->contact_count > 0) {
        json_t *contacts = json_array();
        for (size_t i = 0; i < row->contact_count; i++)
            if (json_array_append_new(contacts, contact_json(&row->contacts[i])) != 0)
                abort();
        put(object, "contacts", contacts);
    }
    if (row->never_cut)
        put(object, "never_cut", json_true());
    if (row->shared)
        put(object, "shared", json_true());
    put_text(object, "network_driver", row->network_driver);
    put_text(object, "network_handle", row->network_handle);
    if (row->valid_from == 0) /* said, since without it the import would decide */
        put(object, "valid_from", json_null());
    else
        put_moment(object, "valid_from", row->valid_from);
    if (row->valid_until != 0)
        put_moment(object, "valid_until", row->valid_until);
    if (json_dump_callback(object, add_bytes, out, JSON_COMPACT) != 0)
        abort();
    buffer_add_byte(out, '\n');
    json_decref(object);
}
