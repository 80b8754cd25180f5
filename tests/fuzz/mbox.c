/* Any bytes as a mailbox: every mail comes out once, none is longer than the file, and the
 * reading ends. */
#include "tests/fuzz/fuzz.h"

#include "ingest/mailbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    struct mailbox *mailbox = NULL;
    struct mailbox_settings settings = {.mail_most = 4096};
    int fd = memfd_create("mbox", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (mailbox_open(path, &settings, &mailbox, NULL) == OK) {
        bool found = true;
        for (size_t mails = 0; found; mails++) {
            struct mail mail;
            enum status status = mailbox_next(mailbox, &mail, &found, NULL);
            if (mails > 2 * size + 8 ||
                (status == OK && found && mail.bytes.len > settings.mail_most))
                abort();
        }
        mailbox_close(mailbox);
    }
    (void)close(fd);
    return 0;
}
