#include "app/command.h"

#include <locale.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    /* Character widths, and nothing else: output must not depend on the caller's locale. */
    setlocale(LC_CTYPE, "C.UTF-8");
    return command_main(argc, argv, stdout, stderr);
}
