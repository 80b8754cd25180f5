/* deliver: one mail from stdin into the journal, for a mail server's pipe. The exit codes
 * are those of sysexits.h. */
#include "app/command.h"

#include "app/verification.h"
#include "base/text.h"
#include "store/store.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static const struct command_option options[] = {
    {"from", 'f', "ADDRESS", "envelope sender, named in the source of the record"},
    {NULL, 0, NULL, NULL},
};

static enum exit_code temporary(struct call *call, const struct fault *why)
{
    call_notice(call, "%s", why->text);
    return (enum exit_code)EX_TEMPFAIL;
}

/* False when it is longer than `most`, or cannot be read. */
static bool read_mail(struct buffer *mail, size_t most, struct fault *why)
{
    for (;;) {
        buffer_reserve(mail, 65536);
        ssize_t got = read(STDIN_FILENO, mail->ptr + mail->len, 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            (void)fail(why, ERR_IO, "stdin: %s", strerror(errno));
            return false;
        }
        if (got == 0)
            return true;
        mail->len += (size_t)got;
        if (mail->len > most) {
            (void)fail(why, ERR_LIMIT, "the mail is longer than message-size of [intake]");
            return false;
        }
    }
}

static enum status append(struct store *store, struct slice source, struct slice mail,
                          struct fault *why)
{
    struct journal *journal = store_journal(store);
    /* The fair clock is the daemon's to advance: applying takes the store's own. */
    struct journal_record record = {
        .kind = JOURNAL_MESSAGE, .real = time(NULL), .source = source, .body = mail};
    enum status status = journal_lock(journal, why);
    if (status != OK)
        return status;
    status = journal_append(journal, &record, NULL, why);
    if (status == OK)
        status = journal_sync(journal, why);
    journal_unlock(journal);
    return status;
}

static enum exit_code keep(struct call *call, const struct config *config, struct slice mail)
{
    struct fault why = {""};
    struct store *store = NULL;
    const char *from = call_option(call, "from");
    struct slice source = SLICE("deliver");
    if (from != NULL && text_is_mailbox(slice_of(from)))
        source = slice_until(arena_printf(call->arena, "deliver %s", from), 255);
    struct store_settings settings = {.directory = config->store.directory.ptr,
                                      .create = true,
                                      .segment_size = config->store.segment_size};
    enum status status = store_open(&settings, &store, &why);
    if (status == OK)
        status = append(store, source, mail, &why);
    store_close(store);
    if (status == ERR_LIMIT || status == ERR_MALFORMED) {
        call_notice(call, "%s", why.text);
        return (enum exit_code)EX_DATAERR;
    }
    return status == OK ? EXIT_DONE : temporary(call, &why);
}

static void say(void *data, const char *line)
{
    call_notice(data, "%s", line);
}

static enum exit_code verify_and_keep(struct call *call, const struct config *config,
                                      struct slice mail)
{
    struct fault why = {""};
    struct buffer stamped = BUFFER_INIT;
    (void)signal(SIGPIPE, SIG_IGN); /* the verifier may die with a question on its way */
    enum status status = verification_of_one(config, mail, say, call, &stamped, &why);
    enum exit_code code =
        status == OK ? keep(call, config, buffer_slice(&stamped)) : temporary(call, &why);
    buffer_release(&stamped);
    return code;
}

static enum exit_code run(struct call *call)
{
    struct config config;
    struct fault why = {""};
    struct buffer mail = BUFFER_INIT;
    enum exit_code code = EXIT_DONE;
    enum status status = config_load(call->config_path, call->arena, &config, &why);
    if (status != OK) /* the queue keeps it until somebody has mended the configuration */
        return temporary(call, &why);
    if (call->store_path != NULL)
        config.store.directory = slice_of(call->store_path);
    if (read_mail(&mail, config_mail_most(&config), &why)) {
        code = verify_and_keep(call, &config, buffer_slice(&mail));
    } else {
        call_notice(call, "%s", why.text);
        code =
            (enum exit_code)(mail.len > config_mail_most(&config) ? EX_DATAERR : EX_TEMPFAIL);
    }
    buffer_release(&mail);
    return code;
}

const struct command command_deliver = {
    .name = "deliver",
    .summary = "Take one mail from stdin, for a mail server's pipe",
    .operands = "",
    .details =
        "Exits with 0 once the mail is on disk; the daemon makes cases of it within a second. "
        "It "
        "exits with 75 when the mail should be tried again later (also when the configuration "
        "is "
        "wrong), and with 65 when it is too long to be kept at all. For Postfix, in "
        "master.cf:\n\n"
        "abusedesk unix - n n - 4 pipe flags=Rq user=abusedesk argv=/usr/bin/abusedesk deliver "
        "--from ${sender}",
    .options = options,
    .run = run,
};
