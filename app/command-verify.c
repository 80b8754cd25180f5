/* verify: what the daemon does to a mail when it arrives, by hand. */
#include "app/command.h"
#include "app/verification.h"
#include "base/text.h"
#include "ingest/mailbox.h"

#include <signal.h>
#include <stdlib.h>

struct verifying {
    struct call *call;
    struct verification verification;
    uv_loop_t loop;
    bool whole; /* print the mails */
};

/* Whose mail the answer is about; freed with it. */
struct asked {
    struct verifying *verifying;
    char *file;
    uint64_t number;
};

static void say(void *data, const char *line)
{
    call_notice(data, "%s", line);
}

/* The stamp without its name, on one line. */
static struct slice stamp_of(struct slice mail, struct arena *arena)
{
    struct slice rest = mail, line = {0};
    struct buffer stamp = BUFFER_INIT;
    bool first = true;
    while (slice_next_line(&rest, &line)) {
        if (!first && (line.len == 0 || line.ptr[0] != ' '))
            break;
        struct slice part = slice_trim(line);
        if (first)
            part = slice_from(part, sizeof "Authentication-Results:");
        buffer_printf(&stamp, "%s%.*s", first ? "" : " ", SLICE_FMT(part));
        first = false;
    }
    struct slice text = text_line(arena, buffer_slice(&stamp), 8192);
    buffer_release(&stamp);
    return text;
}

static void print_stamp(struct call *call, const struct asked *asked, struct slice stamp,
                        struct arena *arena)
{
    struct slice file = text_line(arena, slice_of(asked->file), 4096);
    if (call->json) {
        json_t *object = json_object();
        json_object_set_new(object, "file", json_stringn(file.ptr, file.len));
        json_object_set_new(object, "message", json_integer((json_int_t)asked->number));
        json_object_set_new(object, "authentication_results",
                            json_stringn(stamp.ptr, stamp.len));
        call_json(call, object);
    } else {
        fprintf(call->out.stream, "%.*s: message %llu: %.*s\n", SLICE_FMT(file),
                (unsigned long long)asked->number, SLICE_FMT(stamp));
    }
}

static void done(struct slice mail, void *data)
{
    struct asked *asked = data;
    struct verifying *verifying = asked->verifying;
    struct arena arena = ARENA_INIT;
    if (verifying->whole)
        (void)fwrite(mail.ptr, 1, mail.len, verifying->call->out.stream);
    else
        print_stamp(verifying->call, asked, stamp_of(mail, &arena), &arena);
    arena_release(&arena);
    free(asked->file);
    free(asked);
}

static void verify_one(struct verifying *verifying, const struct mail *mail)
{
    struct asked *asked = calloc(1, sizeof *asked);
    if (asked == NULL || (asked->file = strdup(mail->file)) == NULL)
        abort();
    asked->verifying = verifying;
    asked->number = mail->number;
    while (!verify_start(verifying->verification.verifier, mail->bytes, done, asked))
        (void)uv_run(&verifying->loop, UV_RUN_ONCE);
}

static enum exit_code verify_mailbox(struct verifying *verifying, const char *path)
{
    struct fault why = {""};
    struct mailbox *mailbox = NULL;
    enum exit_code code = EXIT_DONE;
    enum status status = mailbox_open(path, &(struct mailbox_settings){0}, &mailbox, &why);
    if (status != OK)
        return call_failed(verifying->call, status, &why);
    for (;;) {
        struct mail mail;
        bool found = false;
        status = mailbox_next(mailbox, &mail, &found, &why);
        if (status != OK) {
            code = call_failed(verifying->call, status, &why);
            continue;
        }
        if (!found)
            break;
        verify_one(verifying, &mail);
    }
    mailbox_close(mailbox);
    return code;
}

static enum exit_code run(struct call *call)
{
    struct config config;
    struct fault why = {""};
    struct verifying verifying = {.call = call, .whole = call_flag(call, "mail")};
    enum exit_code code = call_configure(call, &config);
    if (code != EXIT_DONE)
        return code;
    if (!config.authentication.verify_dkim)
        return call_usage(call, "[authentication] verify-dkim = no: nothing is to be verified");
    (void)signal(SIGPIPE, SIG_IGN); /* the verifier may die with a question on its way */
    (void)uv_loop_init(&verifying.loop);
    enum status status =
        verification_open(&verifying.loop, &config, say, call, &verifying.verification, &why);
    for (int i = 0; status == OK && i < call->operand_count; i++) {
        enum exit_code one = verify_mailbox(&verifying, call->operands[i]);
        code = one == EXIT_DONE ? code : one;
    }
    while (status == OK && verifier_waiting(verifying.verification.verifier) > 0)
        (void)uv_run(&verifying.loop, UV_RUN_ONCE);
    if (status == OK)
        verification_close(&verifying.verification);
    (void)uv_run(&verifying.loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&verifying.loop);
    return status == OK ? code : call_failed(call, status, &why);
}

static const struct command_option options[] = {
    {"mail", 0, NULL, "print each mail as the journal would get it"},
    {NULL, 0, NULL, NULL},
};

const struct command command_verify = {
    .name = "verify",
    .summary = "Check the DKIM signatures of mails",
    .operands = "FILE...",
    .operands_least = 1,
    .operands_most = -1,
    .details =
        "FILE is a mail, an mbox, a Maildir or a folder of mails. Prints what the daemon would "
        "write\n"
        "on top of each as Authentication-Results: the keys are looked up now, and "
        "expired\n"
        "signatures have expired. Needs verify-dkim in [authentication].",
    .options = options,
    .run = run,
};
