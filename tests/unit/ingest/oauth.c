/* What a token endpoint is told, and what is made of its answers. */
#include "ingest/oauth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void forms(void **state)
{
    (void)state;
    static const struct {
        struct oauth_client client;
        const char *form;
    } cases[] = {
        {{OAUTH_REFRESH_TOKEN, "id&1", "", false},
         "grant_type=refresh_token&refresh_token=r%2F%2B%3D&client_id=id%261&client_secret=h%"
         "20s"},
        {{OAUTH_REFRESH_TOKEN, "id", "a b", true},
         "grant_type=refresh_token&refresh_token=r%2F%2B%3D&scope=a%20b"},
        {{OAUTH_CLIENT_CREDENTIALS, "id", "https://x.example/.default", false},
         "grant_type=client_credentials&client_id=id&client_secret=h%20s&"
         "scope=https%3A%2F%2Fx.example%2F.default"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer form = BUFFER_INIT;
        oauth_form(&cases[i].client, "h s", "r/+=", &form);
        assert_string_equal(form.ptr, cases[i].form);
        buffer_release(&form);
    }
}

static void answers(void **state)
{
    (void)state;
    static const char *const hidden[] = {"secret-7", NULL};
    static const struct {
        long code;
        const char *body;
        enum status status;
        const char *says, *hides; /* of the fault */
        int64_t lifetime;
    } cases[] = {
        {200, "{\"access_token\":\"a.b-c\",\"token_type\":\"bEARER\",\"expires_in\":3599}", OK,
         "", "", 3599},
        {200, "{\"access_token\":\"a\",\"expires_in\":\"60\"}", OK, "", "", 60},
        {200, "{\"access_token\":\"a\"}", OK, "", "", 300},
        {200, "{\"access_token\":\"a\",\"expires_in\":-1}", OK, "", "", 300},
        {200, "{\"access_token\":\"a\",\"expires_in\":99999999999}", OK, "", "", 86400},
        {200, "{\"access_token\":\"a b\"}", ERR_MALFORMED, "no access token", "", 0},
        {200, "{\"access_token\":\"a\\u0001b\"}", ERR_MALFORMED, "no access token", "", 0},
        {200, "{\"access_token\":7}", ERR_MALFORMED, "no access token", "", 0},
        {200, "[]", ERR_MALFORMED, "no token endpoint", "", 0},
        {200, "", ERR_MALFORMED, "no token endpoint", "", 0},
        {404, "<html>", ERR_MALFORMED, "no token endpoint", "", 0},
        {400, "{}", ERR_DENIED, "without saying why", "", 0},
        {503, "{\"error\":\"x\"}", ERR_IO, "HTTP 503", "", 0},
        {429, "", ERR_IO, "HTTP 429", "", 0},
        {307, "", ERR_DENIED, "redirects", "", 0},
        {400, "{\"error\":\"invalid_grant\",\"error_description\":\"it is old\"}", ERR_DENIED,
         "it is old", "", 0},
        {400, "{\"error\":\"invalid_grant\",\"error_description\":\"secret-7 is old\"}",
         ERR_DENIED, "log in once more", "secret-7", 0},
        {400, "{\"error\":\"secret-7\"}", ERR_DENIED, "refuses", "secret-7", 0},
        {400, "{\"error\":\"a\\u001b[2Jb\",\"error_description\":\"c\\r\\nd\"}", ERR_DENIED,
         "refuses", "\033", 0},
        {200, "{\"error\":\"invalid_client\"}", ERR_DENIED, "client-id", "", 0},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct oauth_token token = {0};
        struct fault why = {""};
        enum status status =
            oauth_read(cases[i].code, slice_of(cases[i].body), hidden, &arena, &token, &why);
        if (status != cases[i].status || strstr(why.text, cases[i].says) == NULL ||
            (cases[i].hides[0] != '\0' && strstr(why.text, cases[i].hides) != NULL))
            fail_msg("%s: %d %s", cases[i].body, (int)status, why.text);
        assert_int_equal(token.lifetime, cases[i].lifetime);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
