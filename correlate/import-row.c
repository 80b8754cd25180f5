/* The fields of an inventory row: their names, their forms, and what to say when one is
 * wrong. */
#include "correlate/import.h"

#define NAME_LONGEST 255

/* One line that shows as it is: UTF-8, nothing invisible, no spaces around it. */
static bool is_clean(struct draft *draft, struct slice value)
{
    bool ascii = true;
    for (size_t i = 0; i < value.len && ascii; i++)
        ascii = value.ptr[i] >= ' ' && value.ptr[i] <= '~';
    return ascii || slice_eq(text_line(draft->arena, value, value.len), value);
}

static enum status set_name(struct draft *draft, struct slice value, struct slice *field,
                            struct fault *why)
{
    if (value.len > NAME_LONGEST)
        return fail(why, ERR_LIMIT, "is longer than %d bytes; shorten it", NAME_LONGEST);
    if (!is_clean(draft, value))
        return fail(why, ERR_MALFORMED,
                    "has control characters or is not UTF-8; write it as plain text");
    *field = arena_copy(draft->arena, value);
    return OK;
}

static enum status set_flag(struct slice value, bool *flag, struct fault *why)
{
    static const char *const words[][2] = {
        {"no", "yes"}, {"false", "true"}, {"0", "1"}, {"", "yes"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int is = 0; is < 2; is++)
            if (slice_eq_nocase(value, slice_of(words[i][is]))) {
                *flag = is == 1;
                return OK;
            }
    return fail(why, ERR_MALFORMED, "is neither yes nor no");
}

static enum status set_time(struct slice value, int64_t *moment, struct fault *why)
{
    if (value.len == 0 || slice_eq(value, SLICE("-"))) {
        *moment = 0;
        return OK;
    }
    if (!moment_parse(value, moment, NULL))
        return fail(why, ERR_MALFORMED, "is no date; write 2026-11-01 or 2026-11-01T10:00:00Z");
    return OK;
}

static enum status set_prefix(struct draft *draft, struct slice value, struct fault *why)
{
    struct prefix prefix;
    struct address base;
    ptrdiff_t slash = slice_find_byte(value, '/');
    if (!prefix_parse(value, &prefix)) {
        bool host_bits = slash > 0 && address_parse(slice_until(value, (size_t)slash), &base);
        return fail(why, ERR_MALFORMED, "%s",
                    host_bits
                        ? "has bits set behind its length, or no possible length; write "
                          "the network's first address"
                        : "is no prefix; write 192.0.2.0/24, 2001:db8::/48 or an address");
    }
    bool ipv4 = address_is_ipv4(&prefix.base) && prefix.length >= 96;
    if (prefix.length < (ipv4 ? 96 + 8 : 16))
        return fail(why, ERR_MALFORMED, "is wider than any one customer has; check its length");
    draft->row.prefix = prefix;
    draft->has_prefix = true;
    return OK;
}

static enum status set_column(struct draft *draft, unsigned column, struct slice value,
                              struct fault *why)
{
    struct assignment *row = &draft->row;
    switch (column) {
    case 0:
        return set_prefix(draft, value, why);
    case 1:
        return set_name(draft, value, &row->customer, why);
    case 2:
        return set_name(draft, value, &row->server, why);
    case 3:
        return set_flag(value, &row->never_cut, why);
    case 4:
        return set_flag(value, &row->shared, why);
    case 5:
        return set_name(draft, value, &row->network_driver, why);
    case 6:
        return set_name(draft, value, &row->network_handle, why);
    case 7:
        draft->has_from = value.len > 0;
        return set_time(value, &row->valid_from, why);
    default:
        return set_time(value, &row->valid_until, why);
    }
}

static const char *const columns[] = {
    "prefix",         "customer",       "server",     "never_cut",   "shared",
    "network_driver", "network_handle", "valid_from", "valid_until",
};

static const char *const details[] = {"name", "role", "mail", "phone", "language", "zone"};

static int find_name(const char *const *names, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(name, slice_of(names[i])))
            return (int)i;
    return -1;
}

/* "contact3_mail": the contact from 0 and the detail. False when the name has another shape. */
static bool split_contact(struct slice name, size_t *contact, struct slice *detail)
{
    struct slice prefix = SLICE("contact");
    uint64_t number = 0;
    if (!slice_starts_with(name, prefix))
        return false;
    struct slice rest = slice_from(name, prefix.len), digits = {0};
    if (!slice_next_field(&rest, '_', &digits) || !slice_to_u64(digits, &number))
        return false;
    *contact = (size_t)number - 1;
    *detail = rest;
    return number >= 1 && number <= CASE_CONTACTS;
}

bool draft_knows(struct slice name)
{
    size_t contact = 0;
    struct slice detail = {0};
    if (split_contact(name, &contact, &detail))
        return find_name(details, sizeof details / sizeof *details, detail) >= 0;
    return find_name(columns, sizeof columns / sizeof *columns, name) >= 0;
}

enum status draft_set(struct draft *draft, struct slice name, struct slice value,
                      struct fault *why)
{
    size_t contact = 0;
    struct slice detail = {0};
    value = slice_trim(value);
    if (split_contact(name, &contact, &detail))
        return draft_set_contact(draft, contact, detail, value, why);
    int column = find_name(columns, sizeof columns / sizeof *columns, name);
    if (column < 0)
        return fail(why, ERR_MALFORMED, "unknown field \"%.*s\"; see docs/inventory.md",
                    SLICE_FMT(slice_until(name, 40)));
    enum status status = set_column(draft, (unsigned)column, value, why);
    return status == OK ? OK : fail_in(why, status, columns[column]);
}

/* "en", "pt-BR", "Europe/Berlin", "UTC": letters, digits and what joins them. */
static bool is_tag(struct slice value, const char *joints, size_t longest)
{
    if (value.len > longest)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        char byte = value.ptr[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool inside = i > 0 && i + 1 < value.len && byte != '\0';
        bool more = (byte >= '0' && byte <= '9') || (inside && strchr(joints, byte) != NULL);
        if (!letter && !(i > 0 && more))
            return false;
    }
    return true;
}

/* A wrong detail is left out rather than its row: an address whose customer nobody knows
 * would be the greater loss. */
static enum status leave_out(struct draft *draft, size_t contact, const char *detail,
                             const char *hint)
{
    draft->remark = arena_printf(draft->arena, "%.*s%scontact %zu is taken without its %s, %s",
                                 SLICE_FMT(draft->remark), draft->remark.len > 0 ? "; " : "",
                                 contact + 1, detail, hint);
    return OK;
}

enum status draft_set_contact(struct draft *draft, size_t contact, struct slice name,
                              struct slice value, struct fault *why)
{
    int detail = find_name(details, sizeof details / sizeof *details, name);
    value = slice_trim(value);
    if (contact >= CASE_CONTACTS)
        return fail(why, ERR_LIMIT, "more than %d contacts; keep those to be tried first",
                    CASE_CONTACTS);
    if (detail < 0)
        return fail(why, ERR_MALFORMED, "contact %zu: unknown field \"%.*s\"", contact + 1,
                    SLICE_FMT(slice_until(name, 40)));
    if (value.len == 0)
        return OK;
    struct contact *c = &draft->contacts[contact];
    struct slice *const fields[] = {&c->name,  &c->role,     &c->mail,
                                    &c->phone, &c->language, &c->zone};
    if (contact >= draft->contact_count)
        draft->contact_count = contact + 1;
    if (fields[detail] == &c->mail && !text_is_mailbox(value))
        return leave_out(draft, contact, "mail", "which is no plain mail address");
    if (fields[detail] == &c->phone && !text_is_e164(value))
        return leave_out(
            draft, contact, "phone",
            "which is not E.164: write + country code and digits only, +12025550123");
    if (fields[detail] == &c->language && !is_tag(value, "-", 35))
        return leave_out(draft, contact, "language", "which is no language tag as \"de\"");
    if (fields[detail] == &c->zone && !is_tag(value, "/_+-", 64))
        return leave_out(draft, contact, "zone", "which is no name as \"Europe/Berlin\"");
    if (set_name(draft, value, fields[detail], why) != OK)
        return leave_out(draft, contact, details[detail], why->text);
    if (fields[detail] == &c->role)
        c->role = arena_lower(draft->arena, c->role);
    return OK;
}

/* Numbered columns may leave gaps: contacts that can neither be reached nor named are none. */
static void keep_contacts(struct draft *draft)
{
    struct assignment *row = &draft->row;
    row->contacts = arena_array(draft->arena, struct contact, draft->contact_count);
    for (size_t i = 0; i < draft->contact_count; i++) {
        const struct contact *c = &draft->contacts[i];
        if (c->name.len + c->mail.len + c->phone.len > 0)
            row->contacts[row->contact_count++] = *c;
    }
}

enum status draft_finish(struct draft *draft, struct fault *why)
{
    struct assignment *row = &draft->row;
    if (!draft->has_prefix)
        return fail(why, ERR_MALFORMED, "prefix: is missing");
    if (row->customer.len == 0)
        return fail(why, ERR_MALFORMED, "customer: is missing");
    if (row->valid_until != 0 && draft->has_from && row->valid_until <= row->valid_from)
        return fail(why, ERR_MALFORMED, "valid_until: is not after valid_from");
    if (row->network_handle.len > 0 && row->network_driver.len == 0)
        return fail(why, ERR_MALFORMED, "network_driver: is missing, network_handle is there");
    keep_contacts(draft);
    return OK;
}
