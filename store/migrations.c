#include "store/migrations.h"

#include <inttypes.h>

/* To change what is kept: raise STORE_VERSION and add a row, such as {1, 2, "index cases by
 * thread", add_threads}. New fields of a record and new tables need none. */
const struct migration migrations[] = {
    {0, 0, NULL, NULL},
};

static void version_key(struct key *key)
{
    key_start(key);
    key_text(key, SLICE("version"));
}

static void put_version(struct txn *txn, uint32_t version)
{
    struct key key;
    version_key(&key);
    txn_put_number(txn, TABLE_META, &key, version);
}

static enum status read_version(struct store *store, uint32_t *version, struct fault *why)
{
    struct txn *txn = NULL;
    struct key key;
    uint64_t number = 0;
    enum status status = txn_begin(store, false, &txn, why);
    if (status != OK)
        return status;
    version_key(&key);
    (void)txn_get_number(txn, TABLE_META, &key, &number);
    *version = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
    return txn_commit(txn, why);
}

static enum status run_step(struct txn *txn, void *data, struct fault *why)
{
    (void)why;
    const struct migration *step = data;
    if (step->run != NULL)
        step->run(txn);
    put_version(txn, step->to);
    return OK;
}

static const struct migration *step_from(const struct migration *steps, uint32_t version)
{
    while (steps->what != NULL && steps->from != version)
        steps++;
    return steps->what == NULL ? NULL : steps;
}

enum status migrate(struct store *store, const struct migration *steps, uint32_t target,
                    struct fault *why)
{
    uint32_t version = 0;
    enum status status = read_version(store, &version, why);
    if (status == OK && version > target)
        return fail(why, ERR_DENIED,
                    "%s has format %" PRIu32 ", this program knows up to %" PRIu32
                    ": it was written by a newer abusedesk; install that one",
                    store->directory, version, target);
    if (status == OK && version == 0 && !store->read_only) {
        struct migration first = {0, target, "new", NULL};
        return txn_run(store, true, run_step, &first, why);
    }
    while (status == OK && version < target) {
        const struct migration *step = step_from(steps, version);
        if (store->read_only || step == NULL)
            return fail(why, ERR_DENIED,
                        "%s has format %" PRIu32 ", this program wants %" PRIu32 ": %s",
                        store->directory, version, target,
                        step == NULL ? "nothing leads from one to the other"
                                     : "open it for writing once, so that it is migrated");
        status = txn_run(store, true, run_step, (void *)step, why);
        if (status == OK)
            buffer_printf(&store->notices,
                          "migrated from format %" PRIu32 " to %" PRIu32 ": %s\n", step->from,
                          step->to, step->what);
        version = step->to;
    }
    return status;
}
