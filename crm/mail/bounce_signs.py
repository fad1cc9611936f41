"""Signs by which a notice in prose is known as a bounce. One is not enough: who writes must fit what is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.domain.away import says_away
from crm.mail.mentions import ADDRESS, first_address
from crm.mail.reading import Reading

#: Who writes bounces: programs and the people behind them.
_DAEMON = re.compile(
    r"mailer[-_ .]?daemon|post[-_ ]?master|mail(?:er)?[- ]deliver(?:y|er)?[- ](?:sub)?system|mail[- ]administrator"
    r"|^[\"' ]{0,2}mail ?system|mail delivery|^bounces?@|mail[- ]?daemon"
    r"|(?:^|[\s\"<])(?:mmdf|maildelivery|mdaemon|smtp)@|system ?administrator|content-?filter",
    re.IGNORECASE,
)
#: In a return path fewer names say so: newsletters come back to bounces@.
_DAEMON_PATH = re.compile(r"^<?(?:mailer-?daemon|post_?master)\b", re.IGNORECASE)
_FAILED_SUBJECT = re.compile(
    r"undeliver(?:ed|able)|undelivrable|non[- ]?deliver(?:y|able)|nondeliver|\[bounce\]|message frozen|"
    r"errors?\(?s?\)? in (?:forwarding|filtering)|returned (?:e?-?mail|to sender|"
    r"message)|return(?:ing|ed) (?:message )?to sender|failure notice|"
    r"(?:mail|message|delivery)\b.{0,40}\b(?:fail(?:ed|ure)?|error|problem|delayed|undeliverable|"
    r"not (?:be )?delivered|could not be delivered)\b|delivery (?:status|report|notification|notice|"
    r"has failed)|fail(?:ure|ed) (?:to deliver|delivery)|"
    r"delivery status|mail delivery|could ?n[o']t be (?:sent|delivered)|(?:cannot|can'?t|could not|unable to|"
    r"was not|wasn'?t) (?:be )?(?:deliver|sent)\w*|rejected (?:mail|message)|message (?:you sent )?blocked|"
    r"warning: (?:could not|message)|error sending|mail system error|incorrectly constructed|malformed address|"
    r"unzustellbar|nicht zugestellt|zustellung|non remis|échec de (?:la )?remise|no se (?:ha )?pud?o|"
    r"no entregado|devuelt|mancata consegna|não entregue|devolvid|niet (?:worden )?bezorgd|onbestelbaar|"
    r"не доставлен|недоставлен|エラー|配[信送]|届け|退信|无法投递|未送达|退回",
    re.IGNORECASE,
)
_FAILED_WORDS = re.compile(
    r"(?:could|can|was|were|has|have|had|did|will|is|are)(?: ?not|n'?t)(?: yet)?(?: be|"
    r" been)? (?:able to (?:be )?)?(?:deliver|reach|sen[dt]|relay|accept|process)\w*|(?:cannot|unable to|"
    r"failed to|impossible to) (?:be )?(?:deliver|relay|send|reach)\w*|undeliver(?:able|ed)|"
    r"non-?deliver\w*|permanent(?:ly)? (?:fatal |delivery )?(?:error|failure|failed)|fatal error|"
    r"delivery (?:\S+ ){0,6}?(?:failed|failure|errors?|problems?|delayed|delay|impossible)|"
    r"failed (?:permanently|recipients?|address)|deliver\w* (?:\S+ ){0,4}?fail\w*|errors? (?:occurred|while|"
    r"sending|deliver\w*)|"
    r"returned (?:to (?:the )?sender|unopened|mail|below|undelivered)|trouble delivering|giving up|"
    r"has been (?:delayed|returned|rejected|blocked)|was (?:blocked|rejected|returned|refused)|"
    r"following (?:address(?:es)?|recipient)|rejected (?:recipient|your message|by)|does not like|over quota|"
    r"user unknown|unknown user|mailbox (?:is )?full|"
    r"not (?:been )?delivered|no such (?:user|address)|failure reasons?|is delayed|(?:message|"
    r"mail) (?:\S+ ){0,3}?(?:rejected|blocked|bounced|undeliverable)|WAS NOT relayed|"
    r"delivery report unavailable|system error|incorrectly constructed|malformed address|"
    r"nicht (?:zugestellt|zustellbar|ausgeliefert)|n'?a (?:pas )?pu être (?:remis|délivré|distribué)|"
    r"non (?:remis|délivré)|no (?:se )?(?:pudo|ha podido|puede) (?:ser )?entrega\w*|impossibile (?:consegnare|"
    r"recapitare)|não (?:pôde|foi) (?:ser )?entreg\w*|не (?:может быть |была? )?доставлен\w*|"
    r"送信できません|配信できません|"
    r"届け(?:ること|られ)|送達|エラー|无法(?:投递|发送)|未能送达|投递失败",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\b(?:delayed|delay|will be retried|continue (?:to try|trying)|not need to re-?send|warning message only|"
    r"still (?:trying|being)|temporar\w+ (?:failure|problem)|keep trying|noch nicht|wird weiter)",
    re.IGNORECASE,
)
_DELIVERED = re.compile(
    r"(?:successfully |has been |was )delivered to|delivery (?:has )?(?:succeeded|successful|completed)|"
    r"successful mail delivery|delivered successfully|mail delivery report that you requested|relayed to|"
    r"delivery status notification \((?:success|relay)",
    re.IGNORECASE,
)
#: A server's answer. A telephone number goes on with digits, an answer with words or an enhanced code.
_CODE = re.compile(
    r"(?<![\d.])(?:4[25]\d|5[0-57]\d)[ :-]\s?(?:#?[45]\.\d{1,3}\.\d{1,3}|[<(]?[A-Za-z])|#?[45]\.\d{1,2}\.\d{1,3}\b"
)
_AUTOMATIC = re.compile(
    r"auto(?:matic|mated)?[- ]?(?:re(?:ply|sponse)|generated reply)|out of (?:the )?office|vacation|on leave|"
    r"holiday|abwesen|absen[ct]|réponse automatique|respuesta autom|automatische antwort|自動(?:返信|応答)",
    re.IGNORECASE,
)
_NOT_DELIVERED_TO = re.compile(
    r"(?:(?:could not|cannot|was not|can'?t) be delivered to|unable to deliver (?:the |your )?(?:message|mail|"
    r"e-?mail) to"
    rf"|delivery (?:has )?failed to)\s?:?\s?<?{ADDRESS}",
    re.IGNORECASE,
)
_LIST_REFUSES = re.compile(r"not (?:a )?member|spam|loop|reject|security alert", re.IGNORECASE)
_NAMED = re.compile(rf"^[\s>*]{{0,12}}<?{ADDRESS}>?(?:$|[:\s])", re.MULTILINE)
_FORWARDED_DAEMON = re.compile(
    r"^[\s>*]{0,8}(?:from|von|de|da|van|från)\s?:.{0,80}(?:mailer-?daemon|mail delivery (?:sub)?system|"
    r"postmaster@)",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD = re.compile(r"forwarded message|begin forwarded|original message|weitergeleitete", re.IGNORECASE)


@dataclass(frozen=True)
class Sign:
    """Why a message is a report, and what that already says about it."""

    evidence: str
    subject: str = ""
    delayed: bool = False
    delivered: bool = False
    recipients: tuple[str, ...] = ()
    original_message_id: str = ""
    diagnostic: str = ""


def sign_of(reading: Reading, words: str, *, has_report: bool) -> Sign | None:
    """The sign by which this message is a bounce or a notice of delivery; None where there is none."""
    subject = reading.header("subject")
    head = " ".join(words[:6_000].split())
    if _AUTOMATIC.search(subject) and not has_report:
        return None
    why = _why(reading, subject, head, has_report=has_report)
    if not why:
        return None
    delivered = bool(_DELIVERED.search(f"{subject} {head}")) and not _FAILED_WORDS.search(head)
    return Sign(why, subject, bool(_DELAYED.search(f"{subject} {head[:1_500]}")), delivered)


def _why(reading: Reading, subject: str, head: str, *, has_report: bool) -> str:
    if reading.header("x-failed-recipients"):
        return f"X-Failed-Recipients: {reading.header('x-failed-recipients')[:200]}"
    sender = reading.header("from") or reading.header("sender")
    in_subject, in_words = _FAILED_SUBJECT.search(subject), _FAILED_WORDS.search(head)
    says = f"Subject: {subject[:120]}" if in_subject else f"it says “{in_words[0][:80]}”" if in_words else ""
    if has_report and (says or is_daemon(reading, sender)):
        return says or "it is a delivery report without recipients"
    if is_daemon(reading, sender) and says and (in_subject or _names_failure(head)):
        return f"From: {sender[:80] or '<>'}; {says}"
    if (
        reading.header("return-path").strip() == "<>"
        and says
        and not says_away(head)
        and (in_subject or _CODE.search(head) or _NAMED.search("\n".join(reading.texts())[:6_000]))
    ):
        return f"Return-Path: <>; {says}"
    if in_subject and in_words and _CODE.search(head) and first_address(head) and not _is_answer(reading):
        return f"{says}, with a server's answer"
    named = _NOT_DELIVERED_TO.search(head)
    if named and not _is_answer(reading):
        return f"it says “{named[0][:120]}”"
    if "x-mlserver" in reading.headers and _LIST_REFUSES.search(f"{subject} {head}"):
        return f"Subject: {subject[:120]}"
    if in_words and _is_forward(reading, head):
        return "a bounce that somebody forwarded"
    return ""


def _is_forward(reading: Reading, head: str) -> bool:
    return bool(
        not _is_answer(reading)
        and _FORWARD.search(head)
        and _FORWARDED_DAEMON.search("\n".join(reading.texts())[:4_000])
    )


def _names_failure(head: str) -> bool:
    return bool(_CODE.search(head) or _FAILED_WORDS.search(head))


def is_daemon(reading: Reading, sender: str) -> bool:
    """Whether a mail program wrote it: by its name, or by having none."""
    path = reading.header("return-path").strip()
    return (
        bool(_DAEMON.search(sender))
        or sender.replace(" ", "") in {"", "<>"}
        or "<>" in sender
        or bool(_DAEMON_PATH.match(path))
    )


def _is_answer(reading: Reading) -> bool:
    return bool(reading.header("in-reply-to")) and not reading.header("auto-submitted")
