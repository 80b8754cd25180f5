/* What the columns of a table are, by their names. */
#include "parsers/table.h"

#include <stddef.h>
#include <stdlib.h>

void table_init(struct table *table)
{
    memset(table, 0, offsetof(struct table, header.fields));
}

static struct slice without_marks(struct slice field)
{
    static const char marks[] = "*#:\"'` ";
    while (field.len > 0 && strchr(marks, field.ptr[0]) != NULL)
        field = slice_from(field, 1);
    while (field.len > 0 && strchr(marks, field.ptr[field.len - 1]) != NULL)
        field.len--;
    return slice_trim(field);
}

/* "time (UTC)" is time, with a remark; "ip:" and "*ip*" are ip. */
static struct slice bare_name(struct slice field, struct slice *remark)
{
    *remark = (struct slice){0};
    field = without_marks(field);
    if (field.len == 0 || (field.ptr[field.len - 1] != ')' && field.ptr[field.len - 1] != ']'))
        return field;
    ptrdiff_t open = slice_find_byte(field, field.ptr[field.len - 1] == ')' ? '(' : '[');
    if (open <= 0)
        return field;
    size_t inside = (size_t)open + 1;
    *remark = slice_trim((struct slice){field.ptr + inside, field.len - 1 - inside});
    return without_marks(slice_until(field, (size_t)open));
}

static int compare_columns(const void *left, const void *right, void *data)
{
    const struct table_header *header = data;
    uint16_t a = *(const uint16_t *)left, b = *(const uint16_t *)right;
    int order = feed_compare_names(header->fields[a], header->fields[b]);
    return order != 0 ? order : (int)a - (int)b;
}

void table_sort_header(struct table_header *header)
{
    header->shapes = 0;
    for (size_t i = 0; i < header->count; i++) {
        header->fields[i] = bare_name(header->fields[i], &header->remarks[i]);
        header->sorted[i] = (uint16_t)i;
        header->shapes |= feed_name_shape(header->fields[i]);
    }
    qsort_r(header->sorted, header->count, sizeof *header->sorted, compare_columns, header);
}

/* The first column of that name, or -1. */
static int find_column(const struct table_header *header, struct slice name)
{
    size_t low = 0, high = header->count;
    if ((header->shapes & feed_name_shape(name)) == 0)
        return -1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (feed_compare_names(header->fields[header->sorted[middle]], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == header->count ||
        feed_compare_names(header->fields[header->sorted[low]], name) != 0)
        return -1;
    return header->sorted[low];
}

bool table_has_column(const struct table_header *header, struct slice name)
{
    return find_column(header, name) >= 0;
}

static const struct column_names *names_of(const struct feed *feed, enum table_fact fact)
{
    const struct column_names *lists[TABLE_FACTS] = {
        [TABLE_WORD] = &feed->word,         [TABLE_SOURCE] = &feed->source,
        [TABLE_VICTIM] = &feed->victim,     [TABLE_TIME] = &feed->time,
        [TABLE_DATE] = &feed->date,         [TABLE_ZONE] = &feed->zone,
        [TABLE_PORT] = &feed->port,         [TABLE_DOMAIN] = &feed->domain,
        [TABLE_URL] = &feed->url,           [TABLE_COUNT] = &feed->count,
        [TABLE_PROTOCOL] = &feed->protocol,
    };
    return lists[fact];
}

static bool has_any(const struct table_header *header, const struct column_names *names)
{
    for (size_t i = 0; (header->shapes & names->shapes) != 0 && i < names->count; i++)
        if (table_has_column(header, names->items[i]))
            return true;
    return false;
}

bool table_may_take(const struct table *table, const struct feed *feed)
{
    const struct table_header *header = &table->header;
    return (has_any(header, &feed->source) || has_any(header, &feed->victim) ||
            has_any(header, &feed->url)) &&
           (feed->time.count == 0 || has_any(header, &feed->time));
}

bool table_take_feed(struct table *table, const struct feed *feed)
{
    if (!table_may_take(table, feed))
        return false;
    for (size_t i = 0; i < feed->columns.count; i++)
        if (!table_has_column(&table->header, feed->columns.items[i]))
            return false;
    for (enum table_fact fact = 0; fact < TABLE_FACTS; fact++) {
        const struct column_names *names = names_of(feed, fact);
        size_t found = 0;
        bool any = (table->header.shapes & names->shapes) != 0;
        for (size_t i = 0; any && i < names->count; i++) {
            int column = find_column(&table->header, names->items[i]);
            if (column >= 0)
                table->columns[fact][found++] = (uint16_t)column;
        }
        table->column_counts[fact] = found;
    }
    table->feed = feed;
    table->zone = (struct slice){0};
    for (size_t i = 0; table->zone.len == 0 && i < table->column_counts[TABLE_TIME]; i++)
        table->zone = table->header.remarks[table->columns[TABLE_TIME][i]];
    return true;
}
