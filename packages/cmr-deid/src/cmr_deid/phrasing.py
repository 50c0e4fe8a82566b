"""Which words of a description stay, judged by the words beside them.

A name stands beside a name: after a title, at a comma or caret, next to a given name, or next to an unknown word
that is written in the same way. A word that can be a name goes there, and a number goes beside a word that goes.
"""

from cmr_deid import vocabulary as lists
from cmr_deid.spelling import GONE, Word, is_known

_NAME_SIGNS = frozenset("^")
_LIST_SIGNS = frozenset(",;")
_BRACKETS = frozenset("()[]{}<>")
_APART = _NAME_SIGNS | _LIST_SIGNS | _BRACKETS
_HIGH_B_VALUES = ("1000", "1500", "2000", "3000")
_MOST_NUMBERS = 2
_LONGEST_NUMBER = 3
_MISTER = frozenset(("Mr", "Ms", "Sr", "Fr", "Hr", "Rm"))
_ARTICLE = "Le"
"""Stands before a family name; late enhancement is written `LE` or `le`."""

_SHORT_MARK = 2
_DAYS, _MONTHS = 31, 12
_LABELS = frozenset(("ti", "te", "tr", "venc", "fov", "matrix", "mtx"))
_LONGEST_INITIALS = 2


def judged(words: list[Word], names: frozenset[str]) -> list[Word]:
    """The same words, `kept` saying which ones stay; `names` are lower-case words of the patient."""
    if _is_body_part(words, names):
        for word in words:
            word.kept = True
        return words
    known = [_is_usable(words, i, names) for i in range(len(words))]
    after_title = [i > 0 and _is_title(words, i - 1) for i in range(len(words))]
    for i, word in enumerate(words):
        word.kept = known[i] and word.lower not in lists.GUARDED and word.lower not in lists.NAMESAKES
    _keep_phrases(words, known, after_title)
    _keep_guarded(words, known, after_title)
    _keep_suffixes(words)
    _keep_numbers(words, names)
    _keep_letters(words)
    return words


def _is_body_part(words: list[Word], names: frozenset[str]) -> bool:
    """True for a defined term of Body Part Examined that is the whole text."""
    text = "".join(word.before + word.text for word in words).strip()
    return text.isupper() and text.lower() in lists.BODY_PARTS and not any(w.lower in names for w in words)


def _is_usable(words: list[Word], at: int, names: frozenset[str]) -> bool:
    """True for a known word that is none of the patient's and no mark before a number of a person or thing."""
    word = words[at]
    if not is_known(word.text) or word.lower in names or word.text in _MISTER or word.text == _ARTICLE:
        return False
    if at + 1 == len(words) or words[at + 1].before or not words[at + 1].text.isdigit():
        return True
    long = len(words[at + 1].text) > _LONGEST_NUMBER
    short_mark = len(word.text) == _SHORT_MARK and word.text.isalpha()
    return not long and (not short_mark or word.lower in lists.NUMBERED)


def _is_title(words: list[Word], at: int) -> bool:
    word = words[at]
    if word.text in _MISTER:
        return at + 1 < len(words) and words[at + 1].text.istitle()
    return word.lower in lists.TITLES and not _is_saturation(words, at)


def _is_saturation(words: list[Word], at: int) -> bool:
    """True for `sr` directly behind a technique that saturates, unless a word written as a name follows."""
    if at == 0 or words[at].lower != "sr" or words[at - 1].lower not in lists.SATURATED:
        return False
    return at + 1 == len(words) or not words[at + 1].text.istitle()


def _keep_phrases(words: list[Word], known: list[bool], after_title: list[bool]) -> None:
    for i in range(1, len(words)):
        one, two = words[i - 1], words[i]
        if (one.lower, two.lower) not in lists.PHRASES or set(two.before) & _APART:
            continue
        usable = all(known[j] or words[j].is_number or len(words[j].text) == 1 for j in (i - 1, i))
        usable = usable and {_style(one.text), _style(two.text)} != {"lower", "upper"}
        usable = usable and not (
            _is_listed(words, known, i + 1, i + 1) or _is_listed(words, known, i - 1, i - 2)
        )
        if usable and not (after_title[i - 1] or after_title[i]):
            one.kept, two.kept = one.kept or not one.is_number, True


def _is_listed(words: list[Word], known: list[bool], gap: int, beyond: int) -> bool:
    """True if an unknown word stands behind a comma or caret."""
    inside = 0 <= beyond < len(words) and not known[beyond] and not words[beyond].is_number
    return inside and bool(set(words[gap].before) & (_NAME_SIGNS | _LIST_SIGNS))


def _keep_guarded(words: list[Word], known: list[bool], after_title: list[bool]) -> None:
    """Keep guarded words that no name stands beside; one that looks like a name only beside technique."""
    waiting = [
        i
        for i, word in enumerate(words)
        if word.lower in lists.GUARDED and known[i] and not word.kept and not after_title[i]
    ]
    spelled = [is_known(w.text) and (w.kept or w.lower not in lists.NAMESAKES) for w in words]
    staying: list[int] = []
    for i in reversed(waiting):
        if _follows_number(words, i) or not _is_beside_name(words, spelled, i):
            staying.insert(0, i)
        elif words[i].lower in lists.PARTICLES:
            spelled[i] = False
    waiting = staying
    alone = all(known[i] or _is_neutral(words, i) for i in range(len(words)))
    for i in waiting:
        words[i].kept = alone or not _needs_company(words[i])
    changed = True
    while changed:
        changed = False
        for i in waiting:
            if not words[i].kept and any(words[n].kept for n in _around(words, i)):
                words[i].kept = changed = True


def _follows_number(words: list[Word], at: int) -> bool:
    if at == 0 or words[at].lower not in lists.COUNTED or words[at].before.strip(" _-"):
        return False
    listed = at + 1 < len(words) and bool(set(words[at + 1].before) & (_NAME_SIGNS | _LIST_SIGNS))
    return words[at - 1].is_number and _is_short(words[at - 1].text) and not listed


def _needs_company(word: Word) -> bool:
    return word.lower in lists.PARTICLES or _style(word.text) == "title"


def _is_neutral(words: list[Word], at: int) -> bool:
    """True for a number, a letter written with one, and a letter at the end of a scanner's name."""
    word = words[at]
    if word.is_number or word.kept:
        return True
    if len(word.text) != 1:
        return False
    follows = at + 1 < len(words) and words[at + 1].is_number and not words[at + 1].before
    return follows or (at > 0 and words[at - 1].is_number and not word.before) or _is_suffix(words, at)


def _is_suffix(words: list[Word], at: int) -> bool:
    word = words[at]
    if at == 0 or word.before != "_" or word.lower not in lists.SERIES_SUFFIXES:
        return False
    last = at + 1 == len(words) or words[at + 1].before == "_"
    return last and (words[at - 1].kept or words[at - 1].is_number)


def _around(words: list[Word], at: int) -> list[int]:
    """The places of the next words on both sides; numbers, their letters and what identified are passed over."""
    counted = [
        i for i, word in enumerate(words) if word.kept or not (word.text == GONE or _is_neutral(words, i))
    ]
    left = [i for i in counted if i < at]
    right = [i for i in counted if i > at]
    return left[-1:] + right[:1]


def _is_beside_name(words: list[Word], spelled: list[bool], at: int) -> bool:
    for beside, other, between in _sides(words, at):
        if set(between) & _NAME_SIGNS:
            return True
        if spelled[beside] or _is_neutral(words, beside) or set(between) & _BRACKETS:
            continue
        if set(between) & _LIST_SIGNS or words[beside].lower in lists.GIVEN_NAMES:
            return True
        held = 0 <= other < len(words) and words[other].kept
        held = held and not set(words[max(at, other)].before) & _BRACKETS
        if _makes_a_name(words[at], words[beside], beside > at, held):
            return True
    return False


def _sides(words: list[Word], at: int) -> list[tuple[int, int, str]]:
    """For each neighbor: its place, the place on the other side, and what stands between."""
    sides = [(at - 1, at + 1, words[at].before)] if at else []
    return sides + ([(at + 1, at - 1, words[at + 1].before)] if at + 1 < len(words) else [])


def _makes_a_name(word: Word, unknown: Word, follows: bool, held: bool) -> bool:
    """True if a guarded word and the unknown word beside it read as one name.

    Args:
        word: the guarded word.
        unknown: the word beside it.
        follows: the unknown word comes after it.
        held: a word that stays is on the other side.
    """
    style, other = _style(word.text), _style(unknown.text)
    if unknown.text == GONE:
        return follows and not held and len(word.text) > _SHORT_MARK
    if word.lower in lists.PARTICLES and follows:
        return other == style or (style != "upper" and other in ("title", "upper", "mixed"))
    if style == "title":
        return other in ("title", "upper", "mixed", "initial")
    if word.lower in lists.SURNAMES:
        return other == style or (other == "initial" and not held)
    return other == style and not held and len(unknown.text) > _LONGEST_INITIALS


def _style(text: str) -> str:
    if len(text) == 1:
        return "initial" if text.isascii() else "other"
    if text.isupper():
        return "upper"
    if text.islower():
        return "lower"
    return "title" if text[0].isupper() and text[1:].islower() else "mixed"


def _keep_suffixes(words: list[Word]) -> None:
    for i, word in enumerate(words):
        if len(word.text) == 1 and _is_suffix(words, i):
            word.kept = True


def _keep_numbers(words: list[Word], names: frozenset[str]) -> None:
    """Keep numbers that belong to a word that stays; not those that are long or many as a telephone number is."""
    i = 0
    while i < len(words):
        if not words[i].is_number:
            i += 1
            continue
        stop = i
        while stop < len(words) and words[stop].is_number:
            stop += 1
        for place in _measures(words, i, stop):
            words[place].kept = words[place].text not in names
        i = stop


def _measures(words: list[Word], start: int, stop: int) -> list[int]:
    """The places of the numbers of a run that measure something."""
    run = [word.text for word in words[start:stop]]
    before = words[start - 1] if start else None
    after = words[stop] if stop < len(words) else None
    if before is not None and before.lower == "b" and not words[start].before:
        return [start] if _is_b_value(run[0]) else []
    if after is not None and not after.before and not after.kept and not _is_counted(after):
        return []
    neighbors = [word for word in (before, after) if word is not None]
    if len(run) == _MOST_NUMBERS and _is_somebodys(run, before, words[start + 1].before):
        return [stop - 1] if after is not None and _is_counted(after) and _is_short(run[-1]) else []
    if neighbors and all(word.kept for word in neighbors) and _is_short_run(run):
        return list(range(start, stop))
    found = [stop - 1] if after is not None and _is_counted(after) and _is_short(run[-1]) else []
    labeled = before is not None and _takes_number(before, words[start]) and len(run) == 1
    return found + ([start] if labeled and _is_short(run[0]) else [])


def _is_somebodys(run: list[str], before: Word | None, between: str) -> bool:
    """True for two whole numbers that are joined as those of a telephone, a record, or a day and month are."""
    one, two = run
    if not (one.isdigit() and two.isdigit()):
        return False
    if len(one) == len(two) == _LONGEST_NUMBER:
        labeled = before is not None and before.lower in _LABELS
        return "-" in between or not (one == two or labeled)
    if len(one) != len(two) or len(one) == 1:
        return False
    lower, higher = sorted((int(one), int(two)))
    return 0 < lower <= _MONTHS and higher <= _DAYS


def _is_b_value(number: str) -> bool:
    return number in _HIGH_B_VALUES or (_is_short(number) and (len(number) == 1 or number.endswith("0")))


def _is_short(number: str) -> bool:
    return all(len(part) <= _LONGEST_NUMBER for part in number.split("."))


def _is_short_run(run: list[str]) -> bool:
    """True for one or two short numbers, or three digits; more are as many as a telephone number has."""
    single_digits = len(run) == _LONGEST_NUMBER and all(len(number) == 1 for number in run)
    return all(map(_is_short, run)) and (len(run) <= _MOST_NUMBERS or single_digits)


def _takes_number(word: Word, number: Word) -> bool:
    if word.lower not in lists.NUMBERED or not (word.kept or len(word.text) == 1):
        return False
    return len(word.text) > 1 or not number.before.strip("=_ ")


def _is_counted(word: Word) -> bool:
    if len(word.text) == 1:
        return word.lower in lists.COUNTED and not word.before
    return word.kept and word.lower in lists.COUNTED and not word.before.strip(" _-")


def _keep_letters(words: list[Word]) -> None:
    """Keep single letters that are a unit or stand for a quantity before its number."""
    for i, word in enumerate(words):
        if word.kept or len(word.text) != 1 or word.is_number or not word.text.isascii():
            continue
        before = words[i - 1] if i else None
        after = words[i + 1] if i + 1 < len(words) else None
        measured = after is not None and after.is_number and after.kept and _takes_number(word, after)
        counted = before is not None and before.is_number and before.kept and _is_counted(word)
        word.kept = measured or counted
