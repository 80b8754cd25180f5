#include "app/letters.h"

#include "app/file.h"

static struct slice either(struct slice text, struct slice otherwise)
{
    return text.len > 0 ? text : otherwise;
}

enum status letters_for_replay(const struct config *config, struct arena *arena,
                               struct letter_settings *settings, struct fault *why)
{
    const struct desk_config *desk = &config->desk;
    const char *shipped = NULL;
    struct letter_templates *templates = arena_new(arena, struct letter_templates);
    enum status status = file_shipped("templates", arena, &shipped, why);
    if (status == OK)
        status =
            letter_templates_load(shipped, desk->templates.len > 0 ? desk->templates.ptr : NULL,
                                  arena, templates, why);
    if (status != OK)
        return status;
    *settings = (struct letter_settings){
        .templates = templates,
        .provider = either(desk->name, SLICE("Abuse desk")),
        .from = either(desk->from, SLICE("abuse@replay.invalid")),
        .desk = either(desk->mail, either(desk->from, SLICE("desk@replay.invalid"))),
        .reply_local = either(desk->reply_local, SLICE("reply")),
        .reply_domain = either(desk->reply_domain, SLICE("replay.invalid")),
        .message_domain = either(desk->reply_domain, SLICE("replay.invalid")),
        .portal = desk->portal,
        .phone = desk->phone,
    };
    return OK;
}
