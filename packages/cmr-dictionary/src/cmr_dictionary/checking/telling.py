"""Examples of rules in words, for the pages that show them."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from cmr_dictionary.checking.problem import Surroundings
from cmr_dictionary.checking.rule import Example

LONGEST_EXAMPLE = 8
"""Values that are told; the segments of a map are told by their number."""
Mark = Callable[[str], str]


def told(example: Example, mark: Mark = str) -> str:
    """An example in one line: its values, then what surrounds them.

    Args:
        example: the example.
        mark: how a value or name is set apart, as Markdown does with backticks.
    """
    return "; ".join([_values(example.values, mark), *_around(example.around, mark)])


def names(items: Iterable[str], mark: Mark = str) -> str:
    """Names of items in one line."""
    return ", ".join(mark(name) for name in items)


def _values(values: Mapping[str, object], mark: Mark) -> str:
    shown = [mark(f"{name} = {_value(value)}") for name, value in list(values.items())[:LONGEST_EXAMPLE]]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" and {more} more like them" if more else "")


def _value(value: object) -> str:
    return f"[{', '.join(str(part) for part in value)}]" if isinstance(value, list | tuple) else str(value)


def _around(around: Surroundings, mark: Mark) -> Iterator[str]:
    if around.kinds is not None:
        yield f"series: {', '.join(sorted(around.kinds))}"
    if around.measured:
        yield f"the images state {_values(around.measured, mark)}"
    if around.missing:
        yield "missing: " + ", ".join(f"{mark(name)} ({reason})" for name, reason in around.missing.items())
    if around.day is not None:
        yield f"day {around.day}"
    for other in around.other_exams:
        history = f", with {names(sorted(other.history), mark)}" if other.history else ""
        same = ", same measurements" if other.fingerprint else ""
        yield f"another exam on day {other.day}{history}{same}"
