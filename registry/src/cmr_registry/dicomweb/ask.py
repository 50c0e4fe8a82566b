"""What a handler is asked: the caller, the names in the address, the query and the headers."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from cmr_exchange.reading import UID
from cmr_registry.accounts.policy import Principal
from cmr_registry.dicomweb.errors import AbsentRejected, NotAcceptableRejected
from cmr_registry.dicomweb.negotiation import MediaRange, accepted

PREFIX = "/dicom-web"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as a handler sees it.

    Attributes:
        principal: who asks; the center scope of its permission is open.
        path: names in the address.
        query: parameters in order, repeated ones as they came.
        headers: lower-case names.
        root: absolute address of the DICOMweb root, without a slash at the end.
    """

    principal: Principal
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    root: str

    @property
    def accepts(self) -> tuple[MediaRange, ...]:
        """What the caller accepts; the parameter `accept` counts before the header (PS3.18 8.3.3.1).

        Raises:
            NotAcceptableRejected: it cannot be read.
        """
        named = dict(self.query).get("accept")
        if named is not None and not named:
            raise NotAcceptableRejected("The accept parameter is empty.")
        return accepted(named or self.headers.get("accept", ""))

    def uid(self, name: str) -> str:
        """A UID of the address.

        Raises:
            AbsentRejected: it has not the form of a UID, so nothing has it.
        """
        uid = self.path[name]
        if not UID.fullmatch(uid):
            raise AbsentRejected
        return uid

    def has(self, name: str) -> bool:
        """True where the address names a `name`."""
        return name in self.path


def ask_of(request: Request, principal: Principal, *, https: bool) -> Ask:
    """The request as a handler sees it."""
    scheme = "https" if https else request.url.scheme
    return Ask(
        principal=principal,
        path=request.path_params,
        query=tuple(request.query_params.multi_items()),
        headers=request.headers,
        root=f"{scheme}://{request.headers.get('host', '')}{PREFIX}",
    )
