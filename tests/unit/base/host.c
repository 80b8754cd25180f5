#include "base/host.h"
#include "tests/unit/base/check.h"

#include <stdio.h>
#include <stdlib.h>

static void assert_host(const char *subject, const char *want)
{
    struct arena arena = ARENA_INIT;
    struct host host;
    char got[512], address[ADDRESS_TEXT];
    host_of(slice_of(subject), &arena, &host);
    switch (host.type) {
    case HOST_ADDRESS:
        (void)snprintf(got, sizeof got, "[%s]", address_text(&host.address, address));
        break;
    case HOST_NAME:
        (void)snprintf(got, sizeof got, "%.*s", SLICE_FMT(host.name));
        break;
    default:
        (void)snprintf(got, sizeof got, "- %s", host.why);
    }
    if (strcmp(got, want) != 0)
        fail_msg("%s: \"%s\" instead of \"%s\"", subject, got, want);
    arena_release(&arena);
}

static void hosts(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"evil.example.com", "evil.example.com"},
        {"EVIL.Example.COM.", "evil.example.com"},
        {"http://evil.example.com/login?a=b@c", "evil.example.com"},
        {"hxxps://evil[.]example[.]com:8443/x", "evil.example.com"},
        {"evil.example.com/login", "evil.example.com"},
        {"evil.example.com:8080", "evil.example.com"},
        /* what a page's owner writes into its path names nobody */
        {"evil.example.com/go?to=http://192.0.2.7/", "evil.example.com"},
        {"evil.example.com?http://192.0.2.7/", "evil.example.com"},
        {"evil.example.com#http://192.0.2.7/", "evil.example.com"},
        {"evil.example.com\\http://192.0.2.7/", "evil.example.com"},
        {"evil.example.com://192.0.2.7/", "evil.example.com"},
        {"http://evil.example.com/http://192.0.2.7/", "evil.example.com"},
        {"https://bank.example.org@evil.example.com/", "evil.example.com"},
        {"https://bank.example.org:x@y@evil.example.com#bank.example.org", "evil.example.com"},
        {"https://evil.example.com\\@bank.example.org/", "evil.example.com"},
        {"http://user_name.blog.example.net/", "user_name.blog.example.net"},
        /* b\xc3\xbc"cher", and the same in full-width letters */
        {"http://b\xc3\xbc"
         "cher.example.org/",
         "xn--bcher-kva.example.org"},
        {"http://\xef\xbd\x85vil.example.com/", "evil.example.com"},
        {"http://xn--bcher-kva.example.org/", "xn--bcher-kva.example.org"},
        /* literal addresses, in all spellings that a browser takes */
        {"http://192.0.2.7/x", "[192.0.2.7]"},
        {"192.0.2.7", "[192.0.2.7]"},
        {"http://192[.]0[.]2[.]7:8080/", "[192.0.2.7]"},
        {"http://[2001:db8::1]:80/", "[2001:db8::1]"},
        {"http://[::ffff:192.0.2.7]/", "[192.0.2.7]"},
        {"http://3221225991/", "[192.0.2.7]"},
        {"http://0xC0000207/", "[192.0.2.7]"},
        {"http://0300.0.2.7/", "[192.0.2.7]"},
        {"http://192.519/", "[192.0.2.7]"},
        {"http://\xef\xbc\x91"
         "92.0.2.7/",
         "[192.0.2.7]"},
        {"http://10.0.0.1/", "[10.0.0.1]"},
        /* nothing to be asked for */
        {"", "- it has no host"},
        {"http:///x", "- it has no host"},
        {"http://localhost/", "- its host is a name of private networks"},
        {"http://LOCALHOST.:80/", "- its host is a name of private networks"},
        {"http://db.internal/", "- its host is a name of private networks"},
        {"http://printer.home.arpa/", "- its host is a name of private networks"},
        {"http://7.2.0.192.in-addr.arpa/", "- its host is a name of private networks"},
        {"http://hidden.onion/", "- its host is a name of private networks"},
        {"http://wpad/", "- its host is no name"},
        {"http://a..example.com/", "- its host is no name"},
        {"http://-a.example.com/", "- its host is no name"},
        {"http://a b.example.com/", "- its host is no name"},
        {"http://a\x01.example.com/", "- its host is no name"},
        {"http://a%00.example.com/", "- its host is no name"},
        {"http://a\n.example.com/", "- its host is no name"},
        {"http://\xff\xfe.example.com/", "- its host is no name"},
        {"http://\xe2\x80\xae"
         "moc.example.com/",
         "- its host is no name"},
        {"http://1.2.3.4.5/", "- its host is no name"},
        {"http://4294967296/", "- its host is no name"},
        {"http://0/", "[0.0.0.0]"},
        {"http://256.256.256.256/", "- its host is no name"},
        {"http://[2001:db8::1/", "- its host is no name"},
        {"http://[::]/", "- it has no host"},
        {"mailto:someone@example.com", "example.com"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_host(cases[i][0], cases[i][1]);
}

static void lengths(void **state)
{
    (void)state;
    char text[10000];
    memset(text, 'a', sizeof text);
    memcpy(text + 63, ".example.com", 13);
    assert_host(text, text);
    memset(text, 'a', 64);
    memcpy(text + 64, ".example.com", 13);
    assert_host(text, "- its host is no name");
    for (size_t i = 0; i < 400; i++)
        text[i] = i % 2 == 0 ? 'a' : '.';
    memcpy(text + 400, "example.com", 12);
    assert_host(text, "- its host is no name");
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_host(text, "- it is too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hosts), cmocka_unit_test(lengths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
