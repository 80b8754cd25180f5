/* Which files of a folder are mails: those of new/ and cur/ in a Maildir, else by their
 * names; and those of the folders in it, Maildir++'s (.name) too. A link is followed to a
 * file, never to a folder: a tree of folders has an end. */
#include "ingest/folder-list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MOST 32

static char *joined(const char *below, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s%s", below, name) < 0)
        abort();
    return path;
}

static void add_entry(struct mailbox *mailbox, const char *below, const char *name,
                      bool maildir)
{
    if ((mailbox->entry_count & (mailbox->entry_count - 1)) == 0) {
        size_t room = mailbox->entry_count == 0 ? 1 : mailbox->entry_count * 2;
        mailbox->entries = reallocarray(mailbox->entries, room, sizeof *mailbox->entries);
        if (mailbox->entries == NULL)
            abort();
    }
    mailbox->entries[mailbox->entry_count++] =
        (struct folder_entry){.name = joined(below, name), .maildir = maildir};
}

/* In a directory that is no Maildir: x.eml, x.mail, x.eml.gz, and names without a dot (MH
 * counts its mails so). */
static bool is_mail_name(struct slice name)
{
    if (slice_ends_with_nocase(name, SLICE(".gz")))
        name.len -= 3;
    return slice_ends_with_nocase(name, SLICE(".eml")) ||
           slice_ends_with_nocase(name, SLICE(".mail")) || slice_find_byte(name, '.') < 0;
}

enum entry_type { ENTRY_OTHER, ENTRY_FILE, ENTRY_FOLDER };

static enum entry_type type_of(DIR *directory, const struct dirent *entry)
{
    struct stat about;
    int follow = entry->d_type == DT_LNK ? 0 : AT_SYMLINK_NOFOLLOW;
    if (entry->d_type == DT_REG)
        return ENTRY_FILE;
    if (entry->d_type == DT_DIR)
        return ENTRY_FOLDER;
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return ENTRY_OTHER;
    /* A link to nowhere says so when its turn comes. */
    if (fstatat(dirfd(directory), entry->d_name, &about, follow) != 0 ||
        S_ISREG(about.st_mode) || S_ISLNK(about.st_mode))
        return ENTRY_FILE;
    return S_ISDIR(about.st_mode) && follow != 0 ? ENTRY_FOLDER : ENTRY_OTHER;
}

static bool is_maildir(const struct mailbox *mailbox, const char *below)
{
    static const char *const parts[] = {"new", "cur"};
    bool is = true;
    for (size_t i = 0; is && i < 2; i++) {
        char *path = NULL;
        struct stat about;
        if (asprintf(&path, "%s/%s%s", mailbox->path, below, parts[i]) < 0)
            abort();
        is = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
        free(path);
    }
    return is;
}

static DIR *open_folder(const struct mailbox *mailbox, const char *below, struct fault *why)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", mailbox->path, below) < 0)
        abort();
    DIR *directory = opendir(path);
    if (directory == NULL)
        (void)fail(why, ERR_IO, "%s: cannot be listed: %s", path, strerror(errno));
    free(path);
    return directory;
}

enum kind_of_folder { FOLDER_PLAIN, FOLDER_MAILDIR, FOLDER_MAILDIR_PART };

/* "." and "..", a Maildir's own parts, which are listed by themselves, and what is hidden
 * and no Maildir. */
static bool passes_over(const struct mailbox *mailbox, const char *path, const char *name,
                        enum kind_of_folder kind)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return true;
    if (kind == FOLDER_MAILDIR &&
        (strcmp(name, "new") == 0 || strcmp(name, "cur") == 0 || strcmp(name, "tmp") == 0))
        return true;
    return name[0] == '.' && !is_maildir(mailbox, path);
}

static enum status list(struct mailbox *mailbox, const char *below, enum kind_of_folder kind,
                        unsigned depth, struct fault *why);

static enum status list_inner(struct mailbox *mailbox, const char *below, const char *name,
                              enum kind_of_folder kind, unsigned depth, struct fault *why)
{
    char *path = NULL;
    enum status status = OK;
    if (asprintf(&path, "%s%s/", below, name) < 0)
        abort();
    if (!passes_over(mailbox, path, name, kind))
        status =
            depth == DEPTH_MOST
                ? fail(why, ERR_LIMIT, "%s/%s: folders in folders, more than %d deep",
                       mailbox->path, path, DEPTH_MOST)
                : list(mailbox, path, is_maildir(mailbox, path) ? FOLDER_MAILDIR : FOLDER_PLAIN,
                       depth + 1, why);
    free(path);
    return status;
}

static enum status list_part(struct mailbox *mailbox, const char *below, const char *part,
                             unsigned depth, struct fault *why)
{
    char *path = joined(below, part);
    enum status status = list(mailbox, path, FOLDER_MAILDIR_PART, depth, why);
    free(path);
    return status;
}

static enum status list(struct mailbox *mailbox, const char *below, enum kind_of_folder kind,
                        unsigned depth, struct fault *why)
{
    enum status status = OK;
    DIR *directory = open_folder(mailbox, below, why);
    if (directory == NULL)
        return ERR_IO;
    errno = 0;
    for (struct dirent *entry = NULL; status == OK && (entry = readdir(directory)) != NULL;
         errno = 0) {
        const char *name = entry->d_name;
        enum entry_type type = type_of(directory, entry);
        if (type == ENTRY_FOLDER && kind != FOLDER_MAILDIR_PART)
            status = list_inner(mailbox, below, name, kind, depth, why);
        else if (type == ENTRY_FILE && name[0] != '.' &&
                 (kind == FOLDER_MAILDIR_PART ||
                  (kind == FOLDER_PLAIN && is_mail_name(slice_of(name)))))
            add_entry(mailbox, below, name, kind == FOLDER_MAILDIR_PART);
    }
    if (status == OK && errno != 0)
        status = fail(why, ERR_IO, "%s/%s: cannot be listed: %s", mailbox->path, below,
                      strerror(errno));
    (void)closedir(directory);
    if (status == OK && kind == FOLDER_MAILDIR)
        status = list_part(mailbox, below, "new/", depth, why);
    if (status == OK && kind == FOLDER_MAILDIR)
        status = list_part(mailbox, below, "cur/", depth, why);
    return status;
}

enum status folder_find(struct mailbox *mailbox, struct fault *why)
{
    bool maildir = is_maildir(mailbox, "");
    mailbox->reader = maildir ? &reader_maildir : &reader_directory;
    enum status status = list(mailbox, "", maildir ? FOLDER_MAILDIR : FOLDER_PLAIN, 0, why);
    if (status == OK && mailbox->entry_count == 0 && !maildir)
        return fail(why, ERR_MALFORMED,
                    "%s: no mails in this folder, nor in those in it: a mail is called "
                    "NAME.eml, NAME.mail (also .gz), or has no dot in its name",
                    mailbox->path);
    return status;
}
