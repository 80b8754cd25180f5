/* script: what the world does in a replay, and when. The format is described in
 * docs/replay.md.
 *
 *     # when            whom         what
 *     +0                *            call no-answer
 *     warned+1h         192.0.2.7    reply substantive we found the mailbox and changed its password
 *     +26h              C-3          operator alice approve
 *     2026-11-02T08:00:00Z  -        intake down
 *     +0                evil.example.com  resolves 192.0.2.7 */
#ifndef APP_SCRIPT_H
#define APP_SCRIPT_H

#include "app/input.h"
#include "base/observation.h"

enum script_what {
    SCRIPT_ANSWER, /* from now on actions of this verb come out so */
    SCRIPT_REPLY,
    SCRIPT_BOUNCE, /* the mails to this case that were taken come back */
    SCRIPT_OPERATOR,
    SCRIPT_INTAKE,
    SCRIPT_RESOLVE, /* from now on the DNS says this of a name */
};

enum script_anchor { ANCHOR_TIME, ANCHOR_START, ANCHOR_EVENT };

struct script_entry {
    unsigned line;
    enum script_anchor anchor;
    enum event_type event; /* ANCHOR_EVENT: the first of this type about the subject */
    int64_t offset;        /* behind the anchor; ANCHOR_TIME: the time itself */
    int64_t at;            /* real time once it is known, else 0 */
    bool done;

    bool any;               /* subject: every case, every name */
    uint64_t case_id;       /* subject: this case, or 0 */
    struct address address; /* subject: the case about this address */
    struct slice host;      /* subject: this name */

    enum script_what what;
    enum verb verb;                 /* ANSWER */
    enum outcome outcome;           /* ANSWER */
    struct input input;             /* REPLY, OPERATOR, INTAKE: all but id and case */
    struct observation observation; /* RESOLVE: all but the name */
};

struct script {
    const char *name;
    struct script_entry *entries;
    size_t count;
};

/* Text and entries live in the arena. Faults name file and line. */
MUST_USE enum status script_parse(struct slice text, const char *name, struct arena *arena,
                                  struct script *script, struct fault *why);

bool script_concerns(const struct script_entry *entry, uint64_t case_id,
                     const struct address *address);
/* Gives entries that wait for the start, or for this event, their time. */
void script_start(struct script *script, int64_t start);
void script_event(struct script *script, const struct event *event,
                  const struct address *address);
/* The next entry that has a time and was not done, earliest first, then by line; NULL when
 * there is none. */
struct script_entry *script_next(const struct script *script);
/* What the last answer that is in force by then says; false: nothing. */
bool script_answer(const struct script *script, enum verb verb, uint64_t case_id,
                   const struct address *address, int64_t now, enum outcome *outcome);
/* What the DNS says of the name then; UNASKED when the script never says anything of it,
 * UNKNOWN while it does so only later. */
void script_observe(const struct script *script, struct slice name, int64_t now,
                    struct observation *said);

#endif
