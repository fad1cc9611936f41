"""Reads a sentence for the scope check: its clauses, what is denied, who does what, what a noun belongs to.

A rough grammar of English is enough for the plain sentences of outreach: noun phrases from the right, verbs by list,
and the nearest subject that a verb can have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from crm.domain.scope_people import CLIENTS, LICENSED, PLACES, Whose, whose
from crm.domain.scope_regex import regex
from crm.domain.scope_words import Token

_FIRST = regex(r"\b(?:I|we|me|us|my|our|ours|mine|i'm)\b", re.IGNORECASE)
#: Words between an infinitive and whose it is: "we are able to treat".
BETWEEN = frozenset(
    "how not when what able ready happy glad here licensed trained qualified certified allowed proud free".split()
)
NOMINAL = frozenset({"noun", "num", "pos", "our", "your", "their", "det", "no"})


@dataclass(frozen=True, eq=False)
class Sentence:
    """One sentence of a paragraph as words. Positions of tokens are the paragraph's."""

    paragraph: str
    words: list[Token]

    @cached_property
    def text(self) -> str:
        """As written, with straight apostrophes."""
        return self.paragraph[self.words[0].start : self.words[-1].end]

    @cached_property
    def tags(self) -> list[str]:
        """The parts of speech in order."""
        return [word.tag for word in self.words]

    @cached_property
    def personal(self) -> bool:
        """Whether the paragraph speaks in the first person."""
        return bool(_FIRST.search(self.paragraph))

    @cached_property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.words[-1].low == "?"

    def spanning(self, start: int, end: int) -> tuple[int, int]:
        """The first word and the one after the last that touch a span of the paragraph."""
        first = next((place for place, word in enumerate(self.words) if word.end > start), len(self.words))
        last = first
        while last < len(self.words) and self.words[last].start < end:
            last += 1
        return first, max(last, first + 1)

    def said(self, first: int, last: int) -> str:
        """The text from one word up to another."""
        if first >= last or first >= len(self.words):
            return ""
        return self.paragraph[self.words[first].start : self.words[min(last, len(self.words)) - 1].end]

    # --- clauses ------------------------------------------------------------------------------------------------------

    @cached_property
    def _breaks(self) -> list[bool]:
        return [self._begins(place) for place in range(len(self.words))]

    def clause_start(self, place: int) -> int:
        """The first word of the clause that a word stands in."""
        while place > 0 and not self._breaks[place]:
            place -= 1
        return place

    def clause_end(self, place: int) -> int:
        """The place behind the last word of the clause."""
        place += 1
        while place < len(self.words) and not self._breaks[place]:
            place += 1
        return min(place, len(self.words))

    def _begins(self, place: int) -> bool:
        """Whether a clause begins with this word."""
        if not place:
            return True
        word, before = self.words[place], self.words[place - 1]
        if before.low in (";", ":", "—", "–", "(", ")", "?", "•") or (
            before.low == "-" and before.start > 0 and self.paragraph[before.start - 1].isspace()
        ):
            return True
        if word.tag == "but" or word.low in ("because", "while", "whereas", "although", "though", "so", "unless"):
            return before.low != "not"
        if before.low == "," and self._opens(place):
            return True
        if before.tag in ("and", "but") and word.tag in ("us", "you", "they") and word.low not in ("me", "us", "them"):
            return place < 2 or self.words[place - 2].tag != "you" or word.tag != "us"
        return word.tag == "time" and before.low == "," and self._has_subject(place + 1)

    def _opens(self, place: int) -> bool:
        """Whether what follows a comma is a clause with a subject of its own."""
        word = self.words[place]
        if word.tag in ("and", "but") or word.low in ("then", "so"):
            return place + 1 < len(self.words) and self._has_subject(place + 1)
        return word.low in ("just", "only", "simply", "which", "who", "where", "if", "while") or self._has_subject(
            place
        )

    def _has_subject(self, place: int) -> bool:
        """Whether a noun phrase with a finite verb behind it begins here."""
        if self.words[place].tag in ("us", "you", "they"):
            return True
        at = place
        while at < len(self.words) and at < place + 5 and (self.tags[at] in NOMINAL or self.tags[at] == "adv"):
            at += 1
        if at == place or at >= len(self.words):
            return False
        low = self.words[at].low
        return self.tags[at] in ("be", "modal", "aux") or (self.tags[at] == "verb" and not low.endswith(("ing", "ed")))

    # --- noun phrases -------------------------------------------------------------------------------------------------

    def phrase_start(self, last: int) -> int:
        """The first word of the noun phrase that ends with a word."""
        place = last
        while place > 0 and self._joins(place - 1, place):
            place -= 1
        return place

    def _joins(self, left: int, right: int) -> bool:
        tag, after = self.tags[left], self.tags[right]
        if after in ("our", "your", "their", "no", "us", "you", "they"):
            return False
        if after == "det":
            return self.words[left].low in ("all", "both", "half")
        if tag in NOMINAL:
            return True
        low = self.words[left].low
        if tag == "adv":
            return left > 0 and self.tags[left - 1] in ("det", "our", "your", "their", "no") and after == "noun"
        participle = low.endswith(("ing", "ed", "en")) or low in ("own", "free", "left", "written")
        return tag == "verb" and participle and left > 0 and self.tags[left - 1] in (
            "det", "our", "your", "their", "pos", "no", "num")  # fmt: skip

    def phrase_end(self, first: int) -> int:
        """The place behind the last word of the noun phrase that a word stands in."""
        place = first + 1
        while place < len(self.words) and self.tags[place] in ("noun", "num", "pos"):
            place += 1
        return place

    def whose_phrase(self, last: int) -> Whose:
        """Whose the noun phrase is that ends here."""
        return whose(self.words[self.phrase_start(last) : last + 1])

    def whose_next(self, first: int) -> Whose:
        """Whose the noun phrase is that begins here."""
        place = first
        while place < len(self.words) and (self.tags[place] in NOMINAL or self.words[place].low.endswith("ed")):
            place += 1
        if place == first and place < len(self.words):
            place += 1
        return whose(self.words[first:place])

    # --- who acts -----------------------------------------------------------------------------------------------------

    def verb_before(self, place: int) -> int:
        """The nearest verb to the left in the same clause, or -1."""
        start = self.clause_start(place)
        for at in range(place - 1, start - 1, -1):
            if self.tags[at] in ("verb", "be", "aux", "modal"):
                return at
            if self.tags[at] == "sub":
                return -1
        return -1

    def subject(self, verb: int, depth: int = 0) -> Whose:
        """Who does what the verb at this place says."""
        at = verb - 1
        while at >= 0 and depth < 6:
            tag, low = self.tags[at], self.words[at].low
            if tag in ("adv", "neg", "modal", "be", "aux") or low in ("no", "n't"):
                at -= 1
            elif tag == "to":
                return self._infinitive(at, depth)
            elif tag == "and" or low in (",", "/"):
                return self._coordinated(at, depth)
            elif tag == "rel":
                return self._relative(at)
            elif low == "let" and self.words[at + 1].low == "'s":
                return "ours"
            elif tag == "verb":
                return self.subject(at, depth + 1)
            elif tag in ("prep", "time"):
                return self._of_clause(at, depth)
            elif tag in NOMINAL or tag in ("us", "you", "they"):
                return self._phrase_as_subject(at, depth)
            else:
                return "nobody"
        return "nobody"

    def _phrase_as_subject(self, last: int, depth: int) -> Whose:
        first = self.phrase_start(last)
        before = self.words[first - 1] if first else None
        who = whose(self.words[first : last + 1])
        if (
            before is None
            or first == self.clause_start(last)
            or self.words[last].low in ("i", "we", "he", "she", "they")
        ):
            return who
        if before.low == "of" and who == "ours":
            return who
        if before.tag == "prep" and before.low not in ("like", "than", "as"):
            outer = self.subject(first, depth + 1) if first - 1 > self.clause_start(first) else "nobody"
            return who if outer == "nobody" else outer
        helped = before.tag == "verb" and self.words[last].low in CLIENTS and self.words[last].tag == "noun"
        if before.tag == "verb" and (helped or who not in ("ours", "theirs")):
            return self.subject(first - 1, depth + 1)
        return who

    def _infinitive(self, to: int, depth: int) -> Whose:
        """The subject of "to treat": an object that was asked to, else that of the verb before."""
        at = to - 1
        while at >= 0 and (self.tags[at] == "adv" or self.words[at].low in BETWEEN):
            at -= 1
        if at < 0:
            return self.predicate(to)[0]
        if self.tags[at] in NOMINAL or self.tags[at] in ("us", "you", "they"):
            first = self.phrase_start(at)
            who = whose(self.words[first : at + 1])
            thing = "your" in self.tags[first : at + 1] and self.words[at].low not in CLIENTS | LICENSED | PLACES
            if who in ("ours", "theirs") and not thing:
                return who
            verb = self.verb_before(first)
            return self.subject(verb, depth + 1) if verb >= 0 else "nobody" if who == "client" else who
        return self.subject(at + 1, depth + 1)

    def _coordinated(self, joint: int, depth: int) -> Whose:
        """The subject of the second verb of "I assess, treat and discharge" is that of the first."""
        start = self.clause_start(joint)
        for at in range(joint - 1, start - 1, -1):
            if self.tags[at] == "verb" or (self.tags[at] == "be" and at > start):
                return self.subject(at, depth + 1)
        for at in range(joint - 1, start, -1):
            if self.tags[at] == "aux" and self.words[at].low in ("did", "do", "had", "have"):
                return self.subject(at, depth + 1)
        if self.tags[joint - 1] in NOMINAL or self.tags[joint - 1] in ("us", "you", "they"):
            return self.whose_phrase(joint - 1)
        return "nobody"

    def _relative(self, rel: int) -> Whose:
        """ "Somebody who treats" is who was named before; "I am somebody who" is us."""
        if rel == 0 or (
            self.tags[rel - 1] in ("punct", "verb", "prep", "and", "sub") and self.words[rel].low != "which"
        ):
            return "theirs" if self.words[rel].low in ("who", "whoever") else "nobody"
        last = rel - 1 if self.words[rel - 1].low != "," else rel - 2
        first = self.phrase_start(last)
        who = whose(self.words[first : last + 1])
        if who == "nobody" and first > 1 and self.words[first - 1].low in ("in", "on", "of", "at", "near", "for"):
            who = whose(self.words[self.phrase_start(first - 2) : first - 1])
        verb = self.verb_before(first)
        plain = verb >= 0 and "prep" not in self.tags[verb:first]
        if plain and self.tags[verb] == "be" and first - verb <= 3 and self.subject(verb, 3) == "ours":
            return "ours"
        if who == "client":
            singular = self.words[last].low in ("someone", "somebody", "one", "person")
            return "nobody" if singular else "client"
        return who

    def _of_clause(self, prep: int, depth: int) -> Whose:
        """ "By treating": whoever does the rest of the clause; first what stands before, else what follows."""
        verb = self.verb_before(prep)
        if verb >= 0:
            return self.subject(verb, depth + 1)
        if prep > 0 and (self.tags[prep - 1] in NOMINAL or self.tags[prep - 1] in ("us", "you", "they")):
            return self.whose_phrase(prep - 1)
        start, end = self.clause_start(prep), len(self.words)
        comma = next((at for at in range(start, end) if self.words[at].low == ","), -1)
        return self.whose_next(comma + 1) if 0 <= comma < end - 1 else "nobody"

    def predicate(self, place: int) -> tuple[Whose, int]:
        """Whose the predicate noun is behind the next "is", and where that "is" stands (or -1)."""
        end = self.clause_end(place)
        for at in range(place + 1, end):
            if self.tags[at] == "be" and self.words[at].low not in ("be", "being", "been"):
                after = at + 1
                while after < end and self.tags[after] in ("adv", "neg", "be", "aux"):
                    after += 1
                if after < end and self.words[after].low in ("what", "where", "how", "something") and after + 1 < end:
                    after += 1
                return (self.whose_next(after) if after < end else "nobody"), at
        return "nobody", -1
