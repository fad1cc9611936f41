"""Find providers by what somebody remembers of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import product
from typing import Any, NamedTuple

from sqlmodel import Session

from crm.domain import search as words
from crm.domain.provider_filter import Filter
from crm.domain.search import TRIGRAM, Entry, Term, Tier
from crm.store import provider_lists
from crm.store import search as store
from crm.store.provider_lists import Question
from crm.store.search import Look

MOST = 100
"""So many candidates are ranked; of more, the better tiers are asked for by themselves, the worked ones first."""

TIMES = 5
"""Of those who want few answers, so many times as many candidates are ranked."""


class Found(NamedTuple):
    """Ids of the providers that answer, best first, and how well. `meant` are the words searched for instead."""

    ids: list[int]
    tiers: dict[int, Tier]
    meant: tuple[str, ...] = ()


NOTHING = Found([], {})


def find(session: Session, question: str, *, limit: int = 50) -> Found:
    """Providers by name, practice, city, phone or its last digits, NPI, or words of a note.

    Whole words first, then beginnings, then fragments; only when there is none of them, what may have been meant.
    """
    asked = words.terms(question)
    if not asked:
        return NOTHING
    found = _ranked(session, asked, limit)
    if found.ids or any(word.isdecimal() for term in asked for word in term):
        return found
    return _meant(session, asked, limit)


class Answer(NamedTuple):
    """What search shows: provider rows, practices as (id, name, city), and the words searched for instead."""

    rows: list[Any]
    practices: list[tuple[int, str, str]]
    meant: tuple[str, ...]


def answer(session: Session, question: str, *, limit: int, today: date, now: datetime) -> Answer:
    """The best providers for a question, and the practices among them that answer it themselves."""
    found = find(session, question, limit=limit)
    everybody = Question(Filter(peers=True), today, now, ids=found.ids)
    rows = {row.id: row for row in provider_lists.page(session, everybody, None, back=False, limit=limit)}
    ranked = [rows[one] for one in found.ids if one in rows]
    asked = tuple((word,) for word in found.meant) or words.terms(question)
    places = {row.practice_id: (row.practice_name, row.city) for row in ranked if row.practice_id}
    answering = [
        (key, name, city)
        for key, (name, city) in places.items()
        if name and words.tier(asked, f" {words.plain(name)} ", f" {words.plain(city)} ") is not None
    ]
    return Answer(ranked, answering, found.meant)


def _meant(session: Session, asked: Sequence[Term], limit: int) -> Found:
    """The same question with each word that nobody has replaced by the likeliest that somebody has."""
    instead = tuple(_nearest(session, term[0]) for term in asked)
    if not all(instead) or instead == tuple(asked):
        return NOTHING
    found = _ranked(session, instead, limit)
    meant = tuple(word for term in instead for word in term[:1])
    return Found(found.ids, dict.fromkeys(found.ids, Tier.TYPO), meant)


def _nearest(session: Session, word: str) -> Term:
    if store.matches(session, Look(((word,),), Tier.PREFIX), 1):
        return (word,)
    slips, length = words.slips(word), len(word)
    known = store.words_among(session, words.one_slip(word))
    if known or slips == 1:
        return words.likely(word, known)
    found = words.likely(word, store.words_beginning(session, words.beginnings(word), length, slips))
    return found or words.likely(word, store.words_ending(session, words.end_of(word), length, slips))


def _ranked(session: Session, asked: Sequence[Term], limit: int) -> Found:
    candidates = _candidates(session, asked, limit)
    entries = store.entries(session, candidates)
    ranks = {one: _rank(asked, entry) for one, entry in entries.items()}
    ids = sorted(ranks, key=lambda one: (*ranks[one], entries[one].name, one))[:limit]
    return Found(ids, {one: ranks[one][0] for one in ids})


def _rank(asked: Sequence[Term], entry: Entry) -> tuple[Tier, bool, bool]:
    """Tier, then names before the rest, then those whom somebody works with."""
    everywhere = words.tier(asked, entry.name, entry.body)
    best = Tier.FRAGMENT if everywhere is None else everywhere
    return best, words.tier(asked, entry.name) != best, entry.mark == ""


def _candidates(session: Session, asked: Sequence[Term], limit: int) -> list[int]:
    """All that answer when they are few; otherwise the best of each tier, until there are enough."""
    most = min(MOST, limit * TIMES)
    solid = [term for term in asked if len(term[0]) > 1]
    if not solid:
        return store.matches(session, Look(asked, Tier.EXACT), most)
    found = dict.fromkeys(_anywhere(session, solid, most))
    if len(found) < most:
        return list(found)
    best: dict[int, None] = dict.fromkeys(store.matches(session, Look(solid, Tier.PREFIX), most))
    if len(best) < most:  # these are all: whole words are among beginnings, names among the rest
        return list(best if len(best) >= limit else best | found)
    best.clear()
    for tier, in_name in product((Tier.EXACT, Tier.PREFIX), (True, False)):
        looks = [Look(solid, tier, in_name, worked) for worked in (True, False)]
        best.update(dict.fromkeys(store.matches_of(session, looks, most)))
        if len(best) >= limit:
            return list(best)
    return list(best | found)


def _anywhere(session: Session, asked: Sequence[Term], most: int) -> list[int]:
    """Fragments where a word is long enough for them; shorter ones as beginnings, then anywhere in a known word."""
    if any(len(word) >= TRIGRAM for term in asked for word in term):
        return store.matches(session, Look(asked, Tier.FRAGMENT), most)
    found = store.matches(session, Look(asked, Tier.PREFIX), most)
    if len(found) >= most:
        return found
    inside = tuple((*term, *store.words_like(session, term[0], 40)) for term in asked)
    return found + store.matches(session, Look(inside, Tier.EXACT), most)
