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
_SIGNATURE = re.compile(r"^\s{0,3}(?:--|—|–)\s{0,2}$")
_DIVIDER = re.compile(r"^\s{0,8}(?:-{3,}|_{3,}|={3,}|\*{3,}|#{3,}|~{3,}|\+{3,}|[—–]{2,}|-{2}\s{1,3}-{2})[\s_*-]{0,4}$")
_HEADER = re.compile(
    r"^[\s>*|]{0,6}(?:from|sent|to|cc|bcc|subject|date|reply[- ]?to|von|gesendet|an|kopie|betreff|datum|de|"
    r"envoyé|à|cc|objet|date"
    r"|enviado(?: el)?|para|asunto|fecha|da|inviato|a|oggetto|data|enviada(?: em)?|assunto|van|verzonden|aan|"
    r"onderwerp|från|skickat|till|ämne"
    r"|fra|sendt|til|emne|lähettäjä|lähetetty|vastaanottaja|aihe|od|wysłano|wysłane|do|temat|od|odesláno|komu|"
    r"předmět|от|отправлено|кому|тема|дата"
    r"|发件人|发送时间|收件人|主题|寄件者|差出人|送信日時|宛先|件名|보낸 사람|보낸 날짜|받는 사람|제목|organization|"
    r"importance)\s?\*{0,2}\s?[:：]\*{0,2}(?:\s|$|\S)",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"^[\s(*_-]{0,4}(?:sent (?:securely )?(?:from|via|with|using) (?:my |an? |the )?\S.{0,60}|"
    r"get outlook for \S.{0,60}|sent on the go.{0,30}|typed on .{0,40}"
    r"|von meinem .{2,40} gesendet.{0,3}|gesendet (?:von|mit|über) .{2,60}|"
    r"diese nachricht wurde von meinem .{2,60}|envoyé (?:de|depuis|à partir d) ?\S.{1,60}"
    r"|enviado (?:desde|do|de|a partir do) \S.{1,60}|inviato da \S.{1,60}|verzonden (?:vanaf|met|via) .{2,60}|"
    r"verstuurd vanaf .{2,60}|skickat från .{2,60}|sendt fra .{2,60}"
    r"|lähetetty .{2,40}|wysłan[eo] z .{2,60}|odesláno z .{2,40}|отправлено (?:с|из) .{2,60}|发自我的.{1,30}|"
    r"iphoneから送信|.{1,20}から送信)\s*$",
    re.IGNORECASE,
)
_VERBS = (
    r"wrote|writes|written|said|posted|replied|schrieb(?:en)?|geschreven|schreef|a écrit|écrivait|escribió|"
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
_ADDRESS = re.compile(r"<[^<>\s]{0,6}\s?[^<>\s@]{1,100}@[^<>\s]{1,200}>|\[mailto:")
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
    r"^[\s>*]{0,6}(?:begin forwarded message|anfang der weitergeleiteten|début du message|inicio del mensaje|"
    r"inizio messaggio)\b.{0,20}:?\s*$",
    re.IGNORECASE,
)


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
    if len(line) <= 110 and _DEVICE.match(line):
        return Line.DEVICE
    if is_marker(line):
        return Line.MARKER
    return Line.HEADER if _HEADER.match(short) else Line.TEXT


def is_marker(text: str) -> bool:
    """Whether a line (or several, joined) announces a quotation: `On …, … wrote:`, `----- Original Message -----`."""
    if len(text) > MARKER_LENGTH:
        return False
    original = _ORIGINAL.match(text)
    if (original and _ORIGINAL_WORDS.search(original["words"])) or _BEGIN.match(text):
        return True
    ends = text.rstrip().rstrip("*_").endswith((":", "："))
    addressed, dated = bool(_ADDRESS.search(text)), bool(_TIME.search(text) and _DAY.search(text))
    if _STAMP.match(text) and len(text) < 200:
        return True
    if _HEADER.match(text):
        return False
    if ends and _WROTE_COLON.search(text):
        return (
            addressed
            or dated
            or bool(_OPENERS.match(text) and (_DAY.search(text) or _TIME.search(text)))
            or bool(_DAY.search(text))
        )
    return ends and addressed and dated


def may_begin_marker(line: str) -> bool:
    """Whether a line may be the first of a marker that goes on in the next: it opens like one and has no end."""
    short = line.strip()[:MARKER_LENGTH]
    if not short or short.endswith((".", "!", "?")) or _QUOTE.match(short):
        return False
    return bool(_OPENERS.match(short) or _STAMP.match(short) or _ADDRESS.search(short) or _DAY.search(short))


def is_quote(line: str) -> bool:
    """Whether a line is quoted."""
    return bool(_QUOTE.match(line))
