/* parsers: what is understood, by whom it is sent, and which definitions are in force. */
#include "app/command.h"
#include "app/table.h"
#include "app/wrap.h"
#include "parsers/feed.h"
#include "parsers/formats.h"
#include "parsers/notices.h"

#include <stdlib.h>

/* The names of the definitions that a parser reads by, in the order in which they are asked. */
static struct text_list definitions(const struct parser *parser,
                                    const struct parse_settings *settings, struct arena *arena)
{
    struct text_list names = {0};
    size_t cursor = 0;
    const struct feeds *feeds = settings->feeds != NULL ? settings->feeds : feeds_default();
    const struct notices *notices =
        settings->notices != NULL ? settings->notices : notices_default();
    const struct feed *feed = NULL;
    const struct notice *notice = NULL;
    while (parser == &parser_table && (feed = feeds_next(feeds, &cursor)) != NULL)
        text_list_add(&names, arena, feed->name);
    while (parser == &parser_notice && (notice = notices_next(notices, &cursor)) != NULL)
        text_list_add(&names, arena, notice->name);
    return names;
}

static json_t *parser_json(const struct parser *parser, const struct text_list *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        json_array_append_new(list, json_stringn(names->items[i].ptr, names->items[i].len));
    json_t *object = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:o}", "parser", parser->name,
                               "revision", (int)parser->revision, "about", parser->about,
                               "senders", parser->senders, "samples", parser->samples,
                               "extracts", parser->extracts, "definitions", list);
    if (object == NULL)
        abort();
    return object;
}

static void print_parser(struct call *call, const struct parser *parser,
                         const struct text_list *names)
{
    FILE *out = call->out.stream;
    fprintf(out, "%s%s%s (revision %u)\n", tint_on(&call->out, TINT_STRONG), parser->name,
            tint_off(&call->out, TINT_STRONG), parser->revision);
    const struct terminal *terminal = &call->out;
    wrap_field(terminal, 4, "format", 17, slice_of(parser->about), TINT_NONE);
    wrap_field(terminal, 4, "senders", 17, slice_of(parser->senders), TINT_NONE);
    wrap_field(terminal, 4, "extracts", 17, slice_of(parser->extracts), TINT_NONE);
    struct wrap samples = wrap_start(terminal, 4);
    samples.indent = 17;
    wrap_words(&samples, SLICE("samples"), TINT_NONE);
    wrap_column(&samples, samples.indent);
    wrap_printf(&samples, TINT_NONE, "fixtures/mails: %s", parser->samples);
    wrap_end(&samples);
    for (size_t i = 0; i < names->count; i++)
        wrap_field(terminal, 4, i == 0 ? "definitions" : "", 17, names->items[i], TINT_NONE);
}

static enum exit_code run(struct call *call)
{
    struct config config;
    enum exit_code code = call_configure(call, &config);
    if (code != EXIT_DONE)
        return code;
    for (const struct parser *const *each = parser_registry; *each != NULL; each++) {
        struct text_list names = definitions(*each, &config.parse, call->arena);
        if (call->json)
            call_json(call, parser_json(*each, &names));
        else
            print_parser(call, *each, &names);
    }
    return EXIT_DONE;
}

const struct command command_parsers = {
    .name = "parsers",
    .summary = "List the formats that are understood, and who sends them",
    .operands = "",
    .details =
        "In the order in which they are asked: the first that recognises a message has it. "
        "The\n"
        "definitions of tables and notices are the built-in ones and those of the files that\n"
        "[parsers] of the configuration names.",
    .run = run,
};
