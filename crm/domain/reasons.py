"""Why an outbox message waits, is held, was left out or ended, as values with a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why a message waits, is held, was left out or ended. The values are stored and shown through `SENTENCES`."""

    UNDO_TIME = "undo_time"
    SCHEDULED = "scheduled"
    RELEASED = "released"
    TRY_AGAIN = "try_again"
    UNREACHABLE = "unreachable"
    DAILY_CAP = "daily_cap"
    DOMAIN_CAP = "domain_cap"
    MAILBOX_GAP = "mailbox_gap"
    PERSON_GAP = "person_gap"
    OUTSIDE_WINDOW = "outside_window"
    SEQUENCE_STOPPED = "sequence_stopped"
    SEQUENCE_PAUSED = "sequence_paused"
    MAILBOX_PAUSED = "mailbox_paused"
    LEASE_EXPIRED = "lease_expired"
    WORKER_STOPPED = "worker_stopped"
    TROUBLE = "trouble"
    OVERDUE = "overdue"
    NO_POSTAL_ADDRESS = "no_postal_address"
    NO_MAILBOX = "no_mailbox"
    BY_HAND = "by_hand"
    SUPPRESSED = "suppressed"
    DO_NOT_CONTACT = "do_not_contact"
    DECLINED = "declined"
    DEACTIVATED = "deactivated"
    ARCHIVED = "archived"
    ADDRESS_CHANGED = "address_changed"
    TOO_LATE = "too_late"
    UNDONE = "undone"
    UNSUBSCRIBED = "unsubscribed"
    SERVER_REFUSED = "server_refused"
    GAVE_UP = "gave_up"
    UNWRITABLE = "unwritable"
    CONNECTION_LOST = "connection_lost"
    WORKER_ENDED = "worker_ended"
    ARRIVED = "arrived"
    SEND_AGAIN = "send_again"
    RESTORED = "restored"


SENTENCES: Mapping[Reason, str] = {
    Reason.UNDO_TIME: "Waits a minute, so that you can undo it",
    Reason.SCHEDULED: "Planned for this time",
    Reason.RELEASED: "Released, leaves with the next round",
    Reason.TRY_AGAIN: "The receiving server asked us to try again later",
    Reason.UNREACHABLE: "The mail server could not be reached; tried again by itself",
    Reason.DAILY_CAP: "Today's number of mails for this mailbox is reached",
    Reason.DOMAIN_CAP: "Enough mail for this organization today",
    Reason.MAILBOX_GAP: "Mails leave one after another with a short pause",
    Reason.PERSON_GAP: "This person had a mail from us a short time ago",
    Reason.OUTSIDE_WINDOW: "Waits for the hours in which mail of its sequence leaves",
    Reason.SEQUENCE_STOPPED: "The sequence it belongs to has ended for this provider",
    Reason.SEQUENCE_PAUSED: "The sequence it belongs to is paused for this provider",
    Reason.MAILBOX_PAUSED: "The mailbox is paused; see mail settings",
    Reason.LEASE_EXPIRED: "Sending was interrupted before anything was sent; it will be tried again",
    Reason.WORKER_STOPPED: "The program was stopped before anything was sent; it will be tried again",
    Reason.TROUBLE: "Something unforeseen went wrong before anything was sent; it will be tried again",
    Reason.OVERDUE: "More than a day late, so please look at it before it leaves",
    Reason.NO_POSTAL_ADDRESS: "Your postal address is missing in the settings; every outreach mail must show it",
    Reason.NO_MAILBOX: "The mailbox it was written for is no longer set up",
    Reason.BY_HAND: "Held by you",
    Reason.SUPPRESSED: "This address gets no outreach mail any more",
    Reason.DO_NOT_CONTACT: "The provider is marked “do not contact”",
    Reason.DECLINED: "The provider has declined",
    Reason.DEACTIVATED: "The provider's NPI has been deactivated",
    Reason.ARCHIVED: "The provider has been archived or merged",
    Reason.ADDRESS_CHANGED: "The provider's e-mail address has changed since this was written",
    Reason.TOO_LATE: "It would have come too late to be of use",
    Reason.UNDONE: "Undone before it left",
    Reason.UNSUBSCRIBED: "The recipient has unsubscribed",
    Reason.SERVER_REFUSED: "The receiving server refused it",
    Reason.GAVE_UP: "The receiving server put it off five times",
    Reason.UNWRITABLE: "This message can't be put into the form that mail needs",
    Reason.CONNECTION_LOST: "The connection broke after the text was sent: it may or may not have arrived",
    Reason.WORKER_ENDED: "The program ended while the text was being sent: it may or may not have arrived",
    Reason.ARRIVED: "Known to have arrived",
    Reason.SEND_AGAIN: "Sent again at your word",
    Reason.RESTORED: "It waited when the backup was made and may have been sent since, so please look at it first",
}


KNOWN = frozenset(reason.value for reason in Reason)


def sentence(reason: str) -> str:
    """The reason in words; a reason that this version doesn't know is shown as it is stored."""
    return SENTENCES[Reason(reason)] if reason in KNOWN else reason.replace("_", " ")
