#include "net/dns.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <stdlib.h>

#define NAME_LONGEST      253U
#define RESOLVERS_LONGEST 1024U
#define TRIES             3
#define PATIENCE          7U   /* each try waits twice as long as the one before: 1 + 2 + 4 */
#define UDP_PAYLOAD       1232 /* what passes without fragments */
#define TURN              250U /* milliseconds between looks at what c-ares has let expire */

struct dns {
    uv_loop_t *loop;
    ares_channel channel;
    uv_timer_t turn; /* runs while queries are open */
    unsigned timeout;
    struct socket_watch *watches;
    struct dns_query *queries;
    unsigned handles; /* libuv's, not yet closed */
    bool closing;
};

/* A socket of c-ares, watched by the loop. */
struct socket_watch {
    uv_poll_t poll;
    struct dns *dns;
    ares_socket_t socket;
    struct socket_watch *next;
};

/* Given to c-ares until it calls back, whoever else has lost interest by then. */
struct dns_query {
    uv_timer_t watchdog;
    struct dns *dns;
    int type;             /* of record: ns_t_txt, ns_t_a, ns_t_aaaa */
    dns_answer_fn answer; /* NULL: answered or cancelled */
    void *data;
    struct dns_query *next, **link;
    const char *failed;     /* decided inside dns_txt: told by the watchdog */
    bool starting;          /* inside dns_txt */
    bool with_ares, closed; /* freed once false and true */
};

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL)
        abort();
    return memory;
}

static void handle_gone(struct dns *dns)
{
    if (--dns->handles == 0 && dns->closing)
        free(dns);
}

/* ---- sockets ---- */

static void poll_closed(uv_handle_t *handle)
{
    struct socket_watch *watch = handle->data;
    struct dns *dns = watch->dns;
    free(watch);
    handle_gone(dns);
}

static void socket_ready(uv_poll_t *poll, int status, int events)
{
    const struct socket_watch *watch = poll->data;
    bool readable = status < 0 || (events & UV_READABLE) != 0;
    bool writable = status < 0 || (events & UV_WRITABLE) != 0;
    ares_process_fd(watch->dns->channel, readable ? watch->socket : ARES_SOCKET_BAD,
                    writable ? watch->socket : ARES_SOCKET_BAD);
}

static struct socket_watch *watch_new(struct dns *dns, ares_socket_t socket)
{
    struct socket_watch *watch = allocate(sizeof *watch);
    watch->dns = dns;
    watch->socket = socket;
    watch->poll.data = watch;
    if (uv_poll_init(dns->loop, &watch->poll, socket) != 0) {
        free(watch); /* not watched: the query will time out */
        return NULL;
    }
    watch->next = dns->watches;
    dns->watches = watch;
    dns->handles++;
    return watch;
}

static void socket_changed(void *data, ares_socket_t socket, int readable, int writable)
{
    struct dns *dns = data;
    struct socket_watch **at = &dns->watches;
    while (*at != NULL && (*at)->socket != socket)
        at = &(*at)->next;
    struct socket_watch *watch = *at;
    if (readable || writable) {
        if (watch == NULL && (watch = watch_new(dns, socket)) == NULL)
            return;
        (void)uv_poll_start(&watch->poll,
                            (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0),
                            socket_ready);
    } else if (watch != NULL) {
        *at = watch->next;
        (void)uv_poll_stop(&watch->poll); /* the descriptor goes as soon as we return */
        uv_close((uv_handle_t *)&watch->poll, poll_closed);
    }
}

static void on_turn(uv_timer_t *timer)
{
    struct dns *dns = timer->data;
    ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

/* ---- queries ---- */

static void query_closed(uv_handle_t *handle)
{
    struct dns_query *query = handle->data;
    struct dns *dns = query->dns;
    query->closed = true;
    if (!query->with_ares)
        free(query);
    handle_gone(dns);
}

/* Nobody waits for it any more. */
static void retire(struct dns_query *query)
{
    query->answer = NULL;
    *query->link = query->next;
    if (query->next != NULL)
        query->next->link = query->link;
    if (query->dns->queries == NULL)
        (void)uv_timer_stop(&query->dns->turn);
    uv_close((uv_handle_t *)&query->watchdog, query_closed);
}

static void conclude(struct dns_query *query, const struct dns_answer *answer)
{
    dns_answer_fn tell = query->answer;
    void *data = query->data;
    retire(query);
    tell(answer, data);
}

static void on_watchdog(uv_timer_t *timer)
{
    struct dns_query *query = timer->data;
    const char *reason = query->failed != NULL ? query->failed : "no answer in time";
    conclude(query, &(struct dns_answer){.result = DNS_FAILED, .rcode = "", .reason = reason});
}

/* Joins the strings of each record. */
static void gather_texts(const struct ares_txt_ext *list, struct buffer *bytes,
                         struct dns_answer *answer, struct slice texts[DNS_TEXTS_MOST])
{
    size_t whole = 0;
    for (const struct ares_txt_ext *at = list; at != NULL; at = at->next)
        whole += at->length;
    buffer_reserve(bytes, whole + 1); /* the texts point into it: it must not move */
    while (list != NULL && answer->count < DNS_TEXTS_MOST) {
        size_t from = bytes->len;
        do {
            buffer_add(bytes, (struct slice){(const char *)list->txt, list->length});
            list = list->next;
        } while (list != NULL && !list->record_start);
        if (bytes->len - from <= DNS_TEXT_LONGEST)
            texts[answer->count++] = (struct slice){bytes->ptr + from, bytes->len - from};
    }
    answer->texts = texts;
    answer->result = answer->count > 0 ? DNS_FOUND : DNS_NOTHING;
}

static const char *rcode_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
    case ARES_ENODATA:
        return "NOERROR";
    case ARES_ENOTFOUND:
        return "NXDOMAIN";
    case ARES_EFORMERR:
        return "FORMERR";
    case ARES_ESERVFAIL:
        return "SERVFAIL";
    case ARES_ENOTIMP:
        return "NOTIMP";
    case ARES_EREFUSED:
        return "REFUSED";
    default:
        return "";
    }
}

/* TTLs that are negative by their first bit are 0 (RFC 2181 s8). */
static void add_address(struct dns_answer *answer, struct address *addresses,
                        const void *octets, bool ipv4, int ttl)
{
    uint32_t seconds = ttl < 0 ? 0 : (uint32_t)ttl;
    if (answer->count == DNS_ADDRESSES_MOST) {
        answer->cut = true;
        return;
    }
    if (answer->count == 0 || seconds < answer->ttl)
        answer->ttl = seconds;
    struct address *address = &addresses[answer->count++];
    *address = (struct address){{0}};
    if (ipv4) {
        address->octets[10] = address->octets[11] = 0xff;
        memcpy(address->octets + 12, octets, 4);
    } else {
        memcpy(address->octets, octets, 16);
    }
}

static int read_addresses(const struct dns_query *query, const unsigned char *bytes, int length,
                          struct dns_answer *answer,
                          struct address addresses[DNS_ADDRESSES_MOST])
{
    struct ares_addrttl found[DNS_ADDRESSES_MOST + 1];
    struct ares_addr6ttl found6[DNS_ADDRESSES_MOST + 1];
    int count = DNS_ADDRESSES_MOST + 1;
    bool ipv4 = query->type == ns_t_a;
    int status = ipv4 ? ares_parse_a_reply(bytes, length, NULL, found, &count)
                      : ares_parse_aaaa_reply(bytes, length, NULL, found6, &count);
    if (status != ARES_SUCCESS)
        return status;
    for (int i = 0; i < count; i++) {
        if (ipv4)
            add_address(answer, addresses, &found[i].ipaddr, true, found[i].ttl);
        else
            add_address(answer, addresses, &found6[i].ip6addr, false, found6[i].ttl);
    }
    answer->addresses = addresses;
    answer->result = answer->count > 0 ? DNS_FOUND : DNS_NOTHING;
    return ARES_SUCCESS;
}

static int read_texts(const unsigned char *bytes, int length, struct buffer *joined,
                      struct dns_answer *answer, struct slice texts[DNS_TEXTS_MOST])
{
    struct ares_txt_ext *list = NULL;
    int status = ares_parse_txt_reply_ext(bytes, length, &list);
    if (status == ARES_SUCCESS)
        gather_texts(list, joined, answer, texts);
    if (list != NULL)
        ares_free_data(list);
    return status;
}

static void on_ares(void *data, int status, int timeouts, unsigned char *bytes, int length)
{
    (void)timeouts;
    struct dns_query *query = data;
    query->with_ares = false;
    if (query->starting) {
        query->failed = ares_strerror(status);
        return;
    }
    if (query->answer == NULL) {
        if (query->closed)
            free(query);
        return;
    }
    struct buffer joined = BUFFER_INIT;
    struct slice texts[DNS_TEXTS_MOST];
    struct address addresses[DNS_ADDRESSES_MOST];
    struct dns_answer answer = {.result = DNS_FAILED, .rcode = rcode_of(status)};
    if (status == ARES_SUCCESS)
        status = query->type == ns_t_txt
                     ? read_texts(bytes, length, &joined, &answer, texts)
                     : read_addresses(query, bytes, length, &answer, addresses);
    if (status == ARES_ENOTFOUND || status == ARES_ENODATA)
        answer.result = DNS_NOTHING;
    else if (status != ARES_SUCCESS)
        answer.reason = ares_strerror(status);
    conclude(query, &answer);
    buffer_release(&joined);
}

static struct dns_query *ask(struct dns *dns, struct slice name, int type, dns_answer_fn answer,
                             void *data)
{
    struct dns_query *query = allocate(sizeof *query);
    char text[NAME_LONGEST + 1] = "";
    query->dns = dns;
    query->type = type;
    query->answer = answer;
    query->data = data;
    query->next = dns->queries;
    query->link = &dns->queries;
    if (query->next != NULL)
        query->next->link = &query->next;
    dns->queries = query;
    dns->handles++;
    (void)uv_timer_init(dns->loop, &query->watchdog);
    query->watchdog.data = query;
    (void)uv_timer_start(&query->watchdog, on_watchdog, dns->timeout, 0);
    (void)uv_timer_start(&dns->turn, on_turn, TURN, TURN);
    if (name.len == 0 || name.len > NAME_LONGEST || memchr(name.ptr, '\0', name.len) != NULL) {
        query->failed = "not a domain name";
    } else {
        memcpy(text, name.ptr, name.len);
        query->with_ares = query->starting = true;
        ares_query(dns->channel, text, ns_c_in, type, on_ares, query);
        query->starting = false;
    }
    if (query->failed != NULL)
        (void)uv_timer_start(&query->watchdog, on_watchdog, 0, 0);
    return query;
}

struct dns_query *dns_txt(struct dns *dns, struct slice name, dns_answer_fn answer, void *data)
{
    return ask(dns, name, ns_t_txt, answer, data);
}

struct dns_query *dns_addresses(struct dns *dns, struct slice name, enum dns_family family,
                                dns_answer_fn answer, void *data)
{
    return ask(dns, name, family == DNS_IPV4 ? ns_t_a : ns_t_aaaa, answer, data);
}

void dns_cancel(struct dns_query *query)
{
    retire(query);
}

/* ---- the channel ---- */

/* c-ares wants commas. */
static enum status set_resolvers(ares_channel channel, const char *resolvers, struct fault *why)
{
    char list[RESOLVERS_LONGEST] = "";
    size_t at = 0;
    struct slice rest = slice_of(resolvers), one;
    while (slice_next_field(&rest, ' ', &one)) {
        one = slice_trim(one);
        if (one.len == 0)
            continue;
        if (one.len + at + 2 > sizeof list)
            return fail(why, ERR_LIMIT, "the list of resolvers is too long");
        if (at > 0)
            list[at++] = ',';
        memcpy(list + at, one.ptr, one.len);
        at += one.len;
        if (ares_set_servers_ports_csv(channel, list) != ARES_SUCCESS)
            return fail(why, ERR_MALFORMED,
                        "'%.*s' is not the address of a resolver: write 192.0.2.53, "
                        "192.0.2.53:5353 or [2001:db8::53]:5353",
                        SLICE_FMT(one));
    }
    return OK;
}

void dns_resolvers(const struct dns *dns, struct buffer *out)
{
    struct ares_addr_port_node *servers = NULL;
    char text[INET6_ADDRSTRLEN];
    if (ares_get_servers_ports(dns->channel, &servers) != ARES_SUCCESS)
        return;
    for (const struct ares_addr_port_node *at = servers; at != NULL; at = at->next) {
        bool ipv6 = at->family == AF_INET6;
        if (inet_ntop(at->family, &at->addr, text, sizeof text) == NULL)
            continue;
        buffer_printf(out, "%s%s%s%s:%d", at == servers ? "" : " ", ipv6 ? "[" : "", text,
                      ipv6 ? "]" : "", at->udp_port > 0 ? at->udp_port : 53);
    }
    ares_free_data(servers);
}

static enum status channel_open(const struct dns_settings *settings, struct dns *dns,
                                ares_channel *channel, struct fault *why)
{
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN | ARES_FLAG_EDNS,
        .timeout = (int)(settings->timeout / PATIENCE),
        .tries = TRIES,
        .ednspsz = UDP_PAYLOAD,
        .sock_state_cb = dns == NULL ? NULL : socket_changed,
        .sock_state_cb_data = dns,
    };
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ;
    if (dns != NULL)
        mask |= ARES_OPT_SOCK_STATE_CB;
    int failed = ares_init_options(channel, &options, mask);
    if (failed != ARES_SUCCESS)
        return fail(why, ERR_IO, "the DNS library does not start: %s", ares_strerror(failed));
    enum status status = set_resolvers(*channel, settings->resolvers, why);
    if (status != OK)
        ares_destroy(*channel);
    return status;
}

enum status dns_resolvers_check(const char *resolvers, struct fault *why)
{
    ares_channel channel = NULL;
    struct dns_settings settings = {.resolvers = resolvers, .timeout = 1000};
    enum status status = channel_open(&settings, NULL, &channel, why);
    if (status == OK)
        ares_destroy(channel);
    return status;
}

enum status dns_open(uv_loop_t *loop, const struct dns_settings *settings, struct dns **dns,
                     struct fault *why)
{
    struct dns *made = allocate(sizeof *made);
    made->loop = loop;
    made->timeout = settings->timeout;
    enum status status = channel_open(settings, made, &made->channel, why);
    if (status != OK) {
        free(made);
        return status;
    }
    (void)uv_timer_init(loop, &made->turn);
    made->turn.data = made;
    made->handles = 1;
    *dns = made;
    return OK;
}

static void turn_closed(uv_handle_t *handle)
{
    handle_gone(handle->data);
}

void dns_close(struct dns *dns)
{
    if (dns == NULL)
        return;
    while (dns->queries != NULL)
        retire(dns->queries);
    ares_destroy(dns->channel); /* gives every query back, and lets every socket go */
    dns->closing = true;
    uv_close((uv_handle_t *)&dns->turn, turn_closed);
}
