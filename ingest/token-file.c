#include "ingest/token-file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST   ((size_t)64 << 10)
#define DIGEST_TEXT (2 * SHA256_DIGEST_SIZE + 1)

static void digest_of(const char *token, char text[DIGEST_TEXT])
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, strlen(token), (const uint8_t *)token);
    sha256_digest(&context, sizeof digest, digest);
    base16_encode_update(text, sizeof digest, digest);
    text[DIGEST_TEXT - 1] = '\0';
}

char *token_file_read(const char *path, const char *configured)
{
    char digest[DIGEST_TEXT], *text = NULL, *token = NULL;
    json_error_t error;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return NULL;
    ssize_t got = (text = malloc(FILE_MOST)) == NULL ? -1 : read(fd, text, FILE_MOST);
    (void)close(fd);
    json_t *root = got > 0 ? json_loadb(text, (size_t)got, 0, &error) : NULL;
    const char *after = json_string_value(json_object_get(root, "after"));
    const char *kept = json_string_value(json_object_get(root, "refresh_token"));
    digest_of(configured, digest);
    if (after != NULL && kept != NULL && strcmp(after, digest) == 0)
        token = strdup(kept);
    json_decref(root);
    if (text != NULL)
        explicit_bzero(text, FILE_MOST);
    free(text);
    return token;
}

static bool write_whole(int fd, const char *text)
{
    size_t length = strlen(text), at = 0;
    while (at < length) {
        ssize_t done = write(fd, text + at, length - at);
        if (done < 0 && errno != EINTR)
            return false;
        at += done > 0 ? (size_t)done : 0;
    }
    return fsync(fd) == 0;
}

static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? NULL : strndup(path, (size_t)(slash - path) + 1);
    int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(folder);
}

enum status token_file_write(const char *path, const char *configured, const char *token,
                             struct fault *why)
{
    char digest[DIGEST_TEXT], fresh[4096];
    digest_of(configured, digest);
    json_t *root = json_pack("{s:s, s:s}", "after", digest, "refresh_token", token);
    char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT);
    json_decref(root);
    if (text == NULL)
        abort();
    (void)snprintf(fresh, sizeof fresh, "%s.new", path);
    (void)unlink(fresh); /* of a crash; never opened through a link */
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && write_whole(fd, text);
    int error = errno;
    if (fd >= 0)
        (void)close(fd);
    if (good && rename(fresh, path) != 0) {
        error = errno;
        good = false;
    }
    explicit_bzero(text, strlen(text));
    free(text);
    if (!good)
        return fail(why, ERR_IO, "%s: cannot be written: %s", path, strerror(error));
    sync_folder_of(path);
    return OK;
}
