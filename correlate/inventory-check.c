/* Is there somebody to reach, when it matters? */
#include "correlate/inventory.h"

#include "base/host.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>

#define STALE_AFTER INT64_C(31536000) /* a year without anybody confirming the row */

struct check {
    anomaly_fn each;
    void *data;
    struct arena arena;
    int64_t now;
};

static void report(struct check *check, const struct assignment *row, const char *what,
                   struct slice detail)
{
    check->each(&(struct contact_anomaly){row, what, detail}, check->data);
}

static struct slice domain_of(struct slice mail)
{
    ptrdiff_t at = slice_find_byte(mail, '@');
    return at < 0 ? (struct slice){"", 0} : slice_from(mail, (size_t)at + 1);
}

/* RFC 2142 and what else goes to a queue that no person need be reading at night. */
static bool is_role_mailbox(struct slice mail)
{
    static const char *const names[] = {
        "abuse",     "admin",      "administrator", "billing", "contact",
        "helpdesk",  "hostmaster", "info",          "it",      "mail",
        "marketing", "noc",        "no-reply",      "noreply", "office",
        "ops",       "postmaster", "root",          "sales",   "security",
        "service",   "support",    "system",        "team",    "usenet",
        "webmaster",
    };
    ptrdiff_t at = slice_find_byte(mail, '@');
    struct slice local = at < 0 ? mail : slice_until(mail, (size_t)at);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_eq_nocase(local, slice_of(names[i])))
            return true;
    return false;
}

/* Mail about a server to a domain that lives on it is not read while the server is cut, and
 * read by whoever broke in until then. No resolver here: the server's name tells. */
static bool is_in_own_domain(const struct assignment *row, struct slice mail)
{
    struct slice domain = domain_of(mail);
    return text_is_domain(row->server) && text_is_domain(domain) &&
           (host_is_within(row->server, domain) || host_is_within(domain, row->server));
}

static void check_contact(struct check *check, const struct assignment *row,
                          const struct contact *contact)
{
    if (contact->mail.len > 0 && !text_is_mailbox(contact->mail))
        report(check, row, "malformed-mail", contact->mail);
    if (contact->phone.len > 0 && !text_is_e164(contact->phone))
        report(check, row, "malformed-phone", contact->phone);
    if (is_in_own_domain(row, contact->mail))
        report(check, row, "in-own-domain",
               arena_printf(&check->arena, "%.*s is likely hosted on %.*s itself",
                            SLICE_FMT(contact->mail), SLICE_FMT(row->server)));
}

static void check_row(struct check *check, const struct assignment *row)
{
    size_t mails = 0, role_mails = 0, phones = 0;
    char text[MOMENT_TEXT];
    for (size_t i = 0; i < row->contact_count; i++) {
        const struct contact *contact = &row->contacts[i];
        mails += contact->mail.len > 0;
        phones += contact->phone.len > 0;
        role_mails += contact->mail.len > 0 && is_role_mailbox(contact->mail);
        check_contact(check, row, contact);
    }
    if (row->contact_count == 0) {
        report(check, row, "no-contact", SLICE("nobody to warn or to call"));
    } else {
        if (mails == 0)
            report(check, row, "no-mail", SLICE("nobody to warn"));
        if (phones == 0)
            report(check, row, "no-phone", SLICE("nobody to call"));
        if (mails > 0 && mails == role_mails)
            report(check, row, "role-only",
                   SLICE("all mail goes to role mailboxes, to no person"));
    }
    if (row->recorded_at != 0 && check->now - row->recorded_at > STALE_AFTER)
        report(check, row, "stale",
               arena_printf(&check->arena, "last confirmed %s",
                            moment_rfc3339(row->recorded_at, text)));
}

/* ---- the same mail or phone for several customers ---- */

struct reachable {
    struct slice value;
    const struct assignment *row;
};

static int compare_reachable(const void *left, const void *right)
{
    const struct reachable *a = left, *b = right;
    int order = slice_compare(a->value, b->value);
    if (order == 0)
        order = slice_compare(a->row->customer, b->row->customer);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static void report_shared(struct check *check, const struct reachable *list, size_t count)
{
    size_t customers = 1;
    struct slice names = list[0].row->customer;
    for (size_t i = 1; i < count; i++) {
        if (slice_eq(list[i].row->customer, list[i - 1].row->customer))
            continue;
        if (customers++ < 5)
            names = arena_printf(&check->arena, "%.*s, %.*s", SLICE_FMT(names),
                                 SLICE_FMT(list[i].row->customer));
    }
    if (customers > 1)
        report(check, list[0].row, "shared",
               arena_printf(&check->arena, "%.*s is a contact of %zu customers: %.*s%s",
                            SLICE_FMT(list[0].value), customers, SLICE_FMT(names),
                            customers > 5 ? " …" : ""));
}

static bool is_current(const struct assignment *row, int64_t now)
{
    return row->valid_from <= now && (row->valid_until == 0 || row->valid_until > now);
}

static void check_shared(struct check *check, const struct inventory *inventory)
{
    size_t count = 0, most = 0;
    for (size_t i = 0; i < inventory_size(inventory); i++)
        most += 2 * inventory_row(inventory, i)->contact_count;
    struct reachable *list = calloc(most + 1, sizeof *list);
    if (list == NULL)
        abort();
    for (size_t i = 0; i < inventory_size(inventory); i++) {
        const struct assignment *row = inventory_row(inventory, i);
        for (size_t j = 0; is_current(row, check->now) && j < row->contact_count; j++) {
            if (row->contacts[j].mail.len > 0)
                list[count++] = (struct reachable){row->contacts[j].mail, row};
            if (row->contacts[j].phone.len > 0)
                list[count++] = (struct reachable){row->contacts[j].phone, row};
        }
    }
    if (count > 0)
        qsort(list, count, sizeof *list, compare_reachable);
    for (size_t i = 0, next = 0; i < count; i = next) {
        for (next = i + 1; next < count && slice_eq(list[next].value, list[i].value);)
            next++;
        report_shared(check, list + i, next - i);
    }
    free(list);
}

void inventory_check(const struct inventory *inventory, int64_t now, anomaly_fn each,
                     void *data)
{
    struct check check = {.each = each, .data = data, .now = now};
    for (size_t i = 0; i < inventory_size(inventory); i++) {
        const struct assignment *row = inventory_row(inventory, i);
        if (is_current(row, now))
            check_row(&check, row);
        arena_reset(&check.arena);
    }
    check_shared(&check, inventory);
    arena_release(&check.arena);
}
