#include "base/address.h"
#include "tests/unit/base/check.h"

#include <arpa/inet.h>
#include <stdio.h>

static struct address parsed(const char *text)
{
    struct address address = {0};
    if (!address_parse(slice_of(text), &address))
        fail_msg("\"%s\" is an address", text);
    return address;
}

static struct prefix parsed_prefix(const char *text)
{
    struct prefix prefix = {0};
    if (!prefix_parse(slice_of(text), &prefix))
        fail_msg("\"%s\" is a prefix", text);
    return prefix;
}

static void accepts_and_prints_canonically(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"192.0.2.7", "192.0.2.7"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"::FFFF:c000:0207", "192.0.2.7"},
        {"0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"},
        {"2001:DB8::1", "2001:db8::1"},
        {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        {"::1", "::1"},
        {"::", "::"},
        {"2001:db8::192.0.2.33", "2001:db8::c000:221"},
        {"2001:db8::", "2001:db8::"},
        {"2001:db8:0:10:0:200:a:fff0", "2001:db8:0:10:0:200:a:fff0"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[ADDRESS_TEXT];
        struct address address = parsed(cases[i][0]);
        assert_string_equal(address_text(&address, text), cases[i][1]);
    }
}

/* Each pattern of zero words, and words of each length: as libc writes them. */
static void prints_as_libc_does(void **state)
{
    (void)state;
    for (unsigned zeros = 0; zeros < 128; zeros++)
        for (unsigned shift = 0; shift < 16; shift++) {
            struct address address = {{0x20, 0x01}};
            char text[ADDRESS_TEXT], wanted[ADDRESS_TEXT];
            for (unsigned i = 1; i < 8; i++) {
                unsigned word = (zeros >> (i - 1) & 1) != 0 ? 0 : 0xbeefU >> shift;
                address.octets[2 * i] = (uint8_t)(word >> 8);
                address.octets[2 * i + 1] = (uint8_t)word;
            }
            assert_non_null(inet_ntop(AF_INET6, address.octets, wanted, sizeof wanted));
            assert_string_equal(address_text(&address, text), wanted);
        }
}

static void refuses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "1",
        "192.0.2",
        "192.0.2.7.",
        ".192.0.2.7",
        "192.0.2.256",
        "192.0.2.07",
        "0300.0.2.7",
        "0xc0.0.2.7",
        "3221225991",
        "192.0.2.7 ",
        " 192.0.2.7",
        "192.0.2.-7",
        "192.0.2.7/32",
        "192.0..7",
        "192.0.2.7:25",
        ":",
        ":::",
        "1::2::3",
        "2001:db8",
        "2001:db8::1%eth0",
        "2001:db8::g",
        "12345::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "[::1]",
        "::ffff:192.0.2",
        "2001:db8:0000:0000:0000:0000:0000:0001:ffffffffffffffffffffff",
        "192[.]0[.]2[.]7",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address address = {{42}};
        if (address_parse(slice_of(cases[i]), &address))
            fail_msg("\"%s\" is no address", cases[i]);
        assert_int_equal(address.octets[0], 42);
    }
    struct address address;
    assert_false(address_parse(SLICE("192.0.2.7\0"), &address));
    assert_false(address_parse(SLICE("192.0.2.7\0.1"), &address));
}

static void reads_defanged(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"192.0.2.7", "192.0.2.7"},          {"[192.0.2.7]", "192.0.2.7"},
        {"192[.]0[.]2[.]7", "192.0.2.7"},    {"192.0.2[.]7", "192.0.2.7"},
        {"192(.)0(.)2(.)7", "192.0.2.7"},    {"192[dot]0[DOT]2(dot)7", "192.0.2.7"},
        {"2001[:]db8::1", "2001:db8::1"},    {"2001[:]db8[::]1", "2001:db8::1"},
        {"IPv6:2001:db8::1", "2001:db8::1"}, {"[IPv6:2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},    {"[:]:1", "::1"},
    };
    static const char *const bad[] = {"",
                                      "[]",
                                      "[192.0.2.7",
                                      "192[.0.2.7",
                                      "192[.]0[.]2",
                                      "IPv6:",
                                      "[[192.0.2.7]]",
                                      "192[dot.]0.2.7"};
    for (size_t i = 0; i < COUNT(good); i++) {
        struct address address;
        char text[ADDRESS_TEXT];
        assert_true(address_parse_defanged(slice_of(good[i][0]), &address));
        assert_string_equal(address_text(&address, text), good[i][1]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct address address;
        assert_false(address_parse_defanged(slice_of(bad[i]), &address));
    }
}

static void defangs(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"192.0.2.7", "192[.]0[.]2[.]7"}, {"2001:db8::1", "2001[:]db8::1"}, {"::1", "[:]:1"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[ADDRESS_TEXT * 3];
        struct address address = parsed(cases[i][0]), back;
        assert_string_equal(address_defang(&address, text), cases[i][1]);
        assert_true(address_parse_defanged(slice_of(text), &back));
        assert_true(address_eq(&address, &back));
    }
}

static void knows_special_addresses(void **state)
{
    (void)state;
    static const char *const special[] = {
        "0.0.0.0",
        "0.255.255.255",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "64:ff9b::1",
        "100::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:2::1",
        "2001:10::1",
        "2001:2f:ffff::1",
        "4000::1",
    };
    static const char *const ordinary[] = {
        "1.1.1.1",        "9.255.255.255", "11.0.0.0",        "100.63.255.255", "100.128.0.0",
        "172.15.255.255", "172.32.0.0",    "192.0.2.7",       "198.17.255.255", "198.20.0.0",
        "198.51.100.1",   "203.0.113.1",   "223.255.255.255", "2001:db8::1",    "2001:3::1",
        "2001:30::1",     "2a00::1",       "3fff::1",
    };
    for (size_t i = 0; i < COUNT(special); i++) {
        struct address address = parsed(special[i]);
        if (!address_is_special(&address))
            fail_msg("%s is special", special[i]);
    }
    for (size_t i = 0; i < COUNT(ordinary); i++) {
        struct address address = parsed(ordinary[i]);
        if (address_is_special(&address))
            fail_msg("%s is ordinary", ordinary[i]);
    }
}

static void orders_and_compares(void **state)
{
    (void)state;
    struct address none = {0}, low = parsed("192.0.2.7"), high = parsed("192.0.2.8");
    assert_true(address_is_none(&none));
    assert_false(address_is_none(&low));
    assert_true(address_compare(&low, &high) < 0);
    assert_true(address_compare(&high, &low) > 0);
    assert_int_equal(address_compare(&low, &low), 0);
    assert_true(address_is_ipv4(&low));
    assert_false(address_is_ipv4(&none));
}

static void reads_prefixes(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"192.0.2.0/24", "192.0.2.0/24"},
        {"192.0.2.7", "192.0.2.7/32"},
        {"192.0.2.7/32", "192.0.2.7/32"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"2001:db8::/32", "2001:db8::/32"},
        {"2001:db8::1", "2001:db8::1/128"},
        {"::/0", "::/0"},
        {"::ffff:192.0.2.0/120", "192.0.2.0/24"},
        {"2001:DB8:0:8000::/49", "2001:db8:0:8000::/49"},
    };
    static const char *const bad[] = {
        "",
        "/",
        "/24",
        "192.0.2.0/",
        "192.0.2.0/33",
        "192.0.2.1/24",
        "192.0.2.0/024",
        "192.0.2.0/-1",
        "192.0.2.0/24/24",
        "192.0.2.0/2 4",
        "192.0.2/24",
        "2001:db8::/129",
        "2001:db8::1/64",
        "192.0.2.0/1000",
        "2001:db8:0:8000::/48",
        "::ffff:0:0/95",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        struct prefix prefix = parsed_prefix(good[i][0]);
        char text[PREFIX_TEXT];
        assert_string_equal(prefix_text(&prefix, text), good[i][1]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct prefix prefix;
        if (prefix_parse(slice_of(bad[i]), &prefix))
            fail_msg("\"%s\" is no prefix", bad[i]);
    }
}

static void prefixes_contain(void **state)
{
    (void)state;
    static const struct {
        const char *prefix, *first, *last, *outside;
    } cases[] = {
        {"192.0.2.0/24", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        {"192.0.2.128/25", "192.0.2.128", "192.0.2.255", "192.0.2.127"},
        {"192.0.2.7/32", "192.0.2.7", "192.0.2.7", "192.0.2.6"},
        {"0.0.0.0/0", "0.0.0.0", "255.255.255.255", "2001:db8::1"},
        {"2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
        {"2001:db8::/61", "2001:db8::", "2001:db8:0:7:ffff:ffff:ffff:ffff", "2001:db8:0:8::"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct prefix prefix = parsed_prefix(cases[i].prefix);
        struct address first, last, outside = parsed(cases[i].outside);
        struct address want_first = parsed(cases[i].first), want_last = parsed(cases[i].last);
        prefix_range(&prefix, &first, &last);
        assert_true(address_eq(&first, &want_first));
        assert_true(address_eq(&last, &want_last));
        assert_true(prefix_contains(&prefix, &first));
        assert_true(prefix_contains(&prefix, &last));
        assert_false(prefix_contains(&prefix, &outside));
    }
}

static void prefixes_overlap_and_sort(void **state)
{
    (void)state;
    struct prefix wide = parsed_prefix("192.0.2.0/24"), narrow = parsed_prefix("192.0.2.64/26");
    struct prefix same_base = parsed_prefix("192.0.2.0/26"),
                  other = parsed_prefix("192.0.3.0/24");
    assert_true(prefix_overlaps(&wide, &narrow));
    assert_true(prefix_overlaps(&narrow, &wide));
    assert_false(prefix_overlaps(&narrow, &same_base));
    assert_false(prefix_overlaps(&wide, &other));
    assert_true(prefix_compare(&wide, &same_base) < 0);
    assert_true(prefix_compare(&same_base, &narrow) < 0);
    assert_true(prefix_compare(&other, &wide) > 0);
    assert_int_equal(prefix_compare(&wide, &wide), 0);
}

static void subject_of_a_case(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        uint8_t assigned;
        const char *subject;
    } cases[] = {
        {"192.0.2.7", 120, "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", 48, "2001:db8:1:2::"},
        {"2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::"},
        {"2001:db8:1:2:3:4:5:6", 80, "2001:db8:1:2:3::"},
        {"2001:db8:1:2:3:4:5:6", 128, "2001:db8:1:2:3:4:5:6"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[ADDRESS_TEXT];
        struct address address = parsed(cases[i].address);
        struct address subject = address_case_subject(&address, cases[i].assigned);
        assert_string_equal(address_text(&subject, text), cases[i].subject);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_and_prints_canonically),
        cmocka_unit_test(prints_as_libc_does),
        cmocka_unit_test(refuses),
        cmocka_unit_test(reads_defanged),
        cmocka_unit_test(defangs),
        cmocka_unit_test(knows_special_addresses),
        cmocka_unit_test(orders_and_compares),
        cmocka_unit_test(reads_prefixes),
        cmocka_unit_test(prefixes_contain),
        cmocka_unit_test(prefixes_overlap_and_sort),
        cmocka_unit_test(subject_of_a_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
