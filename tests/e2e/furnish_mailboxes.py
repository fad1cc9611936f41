"""Mailboxes in every standing, sign-ins at every state and a signing key; rows only, nothing is connected to."""

from __future__ import annotations

from datetime import timedelta

from crm.domain.mail_kinds import SignInState
from crm.models.inbound import MailFolder, MailReading
from crm.models.sign_ins import MailGrant, MailSignIn
from crm.services import sign_ins, signing
from crm.services.sign_ins import Begin
from tests.e2e.house import House
from tests.factories import make_mail_account, make_user

HERE = "http://127.0.0.1:8000/settings/mail/sign-ins/answer"
ENDED = "The permission has ended or was withdrawn. Sign in again."


def set_up_mailboxes(house: House) -> None:
    """One that works, one that is paused, one of a colleague that must be signed in to again."""
    _mailboxes(house)
    _sign_ins(house)
    post = house.handoff.post
    signing.make(house.handoff.db, post.vault, "stride.example", actor_id=1, now=house.clock.now)


def _mailboxes(house: House) -> None:
    now = house.clock.now
    with house.handoff.db.write() as session:
        works = make_mail_account(session, address="dana@stride.example", preset="other", verified_at=now,
                                  imap_host="imap.stride.example").id  # fmt: skip
        session.add(MailReading(mail_account_id=works, read_at=now, folders=["Clinics"]))
        session.add(MailFolder(mail_account_id=works, name="INBOX", read_at=now))
        session.add(MailFolder(mail_account_id=works, name="Sent", error="the folder can't be opened"))
        paused = make_mail_account(session, address="office@stride.example", preset="fastmail", paused_at=now,
                                   paused_reason="550 5.7.1 listed", imap_host="imap.fastmail.com").id  # fmt: skip
        session.add(MailReading(mail_account_id=paused, error="535 Authentication failed"))
        lee = make_user(session, name="Lee Okafor", email="lee@stride.example").id
        address = "lee.okafor.with.a.long.name@outlook.com"
        ended = make_mail_account(session, address=address, user_id=lee, preset="microsoft", auth="xoauth2",
                                  paused_at=now, paused_reason=ENDED).id  # fmt: skip
        session.add(MailGrant(mail_account_id=ended, service="microsoft", client_id="handoff", failed_at=now,
                              error=ENDED, granted_at=now - timedelta(days=90), updated_at=now))  # fmt: skip


def _sign_ins(house: House) -> None:
    db, post, now = house.handoff.db, house.handoff.post, house.clock.now
    begin = Begin("google", "return", "dana@gmail.com", "handoff", "no secret", HERE)
    sign_ins.begin(db, post, begin, actor_id=1, now=now)
    code = {"user_code": "WDJB-MJHT", "verification_url": "https://microsoft.com/devicelogin"}
    states = ((SignInState.WAITING, code), (SignInState.FAILED, {"error": ENDED}), (SignInState.GRANTED, {}))
    with db.write() as session:
        for number, (state, given) in enumerate(states):
            session.add(MailSignIn(user_id=1, service="microsoft", way="device", address="lee@outlook.com", state=state,
                                   state_key=f"{number}", expires_at=now + timedelta(hours=1), created_at=now,
                                   mail_account_id=1 if state is SignInState.GRANTED else None, **given))  # fmt: skip
