"""The rule by which a count of people, exams or images may stand on a public page. No database.

Fewer than 11 are never told apart (the threshold of CMS and PCORnet, R20); above, numbers are rounded so that
one more exam rarely changes what is printed. This is the rule of the home page only: counts that a researcher asks
for pass disclosure control in the cohorts room.
"""

SMALLEST = 11
ROUNDING = ((1_000, 5), (10_000, 10), (100_000, 100))
COARSEST = 1_000


def public_number(count: int) -> str:
    """What the public reads for `count`.

    "fewer than 11" below 11; then the nearest 5 below 1,000, the nearest 10 below 10,000, the nearest 100 below
    100,000, the nearest 1,000 above.
    """
    if count < SMALLEST:
        return f"fewer than {SMALLEST}"
    step = next((step for limit, step in ROUNDING if count < limit), COARSEST)
    return f"about {(count + step // 2) // step * step:,}"
