/* Every record there is, filled with the least and the greatest that each field can hold,
 * and with a spread in between. */
#include "store/records.h"
#include "tests/unit/store/place.h"

static const struct {
    const char *name;
    const struct layout *layout;
} records[] = {
    {"state", &state_layout},           {"message", &message_layout},
    {"report", &report_layout},         {"case", &case_layout},
    {"event", &event_layout},           {"action", &action_layout},
    {"assignment", &assignment_layout}, {"stranger", &stranger_layout},
};
#define RECORDS (sizeof records / sizeof records[0])

enum filling { LEAST, GREATEST, SPREAD };

static uint64_t value_of(const struct layout_field *field, enum filling filling, size_t index)
{
    uint64_t most = UINT64_MAX;
    if (field->type == LAYOUT_BOOL)
        most = 1;
    else if (field->type == LAYOUT_U8)
        most = UINT8_MAX;
    else if (field->type == LAYOUT_U16)
        most = UINT16_MAX;
    else if (field->type == LAYOUT_U32)
        most = UINT32_MAX;
    else if (field->type == LAYOUT_ENUM)
        most = field->most;
    if (filling == LEAST)
        return field->type == LAYOUT_I64 ? (uint64_t)INT64_MIN : 0;
    if (filling == GREATEST)
        return field->type == LAYOUT_I64 ? (uint64_t)INT64_MAX : most;
    uint64_t spread = (uint64_t)1 << (7 * (index % 10)); /* each length of varint */
    return spread <= most ? spread : most;
}

static void fill(const struct layout *layout, char *into, enum filling filling,
                 struct arena *arena)
{
    for (size_t i = 0; i < layout->field_count; i++) {
        const struct layout_field *field = &layout->fields[i];
        void *at = into + field->offset;
        uint64_t value = value_of(field, filling, i);
        switch (field->type) {
        case LAYOUT_BOOL:
        case LAYOUT_U8:
            *(uint8_t *)at = (uint8_t)value;
            break;
        case LAYOUT_U16:
            *(uint16_t *)at = (uint16_t)value;
            break;
        case LAYOUT_U32:
        case LAYOUT_ENUM:
            *(uint32_t *)at = (uint32_t)value;
            break;
        case LAYOUT_SLICE:
            if (filling != LEAST)
                *(struct slice *)at =
                    arena_printf(arena, "%0*zu", filling == GREATEST ? 300 : 3, i);
            break;
        case LAYOUT_OCTETS:
            memset(at, filling == LEAST ? 0 : (int)(i + 1), field->most);
            break;
        case LAYOUT_XARF:
            *(const struct xarf_type **)at = filling == LEAST ? NULL : &xarf_types[i % 3];
            break;
        case LAYOUT_INNER:
            fill(field->inner, at, filling, arena);
            break;
        case LAYOUT_ARRAY: {
            size_t count = filling == LEAST ? 0 : filling == GREATEST ? field->most : 2;
            *((uint8_t *)into + field->count) = (uint8_t)count;
            for (size_t n = 0; n < count; n++)
                fill(field->inner, (char *)at + n * field->inner->size, filling, arena);
            break;
        }
        case LAYOUT_LIST: {
            size_t count = filling == LEAST ? 0 : filling == GREATEST ? 100 : 5;
            *(size_t *)(void *)(into + field->count) = count;
            *(char **)at = arena_alloc_array(arena, field->inner->size, count + 1);
            for (size_t n = 0; n < count; n++)
                fill(field->inner, *(char **)at + n * field->inner->size, filling, arena);
            break;
        }
        default:
            *(uint64_t *)at = value;
        }
    }
}

static void assert_same(const struct layout *layout, const char *a, const char *b)
{
    for (size_t i = 0; i < layout->field_count; i++) {
        const struct layout_field *field = &layout->fields[i];
        const void *x = a + field->offset, *y = b + field->offset;
        static const size_t sizes[] = {[LAYOUT_BOOL] = 1, [LAYOUT_U8] = 1,   [LAYOUT_U16] = 2,
                                       [LAYOUT_U32] = 4,  [LAYOUT_U64] = 8,  [LAYOUT_I64] = 8,
                                       [LAYOUT_SIZE] = 8, [LAYOUT_ENUM] = 4, [LAYOUT_XARF] = 8};
        if (field->type == LAYOUT_SLICE) {
            assert_true(slice_eq(*(const struct slice *)x, *(const struct slice *)y));
        } else if (field->type == LAYOUT_OCTETS) {
            assert_memory_equal(x, y, field->most);
        } else if (field->type == LAYOUT_INNER) {
            assert_same(field->inner, x, y);
        } else if (field->type == LAYOUT_ARRAY) {
            size_t count = *((const uint8_t *)a + field->count);
            assert_int_equal(count, *((const uint8_t *)b + field->count));
            for (size_t n = 0; n < count; n++)
                assert_same(field->inner, (const char *)x + n * field->inner->size,
                            (const char *)y + n * field->inner->size);
        } else if (field->type == LAYOUT_LIST) {
            size_t count = *(const size_t *)(const void *)(a + field->count);
            assert_int_equal(count, *(const size_t *)(const void *)(b + field->count));
            for (size_t n = 0; n < count; n++)
                assert_same(field->inner, *(char *const *)x + n * field->inner->size,
                            *(char *const *)y + n * field->inner->size);
        } else {
            assert_memory_equal(x, y, sizes[field->type]);
        }
    }
}

static void test_round_trips(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct buffer out = BUFFER_INIT;
    for (size_t i = 0; i < RECORDS; i++)
        for (enum filling filling = LEAST; filling <= SPREAD; filling++) {
            const struct layout *layout = records[i].layout;
            char *from = arena_alloc(&arena, layout->size),
                 *back = arena_alloc(&arena, layout->size);
            fill(layout, from, filling, &arena);
            memset(back, 0xa5, layout->size);
            buffer_clear(&out);
            layout_encode(layout, from, &out);
            if (!layout_decode(layout, buffer_slice(&out), &arena, back))
                fail_msg("%s, filling %d", records[i].name, (int)filling);
            assert_same(layout, from, back);
            arena_reset(&arena);
        }
    buffer_release(&out);
    arena_release(&arena);
}

/* Tags are told apart, so no field overwrites another. */
static void test_tags_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < RECORDS; i++)
        for (size_t a = 0; a < records[i].layout->field_count; a++)
            for (size_t b = 0; b < a; b++)
                assert_int_not_equal(records[i].layout->fields[a].tag,
                                     records[i].layout->fields[b].tag);
}

static void test_unknown_tags_are_skipped(void **state)
{
    (void)state;
    struct buffer out = BUFFER_INIT;
    struct stranger stranger = {.reports = 7, .first_at = -5}, back;
    record_number(&out, 900, UINT64_MAX);
    layout_encode(&stranger_layout, &stranger, &out);
    record_bytes(&out, 901, SLICE("from a newer program"));
    assert_true(layout_decode(&stranger_layout, buffer_slice(&out), NULL, &back));
    assert_memory_equal(&stranger, &back, sizeof back);
    buffer_release(&out);
}

static void test_bad_records(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct slice bytes;
    } cases[] = {
        {"no value", SLICE("\x04")},
        {"varint goes on", SLICE("\x04\x80")},
        {"varint of 11 bytes", SLICE("\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
        {"varint above 64 bits", SLICE("\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")},
        {"bytes end early", SLICE("\x03\x10zzz")},
        {"length of the world", SLICE("\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")},
        {"too few octets", SLICE("\x03\x02zz")},
        {"number where bytes belong", SLICE("\x02\x01")},
        {"bytes where a number belongs", SLICE("\x05\x01z")},
        {"tag too large", SLICE("\x80\x80\x10\x01")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stranger stranger;
        if (layout_decode(&stranger_layout, cases[i].bytes, NULL, &stranger))
            fail_msg("decoded: %s", cases[i].what);
    }
    struct buffer out = BUFFER_INIT;
    struct arena arena = ARENA_INIT;
    struct abuse_case *c = arena_new(&arena, struct abuse_case);
    record_number(&out, 1, CASE_NEEDS_HUMAN + 1);
    assert_false(layout_decode(&case_layout, buffer_slice(&out), &arena, c));
    buffer_clear(&out);
    for (int i = 0; i <= CASE_CONTACTS; i++)
        record_end(&out, 32, record_begin(&out));
    assert_false(layout_decode(&case_layout, buffer_slice(&out), &arena, c));
    buffer_release(&out);
    arena_release(&arena);
}

static void test_keys(void **state)
{
    (void)state;
    static const int64_t ascending[] = {INT64_MIN, -2, -1, 0, 1, 255, 256, INT64_MAX};
    char text[600];
    struct key a, b;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof ascending / sizeof ascending[0]; i++) {
        key_start(&a);
        key_i64(&a, ascending[i]);
        assert_int_equal(key_read_i64(key_slice(&a), 0), ascending[i]);
        if (i > 0)
            assert_true(memcmp(b.bytes, a.bytes, 8) < 0);
        b = a;
    }
    key_start(&a);
    key_bytes(&a, text, KEY_MOST);
    assert_false(a.overflow);
    key_byte(&a, 1);
    assert_true(a.overflow);
    key_start(&a);
    key_text(&a, (struct slice){text, sizeof text});
    key_start(&b);
    key_text(&b, (struct slice){text, sizeof text - 1});
    assert_false(a.overflow);
    assert_false(slice_eq(key_slice(&a), key_slice(&b)));
    assert_int_equal(key_read_u64(SLICE("short"), 0), 0);
}

/* What these words are on disk. A word may be added at the end; none may move. */
static void test_numbers_on_disk(void **state)
{
    (void)state;
    assert_string_equal(case_state_name((enum case_state)0), "open");
    assert_string_equal(case_state_name((enum case_state)8), "cut");
    assert_string_equal(case_state_name((enum case_state)15), "needs-human");
    assert_string_equal(verb_name((enum verb)3), "cut");
    assert_string_equal(verb_name((enum verb)9), "acknowledge");
    assert_string_equal(outcome_name((enum outcome)13), "withheld");
    assert_int_equal(JOURNAL_INVENTORY, 6);
    assert_int_equal(JOURNAL_SNAPSHOT, 7);
    assert_int_equal(JOURNAL_OBSERVATION, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_tags_differ),
        cmocka_unit_test(test_unknown_tags_are_skipped),
        cmocka_unit_test(test_bad_records),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_numbers_on_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
