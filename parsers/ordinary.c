/* Mail that reports nothing by itself, whatever it speaks of: answers, mailing lists,
 * invitations. Asked after a look at what is attached or quoted, since people forward
 * reports in all of these. */
#include "parsers/ordinary.h"

#include "base/host.h"
#include "parsers/formats.h"
#include "parsers/free-text.h"
#include "parsers/said.h"
#include "parsers/suspicion.h"

static bool has_field(const struct incoming *message, struct slice name)
{
    return mime_header(&message->mime.parts[0], name).ptr != NULL;
}

static struct slice recipient(const struct incoming *message)
{
    return mime_mailbox(message->arena, mime_header(&message->mime.parts[0], SLICE("To")));
}

bool ordinary_went_to_a_desk(const struct incoming *message)
{
    static const struct slice desks[] = {
        SLICE("abuse"), SLICE("noc"),        SLICE("security"),
        SLICE("cert"),  SLICE("csirt"),      SLICE("postmaster"),
        SLICE("soc"),   SLICE("hostmaster"), SLICE("support"),
    };
    struct slice mailbox = recipient(message);
    for (size_t i = 0; i < sizeof desks / sizeof *desks; i++)
        if (slice_starts_with_nocase(mailbox, desks[i]))
            return true;
    return mailbox.len == 0; /* quoted in a text, without it; "undisclosed-recipients:;" */
}

/* "nanog@nog.example" of "<nanog.nog.example>" or "<mailto:nanog@nog.example>". */
static bool is_to_the_list(const struct incoming *message)
{
    const struct mime_part *head = &message->mime.parts[0];
    struct slice to = recipient(message);
    ptrdiff_t at = slice_find_byte(to, '@');
    if (at <= 0)
        return false;
    struct slice id =
        arena_printf(message->arena, "<%.*s.%.*s>", SLICE_FMT(slice_until(to, (size_t)at)),
                     SLICE_FMT(slice_from(to, (size_t)at + 1)));
    return slice_find_nocase(mime_header(head, SLICE("List-Id")), id) >= 0 ||
           slice_find_nocase(mime_header(head, SLICE("List-Post")), to) >= 0;
}

/* Some desks are lists: what comes over those is no list's mail. */
static bool is_to_a_desk(const struct incoming *message)
{
    const struct mime_part *head = &message->mime.parts[0];
    return slice_find_nocase(mime_header(head, SLICE("To")), SLICE("abuse@")) >= 0 ||
           slice_find_nocase(mime_header(head, SLICE("Cc")), SLICE("abuse@")) >= 0;
}

static bool is_list_mail(const struct incoming *message)
{
    if (is_to_the_list(message) &&
        slice_starts_with_nocase(recipient(message), SLICE("abuse@")))
        return false;
    return has_field(message, SLICE("List-Post")) || has_field(message, SLICE("List-Id")) ||
           has_field(message, SLICE("X-BeenThere")) ||
           has_field(message, SLICE("X-Mailing-List")) ||
           has_field(message, SLICE("Mailing-List")) ||
           slice_eq_nocase(mime_header(&message->mime.parts[0], SLICE("Precedence")),
                           SLICE("list"));
}

bool ordinary_is_newsletter(const struct incoming *message)
{
    return has_field(message, SLICE("List-Unsubscribe")) ||
           has_field(message, SLICE("X-Campaign-ID")) ||
           has_field(message, SLICE("X-Mailer-LID"));
}

static bool speaks_of_ours(const struct incoming *message)
{
    struct suspicion suspicion;
    suspicion_read(message, &suspicion);
    return suspicion.addresses_us;
}

bool ordinary_is_mailing(const struct incoming *message)
{
    return said_as_mailing(message) && !speaks_of_ours(message);
}

/* Members of a list tell each other of attackers; of ours only who speaks to us. */
static bool is_discussion(const struct incoming *message)
{
    return is_list_mail(message) && is_to_the_list(message) && !is_to_a_desk(message) &&
           !speaks_of_ours(message) && !said_in_grief(message);
}

static bool has_calendar(const struct incoming *message)
{
    for (size_t i = 0; i < message->mime.part_count; i++)
        if (slice_eq(message->mime.parts[i].type, SLICE("text/calendar")))
            return true;
    return false;
}

/* What writes to its operators: cron, fail2ban, logwatch, monitoring. */
static bool is_robot(struct slice mailbox)
{
    static const struct slice names[] = {
        SLICE("root"),       SLICE("cron"),       SLICE("daemon"),   SLICE("logwatch"),
        SLICE("logcheck"),   SLICE("nagios"),     SLICE("ossec"),    SLICE("fail2ban"),
        SLICE("icinga"),     SLICE("zabbix"),     SLICE("monit"),    SLICE("wazuh"),
        SLICE("nobody"),     SLICE("www-data"),   SLICE("ossecm"),   SLICE("wordpress"),
        SLICE("postmaster"), SLICE("clamav"),     SLICE("amavis"),   SLICE("virusalert"),
        SLICE("crowdsec"),   SLICE("prometheus"), SLICE("grafana"),  SLICE("jenkins"),
        SLICE("git"),        SLICE("gitlab"),     SLICE("gitea"),    SLICE("smartd"),
        SLICE("mdadm"),      SLICE("cpanel"),     SLICE("arpwatch"), SLICE("tripwire"),
        SLICE("checkmk"),    SLICE("backup"),     SLICE("suricata"), SLICE("alertmanager"),
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_starts_with_nocase(mailbox, names[i]) &&
            slice_starts_with(slice_from(mailbox, names[i].len), SLICE("@")))
            return true;
    return false;
}

/* One is the other, or below it. */
static bool is_same_site(struct slice a, struct slice b)
{
    return host_is_within(a, b) || host_is_within(b, a);
}

static bool accuses_ours(const struct incoming *message)
{
    const struct free_text *text = free_text_of(message);
    for (size_t i = 0; i < text->claim_count; i++)
        if (free_text_accuses(text, &text->claims[i]) &&
            message_owns(message, &text->claims[i].address))
            return true;
    return false;
}

/* A host tells its own operators who knocked at its doors: addresses of the whole world, and
 * nobody's report to us. An address of ours in it is another matter. */
static bool is_own_log(const struct incoming *message)
{
    struct arena *arena = message->arena;
    return is_robot(message->from) &&
           is_same_site(mime_domain_of(arena, message->from),
                        mime_domain_of(arena, recipient(message))) &&
           !accuses_ours(message);
}

struct slice ordinary_kind(const struct incoming *message)
{
    if (message_is_reply(message))
        return SLICE("a reply");
    if (is_list_mail(message))
        return SLICE("a mailing list");
    if (has_calendar(message))
        return SLICE("an invitation");
    if (is_own_log(message))
        return SLICE("a host's mail to its own operators");
    return SLICE("");
}

bool ordinary_complains(const struct incoming *message)
{
    return free_text_of(message)->insists || table_accuses(message);
}

struct slice ordinary_doubt(const struct incoming *message, struct slice kind)
{
    struct slice guess = free_text_guess(message);
    return arena_printf(message->arena, "%.*s, but it complains itself%s%.*s", SLICE_FMT(kind),
                        guess.len > 0 ? "; best guess: " : "", SLICE_FMT(guess));
}

/* Who answers may go on to complain, in so few words that its kind is not clear. */
static bool tells_anew(const struct incoming *message)
{
    return message_is_reply(message) &&
           (free_text_of(message)->tells || said_in_grief(message));
}

static bool ordinary_recognises(const struct incoming *message)
{
    return message->file_name.len == 0 && ordinary_kind(message).len > 0;
}

static enum status ordinary_parse(const struct incoming *message, struct parse_result *result,
                                  struct fault *why)
{
    (void)why;
    struct slice kind = ordinary_kind(message);
    bool insists = (ordinary_complains(message) || tells_anew(message)) &&
                   !is_own_log(message) && !(is_discussion(message) && !accuses_ours(message));
    result->verdict = insists ? VERDICT_TRIAGE : VERDICT_NOT_A_REPORT;
    result->reason = insists ? ordinary_doubt(message, kind) : kind;
    return OK;
}

const struct parser parser_ordinary = {
    .name = "ordinary",
    .revision = 4,
    .about = "replies, mailing lists and invitations: counted, not kept",
    .senders = "anybody",
    .samples = "not-a-report",
    .extracts = "what it is",
    .recognises = ordinary_recognises,
    .parse = ordinary_parse,
    .last_resort = true,
};
