#include "parsers/phrases.h"

#include "parsers/free-text-words.h"
#include "parsers/word-index.h"

#include <stdlib.h>

#define LABEL_LONGEST 40    /* bytes before the colon */
#define PHRASES_MOST  1500U /* in all tables together */
#define HEAD          4U    /* bytes of a phrase by which it is found; mere labels have fewer */

/* Phrases parted by "|", in rows that end with NULL. */
static const char *const tables[PHRASES_COUNT][48] = {
    [PHRASES_REPLY] =
        {
            "re|aw|antw|antwort|sv|vs|ynt|rif|r|rép|réf|rép réf|odp|vá|atb|res|resp|rsp",
            "bls|bal|ответ|отв|відп|απ|ΑΠ|Απ|σχετ|ΣΧΕΤ|Σχετ|回复|回覆|答复|答覆|返信|답장",
            "회신|השב|تر|رد",
        },
    [PHRASES_FORWARD] =
        {
            "fw|fwd|wg|tr|rv|enc|i|doorst|vb|vl|pd|továbbítás|přeposláno|fs|ilt|trs",
            "re fwd|re fw|пересл|пер|转发|轉寄|転送|전달|προωθ|videresendt",
            "vidarebefordrat",
        },
    [PHRASES_RECEIPT] =
        {
            "read|not read|read receipt|return receipt|return receipt displayed|deleted",
            "read not displayed|delivery receipt|disposition notification|message read",
            "gelesen|ungelesen gelöscht|nicht gelesen|lesebestätigung|empfangsbestätigung",
            "lu|non lu|accusé de lecture|leído|leido|no leído|confirmación de lectura",
            "letto|lida|lido|não lida|conferma di lettura|gelezen|niet gelezen",
            "leesbevestiging|przeczytano|nieprzeczytane|přečteno|prečítané|прочитано",
            "прочтено|не прочитано|läst|oläst|lest|læst|luettu|olvasott|citit|okundu|已读",
            "既読|開封済み|읽음",
        },
    [PHRASES_READ] =
        {
            "was read on|was read at|has been read on|was displayed on|was opened on",
            "was deleted without being read|deleted unread|wurde am|wurde gelesen",
            "wurde ungelesen gelöscht|a été lu|a été supprimé sans|fue leído|se leyó",
            "se eliminó sin|è stato letto|foi lida em|foi excluída sem|is gelezen op",
            "is verwijderd zonder|została przeczytana|byla přečtena|было прочитано",
            "прочитано|har lästs|lästes|blev læst|ble lest|on luettu|elolvasták|okundu",
        },
    [PHRASES_AUTOMATIC] =
        {
            "automatic reply|automated reply|automated response|auto reply|autoreply",
            "auto response|auto respon*|autorespon*|out of office|out of the office",
            "vacation reply|vacation message|automatische antwort",
            "automatische rückantwort|abwesenheit*|nicht im haus*|urlaubsabwesen*",
            "réponse automatique|reponse automatique|absence du bureau",
            "message automatique d absence|respuesta automática|respuesta automatica",
            "fuera de la oficina|risposta automatica|fuori sede|fuori ufficio",
            "resposta automática|resposta automatica|fora do escritório",
            "automatisch antwoord|afwezigheid*|automatische reactie|autosvar",
            "automatiskt svar|automatisk svar|frånvaromeddelande|fraværsbesked",
            "ikke på kontoret|automaattinen vastaus|automatikus válasz",
            "odpowiedź automatyczna|automatyczna odpowiedź|poza biurem",
            "automatická odpově*|automaticka odpoved|automatická odpove*|mimo kancelář",
            "răspuns automat|raspuns automat|otomatik yanıt|otomatik cevap|ofis dışında",
            "автоответ*|автоматический ответ|автоматична відповідь|αυτόματη απάντηση",
            "Αυτόματη απάντηση|automatski odgovor|samodejni odgovor|automaatne vastus",
            "automatinis atsakymas|自動応答*|自動返信*|不在*|自动答复*|自动回复*",
            "自動回覆*|자동 회신*|자동 응답*|תשובה אוטומטית",
        },
    [PHRASES_AWAY] =
        {
            "auto|vacation|away|absent|ooo|on leave|holiday|abwesend|urlaub|absence",
            "ausencia|ausente|ausência|assente|assenza|afwezig|frånvarande|fravær|poissa",
            "távollét|nieobecność|nieobecny|nepřítomnost|отпуск",
        },
    [PHRASES_ABSENT] =
        {
            "i am out of the office|i am out of office|i m out of the office",
            "i will be out of|i am currently out of|i am on vacation|i am on holiday",
            "i am on annual leave|i am away from|this is an automatic reply",
            "this is an automated reply|this is an automated response",
            "this is an auto reply|this is an auto response|ich bin derzeit nicht",
            "ich bin zur zeit nicht|ich bin nicht im|ich bin im urlaub|ich bin bis",
            "ich bin ab dem|dies ist eine automatische antwort|je suis absent*",
            "je suis actuellement absent*|je suis en congé*|estoy fuera de la oficina",
            "estaré fuera|sono fuori ufficio|sono assente|estou ausente|estou de férias",
            "ik ben afwezig|ik ben op vakantie|jestem nieobecn*|jestem na urlopie",
            "jsem mimo kancelář|я в отпуске|я отсутствую",
        },
    [PHRASES_UNDELIVERED] =
        {
            "undeliver*|nondeliver*|non deliver*|not deliver*|delivery status",
            "delivery fail*|delivery has failed|delivery notification|delivery problem*",
            "delivery report|delivery error|delivery delay*|delayed mail|mail delivery",
            "message delivery|failure notice|returned mail|returned to sender",
            "returning message to sender|could not be delivered|couldn t be delivered",
            "could not send message|mail system error|mail failure|bounce",
            "message you sent blocked|unable to deliver|cannot be delivered",
            "cannot send message|user unknown|rejected message|message rejected",
            "messages on hold|error sending your mail|notify see transcript",
            "message status|has been frozen|not been delivered|delivered with errors",
            "email delivery failure|confirm delivery of|banned contents from you",
            "unzustellbar*|nicht zugestellt|nicht zustellbar|fehlgeschlagene zustellung",
            "zustellung verzögert|zustellung fehlgeschlagen|zustellungsfehler",
            "unzustellbarkeits*|non remis|non distribu*|échec de la remise",
            "remise différée|échec d envoi|no se puede entregar|no entregado",
            "no se pudo entregar|error de entrega|não entregue|não é possível entregar",
            "falha na entrega|impossível entregar|mancato recapito|mancata consegna",
            "non recapitabile|impossibile recapitare|onbestelbaar|niet bezorgd",
            "niedostarcz*|niemożliwe do dostarczenia|nie dostarczono|nedoručiteln*",
            "doručení se nezdařilo|nedoručiteľn*|kézbesíthetetlen|nelivrabil",
            "kan ikke leveres|ikke levert|går inte att leverera|olevererbart",
            "ei voi toimittaa|teslim edilemedi|не доставлен*|недоставлен*",
            "не удалось доставить|не вдалося доставити|δεν είναι δυνατή η παράδοση",
            "lieferung fehlgeschlagen|配信不能*|配信できま*|送信できま*|退信|无法投递",
            "未传递|無法傳遞|배달 불가*|배달되지*",
        },
    [PHRASES_RETURNED] =
        {
            "could not be delivered|couldn t be delivered|cannot be delivered",
            "was not delivered|wasn t delivered|been delivered to the following",
            "delivery to the following|not reach the following|did not reach some",
            "permanent fatal delivery errors|delivery failed|delivery has failed",
            "undeliverable|unable to deliver|wasn t able to deliver",
            "error sending your mail|error delivering your mail|user unknown|unknown user",
            "mailbox full|mailbox is full|mailbox unavailable|quota exceeded|over quota",
            "returned mail|unsent message follows|not yet been delivered",
            "has not been delivered|delivery problems|failure reasons|messages on hold",
            "rejected recipient|in an email you sent|in your email to the following",
            "your message was rejected|konnte nicht zugestellt werden|nicht zugestellt",
            "nicht erreichen|unzustellbar|n a pas pu être remis|n a pas pu être distribué",
            "impossible de remettre|no se pudo entregar|no ha sido entregado",
            "non è stato possibile consegnare|não pôde ser entregue|não foi entregue",
            "kon niet worden bezorgd|nie została dostarczona|nebyla doručena",
            "nebylo možné doručit|не было доставлено",
        },
    [PHRASES_ACKNOWLEDGED] =
        {
            "report has been received|request has been received|request received",
            "ticket received|message has been received|we have received your",
            "we received your|case closed|ticket closed|ticket has been created",
            "ticket created|ticket has been opened|ticket opened|thank you for your",
            "thank you for contacting|auto acknowledg*|acknowledgement of",
            "acknowledgment of|how did we do|rate our support|satisfaction survey",
            "order confirmation|eingangsbestätigung|ihre anfrage ist eingegangen",
            "accusé de réception|acuse de recibo|ricevuta di ricezione",
            "ontvangstbevestiging|potwierdzenie otrzymania|potvrzení přijetí",
        },
    [PHRASES_RECEIVED] =
        {
            "report has been received|request has been received|message has been received",
            "ticket has been received|email has been received|mail has been received",
            "received your report|received your abuse|received your message",
            "received your email|received your e mail|received your mail",
            "received your request|received your ticket|received your complaint",
            "received your notification|received your notice|received your inquiry",
            "received your enquiry|received your submission|got your message",
            "got your request|got your report|got your email|your submission has been",
            "your request has been|your ticket has been|your report has been",
            "your case has been closed|has been assigned an id|your ticket number is",
            "request for support has been|confirm receipt of your|confirming the receipt",
            "acknowledge receipt of your|thank you for contacting|thank you for reporting",
            "thank you for your report|thank you for your email",
            "thank you for your message|thank you for your submission",
            "thank you for your order|thank you for your purchase",
            "thank you for your payment|thank you for submitting|thanks for your report",
            "thanks for reaching out|thanks for contacting",
            "automatically generated in response|automated response to your|is not our ip",
            "is not in our network|resolved the issue with|that you reported",
            "you reported to us|your delisting request|your request for removal",
            "request to unblock|has been removed from our|confirm the delisting",
            "qualify for mitigation|implemented mitigation",
            "application for the feedback loop|granted access to data",
            "haben ihre nachricht erhalten|haben ihre meldung erhalten",
            "haben ihre e mail erhalten|ihre anfrage wurde|ihre meldung wurde",
            "dank für ihre meldung|dank für ihre mitteilung|dank für ihre nachricht",
            "dank für ihre anfrage|dank für ihre e mail|wurde aufgehoben",
            "wieder freigeschaltet|bien reçu votre|avons reçu votre|votre demande a été",
            "votre demande a bien|votre signalement a|merci pour votre signalement",
            "hemos recibido su|gracias por contactar|gracias por su mensaje",
            "abbiamo ricevuto la sua|recebemos a sua|recebemos sua",
            "agradecemos o seu contato|uw melding ontvangen|uw bericht ontvangen",
            "dziękujemy za zgłoszenie|wiadomość została zarejestrowana",
            "hlášení jsme přijali|obdrželi jsme vaš*|ваше обращение получено",
            "ваше обращение принято|ваше обращение зарегистрировано|vi har tagit emot",
            "お問い合わせいただき|お問い合わせを受け付け|已收到您的",
        },
    [PHRASES_SETTLED] =
        {
            "closed|resolved|solved|ticket closed|case closed|geschlossen|gelöst|erledigt",
            "fermé|résolu|cerrado|resuelto|chiuso|risolto|gesloten|opgelost|zamknięte",
        },
    [PHRASES_SIGN_UP] =
        {
            "confirm your|please confirm your|verify your|please verify your",
            "subscription confirmation|mailing list confirmation",
        },
    [PHRASES_MONITORING] =
        {
            "service alert|host alert|problem service|problem host|recovery service",
            "recovery host|monitor is down|monitor is up|problem started at",
            "notification type problem|notification type recovery|service monitoring on",
            "host monitoring on|alertname|prtg network monitor|cron root|firing 1",
            "build failed|pipeline has failed|pipeline failed|backup job|monitor is",
        },
    [PHRASES_OFFER] =
        {
            "webinar|webinars|white paper|whitepaper|book a demo|request a demo|free trial",
            "call for papers|call for participation|we invite submissions|early bird",
            "guest post|register now|register today|save the date|our newsletter",
            "this newsletter|threat report|recruiter|my cv|my resume|curriculum vitae",
            "job application|bewerbung|bewerbe ich|lebenslauf|candidature|lettre de motivation",
            "candidatura|sollicitatie|you have been invited|you are invited to|zoom meeting",
            "request for subscription|merge request|pull request|pipeline",
            "successfully delivered|our scrubbing|our service protects|our product",
        },
};

struct phrase {
    struct slice text;
    enum phrases table;
    bool stem; /* more letters may follow */
};

static struct phrase all[PHRASES_MOST];
static uint16_t next[PHRASES_MOST];
static struct word_index by_beginning;

static void index_phrases(void)
{
    unsigned count = 0;
    if (by_beginning.next != NULL)
        return;
    by_beginning.next = next;
    for (unsigned table = 0; table < PHRASES_COUNT; table++)
        for (const char *const *row = tables[table]; *row != NULL; row++)
            for (struct slice rest = slice_of(*row), text;
                 slice_next_field(&rest, '|', &text);) {
                bool stem = text.len > 0 && text.ptr[text.len - 1] == '*';
                if (count == PHRASES_MOST || (stem && text.len <= HEAD))
                    abort();
                all[count] = (struct phrase){{text.ptr, text.len - stem}, table, stem};
                word_index_add(&by_beginning, count, word_bucket(text, HEAD));
                count++;
            }
}

/* Chinese and Japanese part no words. */
static bool parts_words(struct slice phrase)
{
    return (unsigned char)phrase.ptr[0] < 0xe3;
}

static bool stands_at(const struct phrase *phrase, struct slice text, size_t at)
{
    struct slice rest = slice_from(text, at);
    size_t len = phrase->text.len;
    if (!slice_starts_with(rest, phrase->text))
        return false;
    if (!parts_words(phrase->text))
        return true;
    return (at == 0 || text.ptr[at - 1] == ' ') &&
           (phrase->stem || rest.len == len || rest.ptr[len] == ' ');
}

static struct slice trimmed(struct slice folded)
{
    while (folded.len > 0 && folded.ptr[0] == ' ')
        folded = slice_from(folded, 1);
    while (folded.len > 0 && folded.ptr[folded.len - 1] == ' ')
        folded.len--;
    return folded;
}

/* The first of the chain that such a phrase would be in. */
static unsigned chain_at(struct slice text, size_t at)
{
    return by_beginning.first[word_bucket(slice_from(text, at), HEAD)];
}

bool phrases_equal(enum phrases table, struct slice folded)
{
    index_phrases();
    folded = trimmed(folded);
    for (unsigned i = chain_at(folded, 0); i > 0; i = next[i - 1])
        if (all[i - 1].table == table && slice_eq(all[i - 1].text, folded))
            return true;
    return false;
}

bool phrases_begin(enum phrases table, struct slice folded)
{
    index_phrases();
    folded = trimmed(folded);
    for (unsigned i = chain_at(folded, 0); i > 0; i = next[i - 1])
        if (all[i - 1].table == table && stands_at(&all[i - 1], folded, 0))
            return true;
    return false;
}

unsigned phrases_within(struct slice folded)
{
    unsigned found = 0;
    index_phrases();
    for (size_t at = 0; at < folded.len; at++) {
        if (at > 0 && folded.ptr[at - 1] != ' ' && (unsigned char)folded.ptr[at] < 0xe3)
            continue;
        for (unsigned i = chain_at(folded, at); i > 0; i = next[i - 1])
            if ((found & PHRASES_SET(all[i - 1].table)) == 0 &&
                stands_at(&all[i - 1], folded, at))
                found |= PHRASES_SET(all[i - 1].table);
    }
    return found;
}

static struct slice without_brackets(struct slice subject)
{
    ptrdiff_t end;
    subject = slice_trim(subject);
    while (subject.len > 0 && subject.ptr[0] == '[' &&
           (end = slice_find_byte(subject, ']')) > 0)
        subject = slice_trim(slice_from(subject, (size_t)end + 1));
    return subject;
}

struct slice subject_label(struct arena *arena, struct slice subject)
{
    subject = without_brackets(subject);
    struct slice head = slice_until(subject, LABEL_LONGEST);
    ptrdiff_t colon = slice_find_byte(head, ':');
    ptrdiff_t wide = slice_find(head, SLICE("\xef\xbc\x9a")); /* the full-width one */
    if (colon < 0 || (wide >= 0 && wide < colon))
        colon = wide;
    if (colon <= 0)
        return (struct slice){NULL, 0};
    struct slice label = words_fold(arena, slice_until(head, (size_t)colon));
    while (label.len > 0 &&
           (label.ptr[label.len - 1] == ' ' ||
            (label.ptr[label.len - 1] >= '0' && label.ptr[label.len - 1] <= '9')))
        label.len--;
    return label;
}
