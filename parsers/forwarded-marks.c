#include "parsers/forwarded-marks.h"

#include "parsers/phrases.h"

#define MARKER_LONGEST 100U
#define REPEAT_LONGEST 400U /* of a line that may repeat a title */
#define NAME_LONGEST   24   /* bytes of a field's name */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- markers ---- */

/* What stands between the dashes, as in "-----Original Message-----". */
static bool names_original(struct slice words)
{
    static const struct slice phrases[] = {
        SLICE("original message"),
        SLICE("forwarded message"),
        SLICE("original mail"),
        SLICE("original email"),
        SLICE("original-nachricht"),
        SLICE("ursprüngliche nachricht"),
        SLICE("weitergeleitete"),
        SLICE("originalnachricht"),
        SLICE("message d'origine"),
        SLICE("message original"),
        SLICE("message transféré"),
        SLICE("mensaje original"),
        SLICE("mensaje reenviado"),
        SLICE("messaggio originale"),
        SLICE("messaggio inoltrato"),
        SLICE("oorspronkelijk bericht"),
        SLICE("doorgestuurd bericht"),
        SLICE("mensagem original"),
        SLICE("mensagem encaminhada"),
        SLICE("wiadomość oryginalna"),
        SLICE("oryginalna wiadomość"),
        SLICE("przekazana wiadomość"),
        SLICE("wiadomość przekazana"),
        SLICE("původní zpráva"),
        SLICE("přeposlaná zpráva"),
        SLICE("исходное сообщение"),
        SLICE("пересылаемое сообщение"),
        SLICE("пересланное сообщение"),
        SLICE("start of forwarded message"),
    };
    while (words.len > 0 && (words.ptr[0] == '-' || words.ptr[0] == ' '))
        words = slice_from(words, 1);
    for (size_t i = 0; i < COUNT(phrases); i++)
        if (slice_starts_with_nocase(words, phrases[i]))
            return true;
    return false;
}

bool forwarded_is_marker(struct slice line)
{
    line = slice_trim(line);
    if (line.len > MARKER_LONGEST)
        return false;
    if (slice_starts_with_nocase(line, SLICE("begin forwarded message")) ||
        slice_starts_with_nocase(line, SLICE("anfang der weitergeleiteten")) ||
        slice_starts_with_nocase(line, SLICE("début du message réexpédié")) ||
        slice_starts_with_nocase(line, SLICE("début du message transféré")) ||
        slice_starts_with_nocase(line, SLICE("inizio messaggio inoltrato")) ||
        slice_starts_with_nocase(line, SLICE("inicio del mensaje reenviado")))
        return true;
    return slice_starts_with(line, SLICE("--")) && names_original(line);
}

bool forwarded_is_echo(struct arena *arena, struct slice line)
{
    line = slice_trim(line);
    return line.len > 0 && line.len <= MARKER_LONGEST && line.ptr[line.len - 1] == ':' &&
           phrases_equal(PHRASES_ECHO, phrases_fold(arena, line));
}

bool forwarded_is_ticket_link(struct slice line)
{
    return slice_starts_with(slice_trim(line), SLICE("Ticket <URL:"));
}

/* ---- the inner header ---- */

static enum inner_field field_named(struct slice name)
{
    static const struct {
        struct slice name;
        enum inner_field field;
    } names[] = {
        {SLICE("From"), INNER_FROM},        {SLICE("Von"), INNER_FROM},
        {SLICE("De"), INNER_FROM},          {SLICE("Da"), INNER_FROM},
        {SLICE("Van"), INNER_FROM},         {SLICE("Od"), INNER_FROM},
        {SLICE("От"), INNER_FROM},          {SLICE("Date"), INNER_DATE},
        {SLICE("Sent"), INNER_DATE},        {SLICE("Gesendet"), INNER_DATE},
        {SLICE("Datum"), INNER_DATE},       {SLICE("Envoyé"), INNER_DATE},
        {SLICE("Fecha"), INNER_DATE},       {SLICE("Enviado"), INNER_DATE},
        {SLICE("Data"), INNER_DATE},        {SLICE("Inviato"), INNER_DATE},
        {SLICE("Verzonden"), INNER_DATE},   {SLICE("Wysłano"), INNER_DATE},
        {SLICE("Odesláno"), INNER_DATE},    {SLICE("Дата"), INNER_DATE},
        {SLICE("Subject"), INNER_SUBJECT},  {SLICE("Betreff"), INNER_SUBJECT},
        {SLICE("Objet"), INNER_SUBJECT},    {SLICE("Asunto"), INNER_SUBJECT},
        {SLICE("Oggetto"), INNER_SUBJECT},  {SLICE("Onderwerp"), INNER_SUBJECT},
        {SLICE("Assunto"), INNER_SUBJECT},  {SLICE("Temat"), INNER_SUBJECT},
        {SLICE("Předmět"), INNER_SUBJECT},  {SLICE("Тема"), INNER_SUBJECT},
        {SLICE("To"), INNER_OTHER},         {SLICE("An"), INNER_OTHER},
        {SLICE("À"), INNER_OTHER},          {SLICE("Para"), INNER_OTHER},
        {SLICE("A"), INNER_OTHER},          {SLICE("Aan"), INNER_OTHER},
        {SLICE("Do"), INNER_OTHER},         {SLICE("Komu"), INNER_OTHER},
        {SLICE("Кому"), INNER_OTHER},       {SLICE("Cc"), INNER_OTHER},
        {SLICE("Reply-To"), INNER_OTHER},   {SLICE("Message-ID"), INNER_OTHER},
        {SLICE("Importance"), INNER_OTHER}, {SLICE("Return-Path"), INNER_OTHER},
        {SLICE("Priority"), INNER_OTHER},   {SLICE("Resent-From"), INNER_OTHER},
        {SLICE("Mittente"), INNER_FROM},    {SLICE("Från"), INNER_FROM},
        {SLICE("Fra"), INNER_FROM},         {SLICE("Feladó"), INNER_FROM},
        {SLICE("Kimden"), INNER_FROM},      {SLICE("发件人"), INNER_FROM},
        {SLICE("差出人"), INNER_FROM},      {SLICE("Enviado el"), INNER_DATE},
        {SLICE("Skickat"), INNER_DATE},     {SLICE("Sendt"), INNER_DATE},
        {SLICE("Dato"), INNER_DATE},        {SLICE("Dátum"), INNER_DATE},
        {SLICE("Отправлено"), INNER_DATE},  {SLICE("发送时间"), INNER_DATE},
        {SLICE("日時"), INNER_DATE},        {SLICE("送信日時"), INNER_DATE},
        {SLICE("Sujet"), INNER_SUBJECT},    {SLICE("Ämne"), INNER_SUBJECT},
        {SLICE("Emne"), INNER_SUBJECT},     {SLICE("Tárgy"), INNER_SUBJECT},
        {SLICE("Konu"), INNER_SUBJECT},     {SLICE("主题"), INNER_SUBJECT},
        {SLICE("件名"), INNER_SUBJECT},     {SLICE("Pour"), INNER_OTHER},
        {SLICE("Till"), INNER_OTHER},       {SLICE("Til"), INNER_OTHER},
        {SLICE("Kime"), INNER_OTHER},       {SLICE("Címzett"), INNER_OTHER},
        {SLICE("收件人"), INNER_OTHER},     {SLICE("宛先"), INNER_OTHER},
    };
    name = slice_trim(name);
    for (size_t i = 0; i < COUNT(names); i++)
        if (slice_eq_nocase(name, names[i].name))
            return names[i].field;
    return INNER_NONE;
}

enum inner_field forwarded_split_field(struct slice line, struct slice *value)
{
    ptrdiff_t colon = slice_find_byte(line, ':');
    if (colon <= 0 || colon > NAME_LONGEST)
        return INNER_NONE;
    struct slice name = slice_trim(slice_until(line, (size_t)colon));
    if (slice_ends_with_nocase(name, SLICE("\xc2\xa0"))) /* "De :" */
        name.len -= 2;
    while (name.len > 0 && name.ptr[0] == '*')
        name = slice_from(name, 1);
    *value = slice_trim(slice_from(line, (size_t)colon + 1));
    while (value->len > 0 && value->ptr[0] == '*')
        *value = slice_trim(slice_from(*value, 1));
    return field_named(name);
}

bool forwarded_is_title(struct slice line)
{
    static const struct slice names[] = {
        SLICE("Short description:"),
        SLICE("Ticket subject:"),
        SLICE("Summary:"),
        SLICE("Title:"),
        SLICE("Titel:"),
        SLICE("Re:"),
    };
    struct slice value;
    line = slice_trim(line);
    for (size_t i = 0; i < COUNT(names); i++)
        if (slice_starts_with_nocase(line, names[i]))
            return true;
    return forwarded_split_field(line, &value) == INNER_SUBJECT;
}

bool forwarded_is_sent(struct slice line)
{
    static const struct slice names[] = {
        SLICE("Sent:"),      SLICE("Gesendet:"),   SLICE("Envoyé :"),    SLICE("Envoyé:"),
        SLICE("Enviado:"),   SLICE("Enviado el:"), SLICE("Enviada em:"), SLICE("Inviato:"),
        SLICE("Verzonden:"), SLICE("Wysłano:"),    SLICE("Odesláno:"),   SLICE("Отправлено:"),
        SLICE("Надіслано:"), SLICE("Skickat:"),    SLICE("Sendt:"),      SLICE("Lähetetty:"),
        SLICE("Elküldve:"),  SLICE("Trimis:"),     SLICE("Gönderildi:"), SLICE("发送时间:"),
        SLICE("发送时间："), SLICE("送信日時:"),
    };
    line = slice_trim(line);
    while (line.len > 0 && line.ptr[0] == '*')
        line = slice_from(line, 1);
    for (size_t i = 0; i < COUNT(names); i++)
        if (slice_starts_with_nocase(line, names[i])) {
            struct slice rest = slice_until(slice_from(line, names[i].len), MARKER_LONGEST);
            for (size_t at = 0; at < rest.len; at++)
                if (rest.ptr[at] >= '0' && rest.ptr[at] <= '9')
                    return true;
        }
    return false;
}

bool forwarded_repeats(struct slice line, struct slice title)
{
    static const struct slice marks = SLICE("\"'-:([]<*");
    ptrdiff_t at =
        title.len > 0 && line.len <= REPEAT_LONGEST ? slice_find_nocase(line, title) : -1;
    if (at < 0)
        return false;
    struct slice before = slice_trim(slice_until(line, (size_t)at));
    struct slice after = slice_trim(slice_from(line, (size_t)at + title.len));
    if (slice_ends_with_nocase(before, SLICE("\""))) /* "attack from 192.0.2.7 on us" */
        return true;
    return (before.len == 0 || slice_find_byte(marks, before.ptr[before.len - 1]) >= 0) &&
           (after.len == 0 || strchr("\"'-)]>*.,(", after.ptr[0]) != NULL);
}
