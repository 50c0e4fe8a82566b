"""Progress of a long command on a terminal; silent where nobody looks."""

from tqdm import tqdm

_STEP_NAMES = {
    "take": "taking in",
    "prepare": "de-identifying",
    "send": "sending",
    "find": "finding exams",
    "shadow": "looking at exams",
}
_UNITS = {"find": "file", "shadow": "exam"}


class Steps:
    """Progress of a hand-over on a terminal; silent elsewhere."""

    def __init__(self, enabled: bool) -> None:
        """Show bars when `enabled`."""
        self._enabled = enabled
        self._bar: tqdm | None = None
        self._step = ""

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def report(self, step: str, done: int, of: int) -> None:
        """Show that `done` of `of` (0 if unknown) are through this step."""
        if not self._enabled:
            return
        if self._bar is None or self._step != step:
            self.__exit__()
            self._bar, self._step = (
                tqdm(desc=_STEP_NAMES[step], unit=_UNITS.get(step, "image"), total=of or None),
                step,
            )
        self._bar.total = of or None
        self._bar.n = done
        self._bar.refresh()
