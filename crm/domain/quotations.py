"""What a line of a reply is: text, a quotation, the line that announces one, a copied header, a signature.

Mail programs announce a quotation in the language of their owner, with names and dates in any order. What the
announcements share is a date or an address and a colon at the end; the verbs are only needed for those without.
"""

from __future__ import annotations

import re
from enum import Enum

#: A marker that is broken over several lines is joined from at most so many.
MARKER_LINES = 4
MARKER_LENGTH = 400


class Line(Enum):
    """`MARKER` announces what was quoted; `DIVIDER` parts a signature or footer from the text."""

    EMPTY = "e"
    TEXT = "t"
    QUOTE = "q"
    MARKER = "b"
    HEADER = "h"
    SIGNATURE = "-"
    DIVIDER = "d"
    DEVICE = "s"


_EMPTY = re.compile(r"^[\s\u1427\u200b\ufeff]*$")
_QUOTE = re.compile(r"^\s{0,3}(?:>|\|(?=\s?>)|[A-Za-z][A-Za-z0-9]{0,14}>)")
_NAMED_MARKS = re.compile(r"^\s{0,3}(?:[A-Za-z][A-Za-z0-9]{0,14}>\s?){1,5}")
_SIGNATURE = re.compile(r"^\s{0,3}(?:--|—|–)\s{0,2}$")
_DIVIDER = re.compile(r"^\s{0,8}(?:-{3,}|_{2,}|={2,}|\*{3,}|#{3,}|~{2,}|\+{2,}|[—–]{2,}|-{2}\s{1,3}-{2})[\s_*-]{0,4}$")
_HEADER = re.compile(
    r"^[\s>*|]{0,6}(?:from|sent|to|cc|bcc|subject|date|reply[- ]?to|von|gesendet|an|kopie|betreff|datum|de|expéditeur"
    r"|envoyé|à|destinataire|répondre à|objet|enviado(?: el)?|para|asunto|fecha|da|inviato|a|risposta|oggetto|data"
    r"|enviada(?: em)?|assunto|van|verzonden|aan|beantwoorden - aan|onderwerp|från|skickat|till|ämne|fra|sendt|til|emne"
    r"|lähettäjä|lähetetty|vastaanottaja|aihe|od|wysłano|wysłane|do|temat|odesláno|komu|předmět|от|отправлено|кому|тема"
    r"|дата|发件人|发送时间|收件人|主题|寄件者|差出人|送信日時|宛先|件名|보낸 사람|보낸 날짜|받는 사람|제목"
    r"|organization|importance)"
    r"\s?\*{0,2}\s?[:：]\*{0,2}(?:\s|$|\S)",
    re.IGNORECASE,
)
#: What a block of copied headers has and a person's own list of times and places hasn't.
SUBJECT = re.compile(
    r"^[\s>*|]{0,6}(?:subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|aihe|temat|předmět|тема|主题|件名|제목)"
    r"\s?\*{0,2}\s?[:：]|@",
    re.IGNORECASE,
)
_LINK = re.compile(r"<https?:[^<>\s]{1,180}>|\[([^\[\]]{1,60})\]\(https?:[^()\s]{1,180}\)")
_DEVICES = (
    r"i-?phone|ipad|ipod|phone|mobile|android|galaxy|samsung|blackberry|pixel|huawei|xiaomi|motorola|nokia|htc|tablet|device"
    r"|outlook|windows|thunderbird|airmail|spark|proton|aol|yahoo|gmail|hotmail|icloud|zimbra|ios\b|mac\b|t-mobile|verizon"
    r"|at&t|mail for|mail app|superhuman|shortwave|mailbird|nylas|handheld|on the go"
)
_DEVICE = re.compile(
    r"^[\s(<*_\[-]{0,4}(?:sent (?:securely )?(?:from|via|with|using|by|on) (?:my )?\S{0,20} ?\S{0,20} ?(?:"
    + _DEVICES
    + r").{0,50}"
    r"|sent from my \S{1,20}\W{0,3}|sent on the go.{0,30}|get outlook for \S.{0,60}|typed on .{0,40}"
    r"|\w{1,20} from mobile"
    r"|from my (?:" + _DEVICES + r").{0,20}|von meinem .{2,40} gesendet.{0,3}|gesendet (?:von|mit|über) .{2,60}"
    r"|diese nachricht wurde von .{2,60} gesendet.{0,3}|envoyé (?:de mon|depuis|à partir d) ?\S.{1,60}"
    r"|enviado (?:desde mi|desde|do meu|do|a partir do) \S.{1,60}|inviato da(?:l mio)? \S.{1,60}"
    r"|verzonden (?:vanaf|met|via) .{2,60}|verstuurd vanaf .{2,60}|skickat från .{2,60}"
    r"|från min .{2,40}|sendt fra .{2,60}"
    r"|lähetetty .{2,40}|wysłan[eo] z .{2,60}|odesláno z .{2,40}|отправлено (?:с|из) .{2,60}"
    r"|发自我的.{1,30}|從我的.{1,20}傳送.{0,3}|iphoneから送信|.{1,20}から送信)\s*$",
    re.IGNORECASE,
)
_VERBS = (
    r"wrote|writes|written|said|posted|replied|schrieb(?:en)?|geschreven|schreef|a écrit|a dit|écrivait|escribió|"
    r"escribio|escreveu|ha scritto|scrive|ha escrit|napisał\S{0,3}|napsal\S{0,3}|píše|skrev|skrifaði|"
    r"kirjoitti|yazdı|írta"
    r"|написал\S{0,3}|пишет|pisze|пише|写道|寫道|wrote\W|geschrieben|έγραψε|כתב|のメール"
)
_WROTE = re.compile(r"(?:^|[\s,>\"”)])(?:" + _VERBS + r")(?:\s.{0,60})?\s?[:：]?\s{0,3}$", re.IGNORECASE)
_WROTE_COLON = re.compile(r"(?:" + _VERBS + r")[^.!?\n]{0,60}[:：]\s{0,3}$", re.IGNORECASE)
_OPENERS = re.compile(
    r"^[\s>*]{0,6}(?:on|at|am|le|el|il|em|op|den|dnia|dne|w dniu|på|в|a|thus spoke|in (?:a message|article)|"
    r"quoting|on behalf)\s",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[<(]\s?[^<>()\s@]{1,100}@[^<>()\s]{1,200}[>)]|\[mailto:")
_VIA = re.compile(r"^[\s>]{0,4}\S.{0,80} via \S.{0,80} (?:wrote|schrieb)\s?:?\s{0,3}$", re.IGNORECASE)
_POSTED = re.compile(r"^[\s>]{0,4}posted by .{1,80} on \d{1,2}/\d{1,2}/\d{4}\s*$", re.IGNORECASE)
_DAY_NAME = re.compile(r"^[\s>]{0,4}(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2} .{1,80}<[^<>\s@]{1,100}@[^<>\s]{1,200}>\s*$")
_DATED_NAME = re.compile(
    r"^[\s>]{0,4}\S{0,12},?\s?.{0,30}\b(?:19|20)\d\d\b.{0,120}<[^<>\s@]{1,100}@[^<>\s]{1,200}>\s?:\s{0,3}$"
)
_TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_DAY = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}\.? ?[a-zа-яäéû]{3,12}\b",
    re.IGNORECASE,
)
_STAMP = re.compile(r"^[\s>]{0,4}(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2},? (?:\S{1,4} )?\d{1,2}:\d{2}(?::\d{2})?\s\S")
_ORIGINAL = re.compile(
    r"^[\s>*_]{0,6}(?:-{2,}|_{3,}|={2,}|[—–]{1,})\s{0,3}(?P<words>[^\W\d_][^\n]{2,60}?)\s{0,3}(?:-{2,}|_{3,}|"
    r"={2,}|[—–]{1,})?[\s*_]{0,4}$"
)
_ORIGINAL_WORDS = re.compile(
    r"original|forward|ursprüngliche|weitergeleitet|message d'?origine|message transféré|initial|"
    r"oorspronkelijk|doorgestuurd|ursprungligt|vidarebefordrat|opprinnelig|oprindelig|wiadomość|oryginaln|"
    r"původní|исходное|пересыла|preposlan|reenviad|encaminhad|inoltrato|原始|转发|轉寄|元の|転送|원본|reply (?:above|"
    r"message)|previous message|alkuperäinen",
    re.IGNORECASE,
)
_BEGIN = re.compile(
    r"^[\s>*]{0,6}(?:begin forwarded message|reply message|anfang der weitergeleiteten|début du message|"
    r"inicio del mensaje|"
    r"inizio messaggio)\b.{0,20}:?\s*$",
    re.IGNORECASE,
)

#: Forms that are sure by themselves.
_WHOLE_LINES = (_BEGIN, _STAMP, _VIA, _POSTED, _DAY_NAME, _DATED_NAME)


def kind_of(line: str) -> Line:
    """What a single line is, without regard to its neighbours."""
    if _EMPTY.match(line):
        return Line.EMPTY
    short = line[:MARKER_LENGTH]
    if _QUOTE.match(short):
        return Line.QUOTE
    if _SIGNATURE.match(short):
        return Line.SIGNATURE
    if _DIVIDER.match(short):
        return Line.DIVIDER
    if len(short) < 200 and _DEVICE.match(_LINK.sub(r"\1", short)):
        return Line.DEVICE
    if is_marker(line):
        return Line.MARKER
    return Line.HEADER if _HEADER.match(short) else Line.TEXT


def is_marker(text: str) -> bool:
    """Whether a line (or several, joined) announces a quotation: `On …, … wrote:`, `----- Original Message -----`."""
    if len(text) > MARKER_LENGTH:
        return False
    original = _ORIGINAL.match(text)
    if (original and _ORIGINAL_WORDS.search(original["words"])) or any(form.match(text) for form in _WHOLE_LINES):
        return True
    return not _HEADER.match(text) and _announces(text.strip(" \t>*_-"))


def _announces(text: str) -> bool:
    """A date or an address and a verb of writing, or both and a colon at the end."""
    addressed = bool(_ADDRESS.search(text))
    dated = bool(_DAY.search(text) and (_TIME.search(text) or _OPENERS.match(text)))
    ends = text.endswith((":", "："))
    if ends and _WROTE_COLON.search(text):
        return addressed or bool(_DAY.search(text))
    if _WROTE.search(text):
        return addressed and dated
    return ends and addressed and bool(_TIME.search(text) and _DAY.search(text))


def may_begin_marker(line: str) -> bool:
    """Whether a line may be the first of a marker that goes on in the next: it opens like one and has no end."""
    short = line.strip()[:MARKER_LENGTH]
    if not short or short.endswith((".", "!", "?")) or _QUOTE.match(short):
        return False
    return bool(_OPENERS.match(short) or _STAMP.match(short) or _ADDRESS.search(short) or _DAY.search(short))


def with_plain_marks(line: str) -> str:
    """A quoted line whose marks hold the name of who is quoted (`Dana> …`), with plain ones."""
    return _NAMED_MARKS.sub(lambda found: re.sub(r"[A-Za-z0-9]+>", ">", found[0]), line)
