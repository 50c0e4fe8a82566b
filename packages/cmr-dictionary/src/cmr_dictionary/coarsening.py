"""Values become as coarse as they must be before they leave a hospital (D11); desk and connector do it alike."""

from cmr_dictionary.items import Item, Transfer
from cmr_dictionary.values import Value

OLDEST_BELIEVED = 130.0
STEP = 0.5


def coarsened(item: Item, value: Value) -> Value:
    """A value as coarse as its item must be to cross: rounded items to half a unit."""
    if item.transfer == Transfer.ROUNDED and isinstance(value, float):
        return round(value / STEP) * STEP
    return value


def top_coded(item: Item, word: str) -> str:
    """The text of a number; an age above the top code becomes the top code, what is no age stays as it is."""
    if item.transfer != Transfer.TOP_CODED or item.hard_max is None:
        return word
    try:
        number = float(word)
    except ValueError:
        return word
    return f"{item.hard_max:g}" if item.hard_max < number <= OLDEST_BELIEVED else word
