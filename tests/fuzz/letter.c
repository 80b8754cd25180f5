/* A template and values from outside, parted by NULs: whatever they are, a letter that is
 * written is one mail with the header fields that we gave it and no others. */
#include "escalate/letter.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

/* Only CRLF, nothing but ASCII, and each field once, before the first empty line. */
static void must_be_one_mail(struct slice mail)
{
    unsigned recipients = 0, ends = 0;
    for (size_t i = 0; i < mail.len; i++) {
        unsigned char c = (unsigned char)mail.ptr[i];
        bool lone_lf = c == '\n' && (i == 0 || mail.ptr[i - 1] != '\r');
        bool lone_cr = c == '\r' && (i + 1 == mail.len || mail.ptr[i + 1] != '\n');
        if (c >= 0x7f || c == 0 || lone_lf || lone_cr)
            abort();
    }
    struct slice line;
    while (ends == 0 && slice_next_line(&mail, &line)) {
        recipients += slice_starts_with_nocase(line, SLICE("To:")) ||
                              slice_starts_with_nocase(line, SLICE("Cc:")) ||
                              slice_starts_with_nocase(line, SLICE("Bcc:"))
                          ? 1
                          : 0;
        ends += line.len == 0 ? 1 : 0;
    }
    if (recipients != 1 || ends != 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = {(const char *)data, size}, parts[8] = {{0}};
    for (unsigned i = 0; i < 8 && slice_next_field(&rest, '\0', &parts[i]); i++)
        ;
    struct letter_templates templates = {
        .languages = {SLICE("en")}, .language_count = 1, .measures = {parts[1]}};
    struct letter_settings settings = {.templates = &templates,
                                       .provider = parts[2],
                                       .from = SLICE("abuse@hosting.example"),
                                       .desk = parts[3],
                                       .reply_local = SLICE("reply"),
                                       .reply_domain = SLICE("hosting.example"),
                                       .message_domain = SLICE("hosting.example"),
                                       .portal = parts[3],
                                       .phone = parts[4]};
    struct abuse_case c = {.id = 1,
                           .generation = 1,
                           .customer = parts[5],
                           .server = parts[6],
                           .terms = {.climbs = true, .call = true}};
    struct action action = {.case_id = 1,
                            .generation = 1,
                            .attempt = 1,
                            .identity = SLICE("C-1.1.warn.0.1"),
                            .text = parts[7]};
    const struct letter_evidence evidence = {1790000000, &xarf_types[0], 2};
    const struct letter_case cases[2] = {{&c, &action, &evidence, 1}, {&c, &action, NULL, 0}};
    struct letter_request request = {.cases = cases,
                                     .case_count = 2,
                                     .to = SLICE("jane@customer.example"),
                                     .name = parts[5],
                                     .language = parts[6],
                                     .zone = parts[6],
                                     .now = {1790000000, 1}};
    struct arena arena = ARENA_INIT;
    struct buffer mail = BUFFER_INIT;
    struct fault why;
    struct letter_token token;
    templates.texts[LETTER_WARNING][0] = parts[0];
    bool sound = letter_template_check(parts[0], &why) == OK;
    enum status status = letter_write(&settings, &request, &arena, &mail, &why);
    if (status == OK)
        must_be_one_mail(buffer_slice(&mail));
    else if (sound && status != ERR_LIMIT)
        abort(); /* a template that was checked can be filled */
    request.to = parts[2];
    buffer_clear(&mail);
    if (letter_write(&settings, &request, &arena, &mail, &why) == OK)
        must_be_one_mail(buffer_slice(&mail));
    (void)letter_token_read(settings.token_key, parts[0], &token);
    buffer_release(&mail);
    arena_release(&arena);
    return 0;
}
