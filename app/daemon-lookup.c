/* Asks the DNS for the names that reports gave instead of an address, and journals what it
 * says. What waits, and since when, stands in the store: a crash loses a question, never a
 * name. Two questions a name (A and AAAA), so many names at once, so many an hour; names that
 * only unauthenticated mail brought get what is left of half of that. Names stay out of the
 * log: they are what others wrote. */
#include "app/daemon-state.h"

#include "app/observation.h"
#include "base/text.h"
#include "net/dns.h"
#include "store/lookups.h"

#include <stdlib.h>
#include <time.h>

#define HOUR 3600

/* One name that is being asked for. */
struct question {
    struct daemon *daemon;
    char *name;
    struct dns_query *queries[2]; /* IPv4, IPv6; NULL once answered */
    bool found, failed;
    struct address addresses[2 * DNS_ADDRESSES_MOST];
    size_t address_count;
    uint32_t ttl;
    char rcode[16], reason[128];
    struct question *next, **link;
};

enum status daemon_lookup_open(struct daemon *daemon, struct fault *why)
{
    const struct lookup_config *wanted = &daemon->config.lookup;
    struct dns_settings settings = {wanted->resolvers.ptr, (unsigned)wanted->timeout * 1000U};
    return dns_open(&daemon->loop, &settings, &daemon->lookups.dns, why);
}

static void drop(struct question *question)
{
    *question->link = question->next;
    if (question->next != NULL)
        question->next->link = question->link;
    question->daemon->lookups.asking--;
    for (unsigned i = 0; i < 2; i++)
        if (question->queries[i] != NULL)
            dns_cancel(question->queries[i]);
    free(question->name);
    free(question);
}

void daemon_lookup_close(struct daemon *daemon)
{
    for (struct question *question = daemon->lookups.questions, *next; question != NULL;
         question = next) {
        next = question->next;
        drop(question);
    }
    dns_close(daemon->lookups.dns);
    daemon->lookups.dns = NULL;
}

/* ---- answers ---- */

static void keep(struct question *question)
{
    struct daemon *daemon = question->daemon;
    struct buffer json = BUFFER_INIT, resolvers = BUFFER_INIT;
    struct fault why = {""};
    dns_resolvers(daemon->lookups.dns, &resolvers);
    observation_encode(
        &(struct observation){
            .name = slice_of(question->name),
            .result = question->found    ? OBSERVED_FOUND
                      : question->failed ? OBSERVED_UNKNOWN
                                         : OBSERVED_NOTHING,
            .rcode = slice_of(question->rcode),
            .addresses = question->addresses,
            .address_count = question->address_count,
            .incomplete = question->failed,
            .ttl = question->ttl,
            .resolver = slice_until(buffer_slice(&resolvers), 200),
            .reason = slice_of(question->reason),
        },
        &json);
    struct journal_position at;
    enum status status = daemon_append(daemon, JOURNAL_OBSERVATION, SLICE("dns"),
                                       buffer_slice(&json), &at, &why);
    if (status != OK)
        daemon_failed(daemon, status, &why); /* it still waits, and is asked again */
    buffer_release(&json);
    buffer_release(&resolvers);
}

static void take_addresses(struct question *question, const struct dns_answer *answer)
{
    if (!question->found || answer->ttl < question->ttl)
        question->ttl = answer->ttl;
    question->found = true;
    memcpy(question->addresses + question->address_count, answer->addresses,
           answer->count * sizeof *answer->addresses);
    question->address_count += answer->count;
}

static void on_answer(struct question *question, unsigned family,
                      const struct dns_answer *answer)
{
    struct daemon *daemon = question->daemon;
    question->queries[family] = NULL;
    if (answer->result == DNS_FOUND)
        take_addresses(question, answer);
    if (answer->result == DNS_FAILED) {
        question->failed = true;
        daemon->lookups.failures++;
        (void)snprintf(question->reason, sizeof question->reason, "%s: %s",
                       family == 0 ? "A" : "AAAA", answer->reason);
    }
    /* Of the two, the failure tells more, then the answer. */
    if (question->rcode[0] == '\0' || answer->result != DNS_NOTHING)
        (void)snprintf(question->rcode, sizeof question->rcode, "%s", answer->rcode);
    if (question->queries[0] != NULL || question->queries[1] != NULL)
        return;
    if (daemon_may_write(daemon))
        keep(question);
    drop(question);
}

static void on_ipv4(const struct dns_answer *answer, void *data)
{
    on_answer(data, 0, answer);
}

static void on_ipv6(const struct dns_answer *answer, void *data)
{
    on_answer(data, 1, answer);
}

/* ---- questions ---- */

static bool is_asked(const struct daemon *daemon, struct slice name)
{
    for (const struct question *q = daemon->lookups.questions; q != NULL; q = q->next)
        if (slice_eq(slice_of(q->name), name))
            return true;
    return false;
}

static void ask(struct daemon *daemon, struct slice name)
{
    struct lookups *lookups = &daemon->lookups;
    struct question *question = calloc(1, sizeof *question);
    if (question == NULL || (question->name = strndup(name.ptr, name.len)) == NULL)
        abort();
    question->daemon = daemon;
    question->next = lookups->questions;
    question->link = &lookups->questions;
    if (question->next != NULL)
        question->next->link = &question->next;
    lookups->questions = question;
    lookups->asking++;
    lookups->asked++;
    lookups->this_hour++;
    question->queries[0] = dns_addresses(lookups->dns, name, DNS_IPV4, on_ipv4, question);
    question->queries[1] = dns_addresses(lookups->dns, name, DNS_IPV6, on_ipv6, question);
}

struct looking {
    struct daemon *daemon;
    struct arena arena;
    int64_t now;
    uint32_t most; /* of this hour */
};

static bool ask_one(const struct lookup *lookup, void *data)
{
    struct looking *looking = data;
    struct daemon *daemon = looking->daemon;
    if (lookup->due > looking->now || daemon->lookups.asking >= daemon->config.lookup.at_once)
        return false;
    if (is_asked(daemon, lookup->name))
        return true;
    if (daemon->lookups.this_hour >= looking->most) {
        daemon->lookups.held_back = true;
        return false;
    }
    ask(daemon, lookup->name);
    return true;
}

static void begin_hour(struct daemon *daemon, int64_t now)
{
    struct lookups *lookups = &daemon->lookups;
    if (now >= lookups->hour_began && now - lookups->hour_began < HOUR)
        return;
    lookups->hour_began = now;
    lookups->this_hour = 0;
    lookups->held_back = lookups->said = false;
}

static void say_held_back(struct daemon *daemon, uint64_t waiting)
{
    if (!daemon->lookups.held_back || daemon->lookups.said)
        return;
    daemon->lookups.said = true;
    log_say(daemon->log, LOG_LEVEL_WARNING, "dns",
            "%llu names wait until the hour is over: [lookup] per-hour = %u",
            (unsigned long long)waiting, daemon->config.lookup.per_hour);
}

void daemon_lookup(struct daemon *daemon)
{
    struct looking looking = {
        .daemon = daemon, .now = time(NULL), .most = daemon->config.lookup.per_hour};
    struct txn *txn = NULL;
    if (daemon->stopping || daemon->reloading || daemon->lookups.dns == NULL ||
        !daemon_may_write(daemon) || daemon->lookups.asking >= daemon->config.lookup.at_once ||
        txn_begin(daemon->store, false, &txn, NULL) != OK)
        return;
    begin_hour(daemon, looking.now);
    uint64_t waiting = store_lookups_waiting(txn);
    daemon->lookups.waiting = waiting;
    if (waiting > 0) {
        store_each_waiting_lookup(txn, true, &looking.arena, ask_one, &looking);
        looking.most = (looking.most + 1) / 2;
        store_each_waiting_lookup(txn, false, &looking.arena, ask_one, &looking);
    }
    txn_abort(txn);
    arena_release(&looking.arena);
    say_held_back(daemon, waiting);
}
