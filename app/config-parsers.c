/* The site's own data files for the parsers. */
#include "app/config-table.h"
#include "app/file.h"
#include "parsers/feed.h"
#include "parsers/free-text-rules.h"
#include "parsers/notices.h"
#include "parsers/vocabulary.h"

/* What is wrong with the file is the fault of the line that names it. */
static void blame(struct config *config, struct arena *arena, const char *key,
                  const struct fault *why)
{
    struct config_setting setting =
        config_setting_of(config, "parsers", key, (struct slice){0});
    config_blame(config, arena, setting.file, setting.line, "[parsers] %s: %s", key, why->text);
}

static bool read_file(struct config *config, struct slice path, const char *key,
                      struct arena *arena, struct slice *text)
{
    struct fault why = {""};
    if (path.len == 0)
        return false;
    if (file_read(path.ptr, CONFIG_SIZE_MOST, arena, text, &why) == OK)
        return true;
    blame(config, arena, key, &why);
    return false;
}

void config_read_parsers(struct config *config, struct arena *arena)
{
    const struct parsers_config *files = &config->parsers;
    struct fault why = {""};
    struct slice text;
    struct vocabulary *words = NULL;
    struct feeds *feeds = NULL;
    struct notices *notices = NULL;
    struct free_text_rules *rules = NULL;
    if (read_file(config, files->vocabulary, "vocabulary", arena, &text)) {
        if (vocabulary_read(text, files->vocabulary.ptr, vocabulary_default(), arena, &words,
                            &why) == OK)
            config->parse.vocabulary = words;
        else
            blame(config, arena, "vocabulary", &why);
    }
    if (read_file(config, files->feeds, "feeds", arena, &text)) {
        if (feeds_read(text, files->feeds.ptr, feeds_default(), arena, &feeds, &why) == OK)
            config->parse.feeds = feeds;
        else
            blame(config, arena, "feeds", &why);
    }
    if (read_file(config, files->notices, "notices", arena, &text)) {
        if (notices_read(text, files->notices.ptr, notices_default(), arena, &notices, &why) ==
            OK)
            config->parse.notices = notices;
        else
            blame(config, arena, "notices", &why);
    }
    if (read_file(config, files->free_text, "free-text", arena, &text)) {
        if (free_text_rules_read(text, files->free_text.ptr, arena, &rules, &why) == OK)
            config->parse.free_text = rules;
        else
            blame(config, arena, "free-text", &why);
    }
}
