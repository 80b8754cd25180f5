/* A letter: the template filled with its values, and the mail around it. */
#include "escalate/letter.h"

#include "base/text.h"
#include "escalate/letter-fields.h"
#include "escalate/message.h"

enum letter_kind letter_kind_of(enum verb verb, const struct abuse_case *c)
{
    switch (verb) {
    case VERB_ADVISE:
        return c->kind == KIND_UNDER_ATTACK ? LETTER_VICTIM : LETTER_ADVICE;
    case VERB_NOTICE:
        return LETTER_REASONS;
    case VERB_RESTORED:
        return LETTER_RESTORED;
    case VERB_ACKNOWLEDGE:
        return LETTER_ACKNOWLEDGEMENT;
    case VERB_TELL:
        return LETTER_DESK;
    default:
        return LETTER_WARNING;
    }
}

static size_t language_of(const struct letter_templates *templates, enum letter_kind kind,
                          struct slice language)
{
    for (size_t i = 0; i < templates->language_count; i++)
        if (language.len >= templates->languages[i].len && templates->texts[kind][i].len > 0 &&
            slice_eq_nocase(slice_until(language, templates->languages[i].len),
                            templates->languages[i]) &&
            (language.len == templates->languages[i].len ||
             language.ptr[templates->languages[i].len] == '-'))
            return i;
    return 0;
}

/* A follow-up hangs beneath the first warning of its case and contact. */
static bool is_follow_up(const struct letter_request *request)
{
    return request->kind == LETTER_REASONS || request->kind == LETTER_RESTORED ||
           (request->kind == LETTER_WARNING && request->cases[0].action->attempt > 1);
}

/* "<left@right>", of somebody else: nothing but one such word may come out. */
static void add_answered(struct buffer *out, struct slice id)
{
    if (id.len < 3 || id.len > 500 || id.ptr[0] != '<' || id.ptr[id.len - 1] != '>')
        return;
    for (size_t i = 1; i + 1 < id.len; i++)
        if (id.ptr[i] <= ' ' || id.ptr[i] > '~' || id.ptr[i] == '<' || id.ptr[i] == '>')
            return;
    buffer_printf(out, "In-Reply-To: %.*s\r\nReferences: %.*s\r\n", SLICE_FMT(id),
                  SLICE_FMT(id));
}

static void add_identity(struct buffer *out, const struct letter_settings *settings,
                         const struct letter_request *request)
{
    const struct action *action = request->cases[0].action;
    buffer_printf(out, "Message-ID: <%.*s@%.*s>\r\n", SLICE_FMT(action->identity),
                  SLICE_FMT(settings->message_domain));
    if (request->kind == LETTER_ACKNOWLEDGEMENT) {
        add_answered(out, action->in_reply_to);
        return;
    }
    if (!is_follow_up(request))
        return;
    for (int i = 0; i < 2; i++)
        buffer_printf(out, "%s: <C-%llu.%u.warn.%u.1@%.*s>\r\n",
                      i == 0 ? "In-Reply-To" : "References",
                      (unsigned long long)action->case_id, action->generation, action->contact,
                      SLICE_FMT(settings->message_domain));
}

static struct slice reply_mailbox(const struct letter_settings *settings,
                                  const struct action *action, struct arena *arena)
{
    char token[LETTER_TOKEN];
    struct letter_token said = {action->case_id, action->generation, action->contact,
                                action->attempt};
    return arena_printf(arena, "%.*s+%s@%.*s", SLICE_FMT(settings->reply_local),
                        letter_token_make(settings->token_key, &said, token),
                        SLICE_FMT(settings->reply_domain));
}

static bool plain_identity(struct slice identity)
{
    for (size_t i = 0; i < identity.len; i++)
        if (identity.ptr[i] <= ' ' || identity.ptr[i] > '~' ||
            strchr("<>@\"\\()[],;:", identity.ptr[i]) != NULL)
            return false;
    return identity.len > 0 && identity.len <= 200;
}

static enum status check(const struct letter_settings *settings,
                         const struct letter_request *request, struct slice reply,
                         struct fault *why)
{
    if (!text_is_mailbox(request->to))
        return fail(why, ERR_MALFORMED, "the recipient is no mailbox");
    if (!text_is_mailbox(settings->from))
        return fail(why, ERR_MALFORMED, "the sender is no mailbox: set [mail] from");
    if (reply.len > 0 && !text_is_mailbox(reply))
        return fail(why, ERR_MALFORMED,
                    "the address for replies is no mailbox: set [mail] reply");
    if (!text_is_domain(settings->message_domain))
        return fail(why, ERR_MALFORMED, "the domain of message identifiers is none");
    if (!plain_identity(request->cases[0].action->identity))
        return fail(why, ERR_MALFORMED,
                    "the action's identity cannot be in a message identifier");
    return OK;
}

enum status letter_write(const struct letter_settings *settings,
                         const struct letter_request *request, struct arena *arena,
                         struct buffer *message, struct fault *why)
{
    const struct letter_templates *templates = settings->templates;
    if (request->case_count == 0 || request->kind >= LETTER_KINDS ||
        templates->language_count == 0)
        return fail(why, ERR_MALFORMED, "a letter needs a case and a template");
    const struct action *action = request->cases[0].action;
    bool answerable = settings->reply_local.len > 0 && request->kind != LETTER_DESK &&
                      request->kind != LETTER_ACKNOWLEDGEMENT;
    struct slice reply =
        answerable ? reply_mailbox(settings, action, arena) : (struct slice){0};
    enum status status = check(settings, request, reply, why);
    if (status != OK)
        return status;

    size_t language = language_of(templates, request->kind, request->language);
    struct fields fields;
    struct slice rest = templates->texts[request->kind][language], subject;
    letter_fields(&fields, arena, settings, request, templates->measures[language], reply);
    struct buffer title = BUFFER_INIT, body = BUFFER_INIT;
    char date[64];
    if (!slice_next_line(&rest, &subject))
        status = fail(why, ERR_MALFORMED, "the template is empty");
    if (status == OK)
        status = template_render(subject, &fields, &title, why);
    if (status == OK && slice_next_line(&rest, &subject)) /* the blank line */
        status = template_render(rest, &fields, &body, why);
    if (status == OK) {
        message_mailbox(message, "From", text_line(arena, settings->provider, 60),
                        settings->from);
        message_mailbox(message, "To", text_line(arena, request->name, 60), request->to);
        message_field(message, "Subject", text_line(arena, buffer_slice(&title), LETTER_LINE));
        message_field(message, "Date", slice_of(moment_rfc5322(request->now.real, date)));
        add_identity(message, settings, request);
        if (reply.len > 0)
            message_mailbox(message, "Reply-To", (struct slice){0}, reply);
        buffer_printf(message, "Auto-Submitted: auto-%s\r\n",
                      request->kind == LETTER_ACKNOWLEDGEMENT ? "replied" : "generated");
        buffer_add(message, SLICE("MIME-Version: 1.0\r\n"
                                  "Content-Type: text/plain; charset=UTF-8\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
        message_body(message, buffer_slice(&body));
    }
    buffer_release(&title);
    buffer_release(&body);
    return status;
}
