/* What a stamp puts on top of a mail, and by how much it may grow. */
#include "ingest/stamp.h"
#include "ingest/verify-wire.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>

#define ID     SLICE("mx.provider.example")
#define FORGED "Authentication-Results: mx.provider.example; dkim=pass\n"

static void forged_fields_are_renamed(void **state)
{
    (void)state;
    struct buffer out = BUFFER_INIT;
    stamp_mail(SLICE("From: a@b.example\n" FORGED
                     "Authentication-Results: other.example; spf=pass\n\nbody " FORGED),
               ID, NULL, 0, &out);
    const struct slice want =
        SLICE("Authentication-Results: mx.provider.example;\n dkim=none\nFrom: a@b.example\n"
              "Old-" FORGED "Authentication-Results: other.example; spf=pass\n\nbody " FORGED);
    assert_true(slice_eq(buffer_slice(&out), want));
    buffer_release(&out);
}

/* The journal has room for the longest mail and this much more. */
static void grows_within_its_limit(void **state)
{
    (void)state;
    struct buffer mail = BUFFER_INIT, out = BUFFER_INIT;
    char name[VERIFY_NAME_ROOM];
    struct slice sealers[ARC_SETS_MOST];
    struct stamp_result results[VERIFY_SIGNATURES + 1];
    memset(name, 'a', sizeof name);
    struct slice longest = {name, sizeof name - 1};
    for (size_t i = 0; i < ARC_SETS_MOST; i++)
        sealers[i] = longest;
    for (size_t i = 0; i < VERIFY_SIGNATURES + 1; i++)
        results[i] =
            (struct stamp_result){STAMP_PERMERROR,  "a reason as long as they come here",
                                  longest,          longest,
                                  "ed25519-sha256", false,
                                  sealers,          i == 0 ? ARC_SETS_MOST : 0};
    for (size_t i = 0; i < 100000; i++)
        buffer_add(&mail, SLICE(FORGED));
    buffer_add(&mail, SLICE("Subject: x\n\nbody\n"));
    stamp_mail(buffer_slice(&mail), ID, results, VERIFY_SIGNATURES + 1, &out);
    assert_true(out.len <= mail.len + STAMP_MOST);
    assert_true(slice_find(buffer_slice(&out), SLICE("\n" FORGED)) < 0);
    assert_true(slice_find(buffer_slice(&out), SLICE("\nOld-" FORGED)) >= 0);
    assert_true(slice_find(buffer_slice(&out), SLICE("\nSubject: x\n\nbody\n")) >= 0);
    buffer_release(&mail);
    buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forged_fields_are_renamed),
        cmocka_unit_test(grows_within_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
