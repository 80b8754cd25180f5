#include "app/command.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    /* Character widths, and nothing else: output must not depend on the caller's locale. */
    setlocale(LC_CTYPE, "C.UTF-8");
    /* A file that may not grow any further is an error to be told of, not a death. */
    (void)signal(SIGXFSZ, SIG_IGN);
    return command_main(argc, argv, stdout, stderr);
}
