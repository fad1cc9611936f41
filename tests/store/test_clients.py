from __future__ import annotations

from datetime import date

from crm.models.client_care import ClientAuthorization, ClientClearance
from crm.store import clients as store
from crm.store.clients import Show
from crm.store.engine import Database
from tests.factories import NOW, TODAY, make_assessment, make_client, make_provider, make_referral


def test_pages_follow_each_other_without_a_gap(db: Database) -> None:
    with db.write() as session:
        made = [make_client(session).id for _ in range(7)]
    found: list[int] = []
    before = None
    with db.read() as session:
        while True:
            lines, before = store.page(session, TODAY, limit=3, before=before)
            found += [line.id for line in lines]
            if before is None:
                break
    assert found == made[::-1]


def test_a_line_has_the_latest_referral_and_the_last_day_of_measuring(db: Database) -> None:
    with db.write() as session:
        client = make_client(session)
        for day, name in ((date(2026, 1, 5), "First"), (date(2026, 2, 5), "Latest")):
            provider = make_provider(session, display_name=name)
            make_referral(session, client_id=client.id, provider_id=provider.id, received_on=day)
            make_assessment(session, client_id=client.id, measured_on=day)
        make_assessment(session, client_id=client.id, measured_on=date(2026, 3, 1), archived_at=NOW)
    with db.read() as session:
        (line,), _ = store.page(session, TODAY, limit=5)
        senders = store.senders(session, client.id or 0)
    assert (line.provider, line.measured, line.measured_on) == ("Latest", 2, date(2026, 2, 5))
    assert [sender.name for sender in senders] == ["Latest", "First"]


def test_codes_are_found_as_they_are_written(db: Database) -> None:
    with db.write() as session:
        make_client(session, code="K-14")
        make_client(session, code="K_14")
    with db.read() as session:
        assert [line.code for line in store.page(session, TODAY, limit=5, search=" k-1")[0]] == ["K-14"]
        assert [line.code for line in store.page(session, TODAY, limit=5, search="_")[0]] == ["K_14"]
        assert store.counts(session) == (2, 0)


def test_the_list_is_narrowed_to_who_lacks_what(db: Database) -> None:
    with db.write() as session:
        ended = make_client(session, code="E-1", started_on=date(2026, 1, 1), ended_on=date(2026, 2, 1))
        active = make_client(session, code="A-1", started_on=date(2026, 1, 1))
        asked = make_client(session, code="N-1")
        common = {"created_at": NOW}
        held = ClientAuthorization(client_id=active.id or 0, signed_on=date(2026, 1, 1), **common)
        over = {"signed_on": date(2026, 1, 1), "until_on": date(2026, 3, 3)}
        expired = ClientAuthorization(client_id=asked.id or 0, **over, **common)
        out = ClientClearance(client_id=asked.id or 0, asked_on=date(2026, 3, 1), **common)
        back = ClientClearance(client_id=ended.id or 0, asked_on=TODAY, returned_on=TODAY, **common)
        session.add_all([held, expired, out, back])
    with db.read() as session:
        shown = {show: [line.code for line in store.page(session, TODAY, limit=9, show=show)[0]] for show in Show}
    assert shown == {
        Show.ALL: ["N-1", "A-1", "E-1"],
        Show.ACTIVE: ["A-1"],
        Show.UNAUTHORIZED: ["N-1"],
        Show.UNCLEARED: ["N-1"],
        Show.ENDED: ["E-1"],
    }
