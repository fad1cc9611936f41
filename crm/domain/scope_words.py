"""The words of a sentence for the scope check: tokens with a rough part of speech, from small word lists.

No dictionary of English: what isn't listed counts as a noun or adjective, which is what the grammar needs to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crm.domain.scope_regex import regex


@dataclass(frozen=True, slots=True)
class Token:
    """One word or mark. Positions are the paragraph's; `tag` is its part of speech."""

    text: str
    low: str
    start: int
    end: int
    tag: str

    @property
    def named(self) -> bool:
        """Whether it is written like a name."""
        return self.text[:1].isupper()


_TOKEN = regex(
    r"\b(?:Dr|Mr|Mrs|Ms|St)\.|[^\W_]+(?=n't\b)|n't\b|'(?:s|m|re|ve|ll|d)\b|[^\W_]+(?:[-.](?=[^\W_])[^\W_]+)*|'|[^\w\s]"
)

_CLOSED: dict[str, str] = {
    "us": "i we me us myself ourselves mine ours im ive ill",
    "our": "my our",
    "you": "you yourself u yours",
    "your": "your ur",
    "they": "they he she them him it this that these those everyone everybody someone somebody one others many some"
    " another most several few theirs both",
    "their": "their his her its whose",
    "det": "the a an each every any all such what's",
    "no": "no nothing none nobody without",
    "neg": "not n't never neither nor cannot rarely seldom hardly dont doesnt didnt cant wont isnt arent",
    "be": "is are was were be been being am 's 're 'm",
    "aux": "do does did doing have has had having 've ca wo",
    "modal": "can could will would shall should may might must 'll 'd gonna let's lets",
    "to": "to",
    "prep": "of in on at by for with from about as like into onto over under through across near around against via"
    " per within inside behind off out up down toward towards among amid despite below above regarding than"
    " instead plus including"
    " next because-of versus vs beside @ w",
    "time": "after before during since until till once when whenever following between beyond past alongside outside"
    " upon throughout prior besides",
    "sub": "because if while although though whereas unless whether where how why so",
    "rel": "who whoever whomever whom which that what",
    "and": "and or & / plus",
    "but": "but yet except",
}
_ADVERBS = frozenset(
    "also always often still just only even now then here there again today tomorrow soon already ever once twice very"
    " too really simply merely currently personally successfully quickly safely gently usually mostly mainly together"
    " finally first basically actually clearly definitely probably certainly surely maybe perhaps likely proudly"
    " regularly routinely sometimes instead either naturally properly fully completely both truly effectively actively"
    " long-term please kindly largely primarily hopefully literally officially privately quietly happily".split()
)
_VERBS = (
    "accept achieve act add address adjust administer advertise advise aim allow answer apply approve arrange"
    " arrive ask"
    " assess assist attend authorize avoid award become begin believe belong better bill bless bring build buy call"
    " care"
    " carry change charge check choose claim clear coach combine come complain complement complete conclude conduct"
    " confirm consider contact continue coordinate correct counsel cover create cure cut deal decide decline decrease"
    " defer deliver depend describe deserve design detect determine develop diagnose diagnoze direct discharge discover"
    " discuss ditch document doubt draw drive drop ease eat educate eliminate email employ enable encourage end enjoy"
    " ensure enter establish evaluate exhaust expect explain extend fail fall feel figure fill find finish fit fix flag"
    " follow forget gain give go graduate grow guarantee guess guide halve happen hate have heal hear help hesitate"
    " hire hold hope identify improve include increase inform insist interpret introduce invite join keep know lack"
    " lead"
    " learn leave lend let lift like limit list listen live look lose love lower maintain make manage manipulate"
    " massage"
    " mean meet melt mend mention mobilize modify monitor motivate move name notice obtain offer open operate order"
    " organize overcome owe own pay perform perscribe pick picture place point practice practise prefer prepare"
    " prescribe"
    " pretend prevent produce progress promise promote propose protect prove provide pull push put qualify quit"
    " quote reach"
    " read realign rebuild receive recognize recommend recover reduce refer refuse regain rehab rehabilitate reimburse"
    " relate release relieve remain remember remind remove repair repeat replace reply request require resolve respect"
    " respond restore resume return reverse review roll run say schedule see seem sell send serve set settle share"
    " shine"
    " show sign sit skip solve speak specialize specialise spend stand start stay stop strengthen stretch suggest"
    " supervise supply"
    " support suspect switch take talk taper target teach tell thank think throw tolerate train transform treat trust"
    " try turn understand undergo undo unlock use visit wait walk want watch wean wear welcome win wish wonder"
    " work worry write rely collaborate partner bridge restart pursue rule screen spot rub crack pop knead needle"
    " focus examine inspect palpate hand rate restrict restore calm soothe alleviate target trace reveal loosen"
    " relax study align log track weigh jot print fax mail count balance boost banish erase beat conquer"
    " tackle handle rid free dress"
    " admit appreciate argue assume assure attract celebrate cite classify collect combat commit compare compensate"
    " consist consult contain contribute convert convince cooperate decipher decompress dedicate defeat demonstrate deny"
    " dislike dispense dissolve distinguish earn empower endorse engage enroll equip exceed exist explore express forbid"
    " ignore illustrate imagine imply impress inject install instruct intend investigate justify kill laugh minimize"
    " misread neglect neutralize normalize observe occur overlook override overrule persuade pinpoint postpone praise"
    " predict preserve proceed pronounce publish react realize recall reckon reconstruct recruit redirect regenerate"
    " regulate reject relearn renew rescue retire retrain satisfy seek shrink smile soften specify stabilize stimulate"
    " struggle submit substitute succeed suffer summarize survive swear tailor tend titrate translate travel unblock"
    " update urge utilize validate verify vanish warn withdraw advertise attach bend blame borrow breathe climb"
    " conclude crush dissolve hike inspect interrupt involve kneel mean mind misdiagnose outlive own overdo phone"
    " recover refill remedy repay resume retrain scare soothe undergo undo"
).split()
_IRREGULAR = (
    "began begun brought built bought came chose chosen dealt did done drew drawn drove driven ate eaten fell"
    " fallen felt"
    " found gave given went gone grew grown heard held kept knew known led left lent lost made meant met paid put read"
    " ran said saw seen sold sent set showed shown shone spoke spoken spent stood sat taught told thought took taken"
    " threw thrown understood underwent undergone undid undone wore worn won wrote written hit quit became"
).split()
#: Words that are a verb only behind a subject, a modal or "to".
AMBIGUOUS = frozenset(
    "address answer bill care change charge check claim coach contact cover cut discharge document end exercise fall"
    " figure fit fix guide help hope lead lift limit list look massage measure name need note order pay place plan"
    " point practice practise program progress promise quote reach record rehab release report request respect"
    " return review"
    " roll run screen set share show sign stand start stay stop stretch support supply switch talk target test thank"
    " train treat trust try turn visit wait walk watch welcome win wish work worry email balance boost partner bridge"
    " spot pop crack free better own cure counsel rub changes visits programs reports notes records tests walks plans"
    " measures lists limits orders needs exercises works answers claims ends falls starts stops treats returns reviews"
    " coaches guides supports helps trains cures fixes massages rehabs checks hopes runs shows stands stays talks"
    " turns wins lead leads shop shops"
    " left set put read given known like drop found open thought".split()
)


def forms(base: str) -> set[str]:
    """A verb with its regular endings."""
    stem = base.removesuffix("e")
    third = base + "es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else base + "s"
    found = {base, third, stem + "ed", stem + "ing"}
    if base.endswith("y") and base[-2] not in "aeiou":
        found |= {base[:-1] + "ies", base[:-1] + "ied"}
    if len(base) > 2 and base[-1] in "bdgklmnprt" and base[-2] in "aeiou":
        found |= {base + base[-1] + "ed", base + base[-1] + "ing"}
    return found


def _lexicon() -> dict[str, str]:
    words = dict.fromkeys(_ADVERBS, "adv")
    for base in (*_VERBS, "measure", "need", "note", "plan", "program", "record", "report", "test", "exercise", "shop"):
        words.update(dict.fromkeys(forms(base), "verb"))
    words.update(dict.fromkeys(_IRREGULAR, "verb"))
    for tag, listed in _CLOSED.items():
        words.update(dict.fromkeys(listed.split(), tag))
    return words


_LEXICON = _lexicon()
_GET = frozenset("get gets got gotten getting".split())
_NOUNS_IN_ING = frozenset("training coaching counseling counselling meaning billing".split())
_COMMANDS = frozenset(
    "treat fix cure stop help train visit walk trust ask start talk call test work rub crack pop".split()
)
_BEFORE_A_VERB = frozenset({"us", "you", "they", "modal", "to", "aux", "neg", "adv", "rel"})
_BEFORE_A_NOUN = frozenset({"our", "your", "their", "det", "no", "prep", "num", "time"})


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The words of text[start:end], which has straight apostrophes."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text, start, end):
        low = match[0].lower()
        found.append(Token(match[0], low, match.start(), match.end(), _tag(low, found)))
    return [_in_context(found, place) for place in range(len(found))]


@lru_cache(maxsize=4096)
def _plain(low: str) -> str:
    if known := _LEXICON.get(low):
        return known
    if low[0].isdigit():
        return "num"
    if not low[0].isalpha() and low[0] != "'":
        return "punct"
    return "adv" if low.endswith("ly") and len(low) > 4 and low not in ("family", "only", "weekly", "daily") else "noun"


def _tag(low: str, before: list[Token]) -> str:
    tag = _plain(low)
    last = before[-1] if before else None
    if low == "'s" and last is not None:
        short = last.tag in ("they", "rel", "sub") or last.low in ("here", "there", "let", "what", "who", "how")
        return "be" if short else "pos"
    if low == "'":
        return "pos" if last is not None and last.low.endswith("s") else "punct"
    if low in ("this", "that", "these", "those", "some", "many", "most", "another", "both", "her"):
        return tag
    if low in _NOUNS_IN_ING and (last is None or last.tag not in ("be", "us", "you", "they", "aux", "modal")):
        return "noun"
    if low == "like" and last is not None and last.tag in ("us", "you", "modal", "they"):
        return "verb"
    if tag == "verb" and low in AMBIGUOUS:
        behind_adverb = last is not None and last.tag == "adv" and len(before) > 1
        if behind_adverb and before[-2].tag in ("det", "our", "your", "their"):
            return "noun"
        return _verb_or_noun(low, last)
    if tag == "verb" and last is not None and last.tag in ("our", "your", "their", "pos") and not low.endswith("ing"):
        return "noun"
    return tag


def _verb_or_noun(low: str, last: Token | None) -> str:
    if last is None:
        return "verb" if not low.endswith("s") else "noun"
    if last.low in ("this", "these", "those", "sports"):
        return "noun"
    if last.low == "her" and low != "left":
        return "noun"
    if last.tag in _BEFORE_A_VERB or (last.tag == "and" and not low.endswith("s")) or last.tag == "be":
        return "verb" if last.tag != "be" or low in ("left", "given", "known", "found", "set") else "noun"
    if last.tag in _BEFORE_A_NOUN or last.tag in ("verb", "pos"):
        return "noun"
    plural = last.tag == "noun" and last.low.endswith("s") and not last.low.endswith("ss")
    single = last.tag == "noun" and not plural
    return "verb" if (plural and not low.endswith("s")) or (single and low.endswith("s")) else "noun"


_NO_VERBS = frozenset(
    "trainers coaches clients humans adults people therapists providers members women men folks guys two three"
    " four five".split()
)


def _acts(token: Token, before: Token) -> bool:
    """Whether a word that no list has as a verb is one by its place: "I hand every client", "we examine the joint"."""
    if token.low in _NO_VERBS or not token.low.isalpha() or len(token.low) < 3:
        return False
    return before.low in (
        "i",
        "we",
        "they",
        "he",
        "she",
        "can",
        "could",
        "will",
        "'ll",
        "would",
        "should",
        "must",
        "might",
        "may",
    )


_REHAB_OF = frozenset(
    "specialist specialists expert experts program programs center centers trainer trainers coach coaches services service"
    " team clinic professional professionals provider providers facility department hospital session sessions plan gym"
    " exercises staff director therapist therapists patients goals".split()
)


def _in_context(found: list[Token], place: int) -> Token:
    """ "This" and "her" before a noun only point at it; "that" behind a noun begins a clause."""
    token = found[place]
    if token.tag == "noun" and place and _acts(token, found[place - 1]):
        return Token(token.text, token.low, token.start, token.end, "verb")
    after = found[place + 1].tag if place + 1 < len(found) else ""
    tag = token.tag
    ends = tag == "verb" and place and token.low in AMBIGUOUS and token.low.endswith("s") and after in ("punct", "")
    if (ends and found[place - 1].tag == "noun") or (
        token.low == "rehab" and tag == "verb" and place + 1 < len(found) and found[place + 1].low in _REHAB_OF
    ):
        tag = "noun"
    elif token.low in _GET:
        behind = next((each for each in found[place + 1 : place + 3] if each.tag != "adv"), None)
        participle = behind is not None and behind.tag == "verb" and behind.low.endswith(("ed", "en"))
        tag = "be" if participle else "verb"
    elif (
        not place
        and tag == "verb"
        and token.low in AMBIGUOUS - _COMMANDS
        and after in ("noun", "verb", "be", "modal", "prep")
    ):
        tag = "noun"
    elif token.low in ("this", "these", "those", "some", "many", "most", "another", "several", "few", "one", "both"):
        tag = "det" if after in ("noun", "num") else "they"
    elif token.low == "that":
        tag = "det" if after == "noun" and (not place or found[place - 1].tag != "noun") else "rel"
        tag = (
            "they"
            if after in ("be", "modal") and (not place or found[place - 1].tag in ("punct", "and", "but"))
            else tag
        )
    elif token.low == "her":
        tag = "their" if after in ("noun", "num", "verb") else "they"
    elif token.low in ("once", "then") and place and after not in ("noun", "their", "your", "they", "you", "us", "det"):
        tag = "adv"
    return token if tag == token.tag else Token(token.text, token.low, token.start, token.end, tag)
