#include "base/report.h"

#include "base/names.h"

static const char *const roles[] = {
    [ROLE_SOURCE] = "source",
    [ROLE_VICTIM] = "victim",
    [ROLE_MENTIONED] = "mentioned",
};

static const char *const results[] = {
    [AUTH_NONE] = "none",
    [AUTH_PASS] = "pass",
    [AUTH_FAIL] = "fail",
};

const char *role_name(enum role role)
{
    return name_of(NAMES(roles), role);
}

const char *auth_result_name(enum auth_result result)
{
    return name_of(NAMES(results), result);
}

bool role_parse(struct slice text, enum role *role)
{
    unsigned value = 0;
    if (!name_find(NAMES(roles), text, &value))
        return false;
    *role = (enum role)value;
    return true;
}

const char *uuid_text(const uint8_t octets[16], char text[UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    char *out = text;
    for (unsigned i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex[octets[i] >> 4];
        *out++ = hex[octets[i] & 0x0f];
    }
    *out = '\0';
    return text;
}
