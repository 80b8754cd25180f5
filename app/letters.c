#include "app/letters.h"

#include "app/file.h"

#include <nettle/sha2.h>
#include <sys/stat.h>

#define KEY_LEAST 32
#define KEY_MOST  4096

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

/* Whatever its length, 32 bytes of key come of it. */
static enum status read_key(const char *path, struct arena *arena, uint8_t key[32],
                            struct fault *why)
{
    struct stat facts;
    struct slice secret = {0};
    struct sha256_ctx context;
    enum status status = file_read(path, KEY_MOST, arena, &secret, why);
    if (status != OK)
        return status;
    if (stat(path, &facts) == 0 && (facts.st_mode & 077) != 0)
        return fail(why, ERR_DENIED, "%s: others may read the key; say chmod 600 to it", path);
    if (secret.len < KEY_LEAST)
        return fail(why, ERR_DENIED,
                    "%s: a key needs at least 32 bytes; head -c 32 /dev/urandom makes one",
                    path);
    sha256_init(&context);
    sha256_update(&context, secret.len, (const uint8_t *)secret.ptr);
    sha256_digest(&context, 32, key);
    explicit_bzero((char *)secret.ptr, secret.len);
    return OK;
}

enum status letters_for_daemon(const struct config *config, struct arena *arena,
                               struct letter_settings *settings, struct fault *why)
{
    enum status status = letters_for_replay(config, arena, settings, why);
    settings->offset = zone_offset;
    if (status == OK && config->desk.key_file.len > 0)
        status = read_key(config->desk.key_file.ptr, arena, settings->token_key, why);
    return status;
}
