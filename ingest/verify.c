#include "ingest/verify.h"

#include "base/text.h"
#include "ingest/verify-process.h"
#include "ingest/verify-result.h"

#include <stdio.h>
#include <stdlib.h>

#define VERIFY_HEAD_MOST ((size_t)1 << 20)
#define SELECTOR_LONGEST 189U
#define AT_ONCE          64U /* mails that the process and the resolver are busy with */

enum step {
    STEP_NEW,     /* nobody was asked yet */
    STEP_HEAD,    /* the process reads the header */
    STEP_KEYS,    /* the keys are being looked up */
    STEP_KEYED,   /* all keys are there */
    STEP_MAIL,    /* the process checks the signatures */
    STEP_DECIDED, /* waits for those before it */
};

struct mail_check;

struct key_query {
    struct mail_check *check;
    struct dns_query *query; /* NULL: answered */
    uint32_t at;             /* index of the key */
};

struct mail_check {
    enum step step;
    struct verifier *verifier;
    char *mail; /* owned */
    size_t size;
    verify_done_fn done;
    void *data;
    struct stamp_head head;
    struct verify_order *order;   /* once it has begun */
    struct verify_answer *answer; /* the same */
    struct key_query queries[VERIFY_KEYS];
    unsigned looking;
    bool suspect;        /* the process died once while it had this */
    const char *failure; /* the verdict when the process has none; NULL: the answer counts */
    enum stamp_verdict failure_verdict;
    struct mail_check *next, *next_asked;
};

struct verifier {
    struct verify_settings settings;
    struct verify_process *process;
    uv_timer_t kick; /* so that nothing happens inside verify_start or an answer of the DNS */
    struct mail_check *first, **last;
    size_t count, bytes;
    size_t busy;                                  /* begun and not decided */
    struct mail_check *asked_first, **asked_last; /* in the order of the answers to come */
    struct buffer stamped;
};

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL)
        abort();
    return memory;
}

static struct slice mail_of(const struct mail_check *check)
{
    return (struct slice){check->mail, check->size};
}

static void kick(struct verifier *verifier);

static void decide(struct mail_check *check)
{
    check->verifier->busy -= check->step != STEP_NEW;
    check->step = STEP_DECIDED;
    kick(check->verifier);
}

static void give_up(struct mail_check *check, enum stamp_verdict verdict, const char *reason)
{
    check->failure_verdict = verdict;
    check->failure = reason;
    decide(check);
}

/* ---- the stamp ---- */

static void hand_over(struct verifier *verifier, const struct mail_check *check)
{
    struct verify_results results = {.count = 0};
    char repeated[64] = "";
    if (check->head.repeated != NULL)
        (void)snprintf(repeated, sizeof repeated, "%s occurs more than once",
                       check->head.repeated);
    if (check->failure != NULL)
        results.list[results.count++] =
            (struct stamp_result){check->failure_verdict, check->failure, {0}, {0}, ""};
    else if (check->answer != NULL)
        verify_judge(check->order, check->answer, repeated, &results);
    buffer_clear(&verifier->stamped);
    stamp_mail(mail_of(check), verifier->settings.authserv_id, results.list, results.count,
               &verifier->stamped);
    check->done(buffer_slice(&verifier->stamped), check->data);
}

/* ---- the keys ---- */

static bool is_selector(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        bool alone = text[i] == '.' && (i == 0 || i + 1 == length || text[i + 1] == '.');
        if (alone ||
            (text[i] != '.' && text[i] != '-' && text[i] != '_' &&
             !(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'A' && text[i] <= 'Z') &&
             !(text[i] >= 'a' && text[i] <= 'z')))
            return false;
    }
    return length > 0 && length <= SELECTOR_LONGEST;
}

/* More than one record is undefined (RFC 6376 s3.6.2.2): the only one that says it is a key
 * is taken. */
static struct slice choose(const struct dns_answer *answer)
{
    struct slice chosen = {0};
    if (answer->count == 1)
        return answer->texts[0];
    for (size_t i = 0; i < answer->count; i++) {
        if (!slice_starts_with(answer->texts[i], SLICE("v=DKIM1")))
            continue;
        if (chosen.len > 0)
            return (struct slice){0};
        chosen = answer->texts[i];
    }
    return chosen;
}

static void keys_complete(struct mail_check *check)
{
    check->step = STEP_KEYED;
    kick(check->verifier);
}

static void on_key(const struct dns_answer *answer, void *data)
{
    struct key_query *query = data;
    struct mail_check *check = query->check;
    struct verify_key *key = &check->order->keys[query->at];
    query->query = NULL;
    key->state = answer->result == DNS_FAILED ? VERIFY_KEY_UNKNOWN : VERIFY_KEY_NONE;
    struct slice text = answer->result == DNS_FOUND ? choose(answer) : (struct slice){0};
    if (text.len > 0 && text.len < VERIFY_KEY_ROOM) {
        memcpy(key->text, text.ptr, text.len);
        key->length = (uint16_t)text.len;
        key->state = VERIFY_KEY_FOUND;
    }
    if (--check->looking == 0)
        keys_complete(check);
}

static void look_up_one(struct mail_check *check, uint32_t at,
                        const char domain[VERIFY_NAME_ROOM],
                        const char selector[VERIFY_NAME_ROOM])
{
    struct verify_key *key = &check->order->keys[at];
    char full[2 * VERIFY_NAME_ROOM + 16];
    key->state = VERIFY_KEY_NONE;
    if (!text_is_domain(slice_of(domain)) || !is_selector(selector))
        return; /* without a name: no key, never known */
    memcpy(key->domain, domain, sizeof key->domain);
    memcpy(key->selector, selector, sizeof key->selector);
    (void)snprintf(full, sizeof full, "%s._domainkey.%s", selector, domain);
    check->queries[at] = (struct key_query){check, NULL, at};
    check->looking++;
    check->queries[at].query =
        dns_txt(check->verifier->settings.dns, slice_of(full), on_key, &check->queries[at]);
}

/* Sealers commonly sign everything with one key. */
static bool is_looked_up(const struct mail_check *check, const char *domain,
                         const char *selector)
{
    for (size_t i = VERIFY_SIGNATURES; i < VERIFY_KEYS; i++)
        if (strcmp(check->order->keys[i].domain, domain) == 0 &&
            strcmp(check->order->keys[i].selector, selector) == 0)
            return true;
    return false;
}

static void look_up(struct mail_check *check, const struct verify_answer *names)
{
    check->step = STEP_KEYS;
    check->order->count = names->count;
    for (uint32_t i = 0; i < names->count; i++)
        look_up_one(check, i, names->signatures[i].domain, names->signatures[i].selector);
    for (uint32_t i = 0; i < ARC_KEYS_MOST; i++)
        if (!is_looked_up(check, names->arc.signers[i].domain, names->arc.signers[i].selector))
            look_up_one(check, VERIFY_SIGNATURES + i, names->arc.signers[i].domain,
                        names->arc.signers[i].selector);
    if (check->looking == 0)
        keys_complete(check);
}

/* ---- the process ---- */

static void ask(struct mail_check *check)
{
    struct verifier *verifier = check->verifier;
    struct fault why = {""};
    bool head = check->step == STEP_NEW;
    if (check->order == NULL) {
        check->order = allocate(sizeof *check->order);
        check->answer = allocate(sizeof *check->answer);
    }
    struct slice order = {(const char *)check->order, sizeof *check->order};
    if (!verify_process_ask(verifier->process, head ? WIRE_VERIFY_HEAD : WIRE_VERIFY_MAIL,
                            head ? check->head.bytes : order,
                            head ? SLICE("\r\n") : mail_of(check), &why)) {
        verifier->settings.say(verifier->settings.data, why.text);
        give_up(check, STAMP_TEMPERROR, "the verifier cannot be started");
        return;
    }
    verifier->busy += head;
    check->step = head ? STEP_HEAD : STEP_MAIL;
    check->next_asked = NULL;
    *verifier->asked_last = check;
    verifier->asked_last = &check->next_asked;
}

static struct mail_check *take_asked(struct verifier *verifier)
{
    struct mail_check *check = verifier->asked_first;
    if (check == NULL)
        return NULL;
    verifier->asked_first = check->next_asked;
    if (verifier->asked_first == NULL)
        verifier->asked_last = &verifier->asked_first;
    return check;
}

static bool is_answer(struct slice payload, struct verify_answer *answer)
{
    if (!wire_take(&payload, answer, sizeof *answer) || answer->count > VERIFY_SIGNATURES)
        return false;
    for (uint32_t i = 0; i < answer->count; i++) {
        answer->signatures[i].domain[VERIFY_NAME_ROOM - 1] = '\0';
        answer->signatures[i].selector[VERIFY_NAME_ROOM - 1] = '\0';
    }
    answer->arc.reason[sizeof answer->arc.reason - 1] = '\0';
    for (uint32_t i = 0; i < ARC_KEYS_MOST; i++) {
        answer->arc.signers[i].domain[VERIFY_NAME_ROOM - 1] = '\0';
        answer->arc.signers[i].selector[VERIFY_NAME_ROOM - 1] = '\0';
    }
    return true;
}

static void on_answer(void *data, enum wire_kind kind, struct slice payload)
{
    struct verifier *verifier = data;
    struct mail_check *check = take_asked(verifier);
    struct verify_answer answer;
    if (check == NULL)
        return;
    bool head = check->step == STEP_HEAD;
    if (kind != (head ? WIRE_VERIFY_NAMES : WIRE_VERIFY_RESULT) ||
        !is_answer(payload, &answer)) {
        verify_process_kill(verifier->process);
        give_up(check, STAMP_TEMPERROR, "the verifier failed");
    } else if (head) {
        look_up(check, &answer);
    } else {
        *check->answer = answer;
        decide(check);
    }
}

static void set_back(struct mail_check *check)
{
    check->verifier->busy -= check->step == STEP_HEAD;
    check->step = check->step == STEP_HEAD ? STEP_NEW : STEP_KEYED;
}

/* The oldest question killed it, if it does so twice: the process may have been dead before. One
 * that took too long has had its time. Whose turn had not come ask another process. */
static void on_gone(void *data, const char *how, bool was_stuck)
{
    struct verifier *verifier = data;
    struct mail_check *check = take_asked(verifier);
    verifier->settings.say(verifier->settings.data, how);
    if (check != NULL && (was_stuck || check->suspect)) {
        give_up(check, STAMP_TEMPERROR, "the verifier failed");
    } else if (check != NULL) {
        check->suspect = true;
        set_back(check);
    }
    while ((check = take_asked(verifier)) != NULL)
        set_back(check);
    kick(verifier);
}

/* ---- the queue ---- */

static void begin(struct mail_check *check)
{
    if (check->size > check->verifier->settings.mail_most)
        give_up(check, STAMP_PERMERROR, "the mail is too long");
    else if (check->head.bytes.len > VERIFY_HEAD_MOST)
        give_up(check, STAMP_PERMERROR, "the header is too long");
    else if (check->head.signatures == 0 && check->head.seals == 0)
        decide(check); /* no answer: none */
    else
        ask(check);
}

static void forget(struct verifier *verifier, struct mail_check *check)
{
    verifier->count--;
    verifier->bytes -= check->size;
    free(check->mail);
    free(check->order);
    free(check->answer);
    free(check);
}

static void on_kick(uv_timer_t *timer)
{
    struct verifier *verifier = timer->data;
    for (struct mail_check *check = verifier->first; check != NULL; check = check->next) {
        if (check->step == STEP_NEW && verifier->busy < AT_ONCE)
            begin(check);
        else if (check->step == STEP_KEYED)
            ask(check);
    }
    while (verifier->first != NULL && verifier->first->step == STEP_DECIDED) {
        struct mail_check *check = verifier->first;
        verifier->first = check->next;
        if (verifier->first == NULL)
            verifier->last = &verifier->first;
        hand_over(verifier, check);
        forget(verifier, check);
    }
}

static void kick(struct verifier *verifier)
{
    if (!uv_is_active((uv_handle_t *)&verifier->kick))
        (void)uv_timer_start(&verifier->kick, on_kick, 0, 0);
}

bool verify_start(struct verifier *verifier, struct slice mail, verify_done_fn done, void *data)
{
    const struct verify_settings *settings = &verifier->settings;
    if (verifier->count > 0 && (verifier->count >= settings->queue_most ||
                                verifier->bytes + mail.len > settings->queue_bytes))
        return false;
    struct mail_check *check = allocate(sizeof *check);
    check->verifier = verifier;
    check->mail = allocate(mail.len + 1);
    check->size = mail.len;
    if (mail.len > 0)
        memcpy(check->mail, mail.ptr, mail.len);
    check->done = done;
    check->data = data;
    check->head = stamp_read(mail_of(check));
    verifier->count++;
    verifier->bytes += mail.len;
    *verifier->last = check;
    verifier->last = &check->next;
    kick(verifier);
    return true;
}

size_t verifier_waiting(const struct verifier *verifier)
{
    return verifier->count;
}

struct verifier *verifier_open(uv_loop_t *loop, const struct verify_settings *settings)
{
    struct verifier *verifier = allocate(sizeof *verifier);
    const struct verify_process_owner owner = {on_answer, on_gone, verifier};
    verifier->settings = *settings;
    char *id = allocate(settings->authserv_id.len + 1);
    memcpy(id, settings->authserv_id.ptr, settings->authserv_id.len);
    verifier->settings.authserv_id.ptr = id;
    verifier->last = &verifier->first;
    verifier->asked_last = &verifier->asked_first;
    verifier->process = verify_process_new(loop, settings, &owner);
    (void)uv_timer_init(loop, &verifier->kick);
    verifier->kick.data = verifier;
    return verifier;
}

static void verifier_closed(uv_handle_t *handle)
{
    struct verifier *verifier = handle->data;
    buffer_release(&verifier->stamped);
    free((char *)verifier->settings.authserv_id.ptr);
    free(verifier);
}

void verifier_close(struct verifier *verifier)
{
    if (verifier == NULL)
        return;
    verify_process_close(verifier->process);
    while (verifier->first != NULL) {
        struct mail_check *check = verifier->first;
        verifier->first = check->next;
        for (unsigned i = 0; i < VERIFY_KEYS; i++)
            if (check->queries[i].query != NULL)
                dns_cancel(check->queries[i].query);
        forget(verifier, check);
    }
    uv_close((uv_handle_t *)&verifier->kick, verifier_closed);
}
