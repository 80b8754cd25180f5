#include "base/site.h"
#include "tests/unit/base/check.h"

#define H "\xe2\x80\xa6"

static void assert_site(const char *subject, const char *want)
{
    static const struct slice secrets[] = {{"jane.doe@example.org", 20},
                                           {"trap7@honey.example.net", 23},
                                           {"reports@watchdog.example", 24}};
    struct arena arena = ARENA_INIT;
    struct slice site = site_of(slice_of(subject), secrets, COUNT(secrets), &arena);
    if (!slice_eq(site, slice_of(want)))
        fail_msg("%s: \"%.*s\" instead of \"%s\"", subject, SLICE_FMT(site), want);
    arena_release(&arena);
}

static void what_is_shown(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"http://evil.example.com/login.php", "http://evil.example.com/login.php"},
        {"hxxps://evil[.]example[.]com/wp-content/plugins/bank/index.html",
         "https://evil.example.com/wp-content/plugins/bank/index.html"},
        {"HTTP://EVIL.example.com:8080/a//b/", "http://evil.example.com/a//b/"},
        {"evil.example.com", "evil.example.com"},
        {"http://192.0.2.7/~user/x.php", "http://192.0.2.7/~user/x.php"},
        {"http://[2001:db8::1]/x", "http://[2001:db8::1]/x"},
        {"http://xn--bcher-kva.example.com/", "http://xn--bcher-kva.example.com"},
        /* nothing to show */
        {"", ""},
        {"http://a b/", ""},
        {"mailto:jane.doe@example.org", "example.org"},
        /* query, fragment, user information, parameters */
        {"http://evil.example.com/x?e=jane.doe@example.org", "http://evil.example.com/x"},
        {"http://evil.example.com/x#amFuZS5kb2VAZXhhbXBsZS5vcmc=", "http://evil.example.com/x"},
        {"http://jane.doe@evil.example.com/x", "http://evil.example.com/x"},
        {"http://evil.example.com/x;jane.doe", "http://evil.example.com/x"},
        {"http://evil.example.com?jane.doe/x", "http://evil.example.com"},
        /* local parts and domains in the path, plain or nearly so */
        {"http://evil.example.com/u/jane.doe@example.org/x",
         "http://evil.example.com/u/" H "/x"},
        {"http://evil.example.com/u/jane.doe/x", "http://evil.example.com/u/" H "/x"},
        {"http://evil.example.com/u/jane_doe/x", "http://evil.example.com/u/" H "/x"},
        {"http://evil.example.com/u/DoeJANE", "http://evil.example.com/u/" H},
        {"http://evil.example.com/u/trap7.html", "http://evil.example.com/u/" H},
        {"http://evil.example.com/u/example.org", "http://evil.example.com/u/" H},
        {"http://evil.example.com/u/bounce-jane=example.org", "http://evil.example.com/u/" H},
        {"http://evil.example.com/u/SRS0=HHH=TT=example.org=jane",
         "http://evil.example.com/u/" H},
        {"http://evil.example.com/u/jane%2Edoe%40example.org", "http://evil.example.com/u/" H},
        {"http://evil.example.com/u/jane%64oe", "http://evil.example.com/u/" H},
        {"http://evil.example.com/watchdog/x", "http://evil.example.com/" H "/x"},
        /* encoded: base64, base64url, base32, hexadecimal, MD5, SHA-1, UUID, numbers */
        {"http://evil.example.com/amFuZS5kb2VAZXhhbXBsZS5vcmc=", "http://evil.example.com/" H},
        {"http://evil.example.com/amFuZS5kb2VAZXhhbXBsZS5vcmc", "http://evil.example.com/" H},
        {"http://evil.example.com/amFuZUB4", "http://evil.example.com/" H},
        {"http://evil.example.com/NJQW4ZJOMRXWKQDFPBQW24DMMUXG64TH",
         "http://evil.example.com/" H},
        {"http://evil.example.com/6a616e652e646f65", "http://evil.example.com/" H},
        {"http://evil.example.com/0cba00ca3da1b283a57287bcceb17e35",
         "http://evil.example.com/" H},
        {"http://evil.example.com/u/1b4e28ba-2fa1-11d2-883f-0016d3cca427",
         "http://evil.example.com/u/" H},
        {"http://evil.example.com/c/20261101123456/x", "http://evil.example.com/c/" H "/x"},
        /* in the name of the host */
        {"http://jane-doe.evil.example.com/", "http://" H ".evil.example.com"},
        {"http://0cba00ca3da1b283.evil.example.com/", "http://" H ".evil.example.com"},
        {"http://amfuzs5kb2vazxhhbxbszs5vcmc.example.com/", "http://" H ".example.com"},
        /* bounded */
        {"http://e.example.com/a/b/c/d/e/f/g/h/i/j", "http://e.example.com/a/b/c/d/e/f/g/h/" H},
        {"http://e.example.com/a\nBcc: x/y", "http://e.example.com/" H "/y"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_site(cases[i][0], cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_shown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
