/* Addresses and prefixes: what is read prints canonically, and what is printed reads back as
 * the same. */
#include "base/address.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void try_address(struct slice text)
{
    struct address address, again;
    char plain[ADDRESS_TEXT], defanged[ADDRESS_TEXT * 3];
    bool strict = address_parse(text, &address);
    if (!strict && !address_parse_defanged(text, &address))
        return;
    expect(address_parse(slice_of(address_text(&address, plain)), &again));
    expect(address_eq(&address, &again));
    expect(address_parse_defanged(slice_of(address_defang(&address, defanged)), &again));
    expect(address_eq(&address, &again));
    if (strict)
        expect(address_parse_defanged(text, &again) && address_eq(&address, &again));
    for (unsigned length = 0; length <= 128; length++) {
        struct prefix prefix = prefix_of(&address, (uint8_t)length);
        struct address first, last;
        prefix_range(&prefix, &first, &last);
        expect(prefix_contains(&prefix, &address));
        expect(prefix_contains(&prefix, &first) && prefix_contains(&prefix, &last));
        expect(address_compare(&first, &address) <= 0 && address_compare(&address, &last) <= 0);
    }
    (void)address_is_special(&address);
}

static void try_prefix(struct slice text)
{
    struct prefix prefix, again;
    char plain[PREFIX_TEXT];
    if (!prefix_parse(text, &prefix))
        return;
    expect(prefix_parse(slice_of(prefix_text(&prefix, plain)), &again));
    expect(prefix_compare(&prefix, &again) == 0);
    expect(prefix_overlaps(&prefix, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = {(const char *)data, size}, line = {0};
    while (slice_next_line(&rest, &line)) {
        try_address(line);
        try_prefix(line);
    }
    return 0;
}
