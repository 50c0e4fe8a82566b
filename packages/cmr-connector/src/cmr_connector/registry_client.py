"""The registry as the connector speaks to it: deliveries, STOW-RS (PS3.18 10.5), receipts. Outbound only."""

import base64
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cmr_connector.errors import ReceiptError, RegistryError, RegistryUnreachableError
from cmr_exchange.errors import ExchangeError
from cmr_exchange.queries import QueryPage
from cmr_exchange.receipt import Receipt

_REFERENCED, _FAILED = "00081199", "00081198"
_SOP_UID, _FAILURE = "00081155", "00081197"
_COMMENT = "00000902"
"""Error Comment: the registry writes `code: sentence` beside the Failure Reason."""

_JSON = "application/dicom+json"


@dataclass(frozen=True, slots=True)
class RemoteDelivery:
    """A delivery as the registry sees it.

    Attributes:
        id: the registry's name for it.
        state: `open`, `complete`, `accepted`, `conflict` or `refused`.
        missing: SOP instance UIDs that it does not hold yet.
        receipt: the signed receipt once it is accepted.
        problems: reason codes with what each is about (an instance's UID, or other words).
    """

    id: str
    state: str
    missing: tuple[str, ...]
    receipt: dict[str, Any] | None
    problems: tuple[tuple[str | None, str], ...]


@dataclass(frozen=True, slots=True)
class StowResult:
    """What became of a batch: acknowledged UIDs, and failed ones with reason code and DICOM failure reason."""

    stored: frozenset[str]
    failed: dict[str, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """The registry's public receipt key: its name and 32 bytes of Ed25519 (RFC 8032) in base 64."""

    name: str
    public_key: str

    def check(self, receipt: Receipt) -> None:
        """Check a receipt's signature.

        Raises:
            ReceiptError: signed with another key, or not at all.
        """
        if receipt.registry_key != self.name:
            raise ReceiptError("The receipt is signed with another key than the pinned one.")
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.public_key, validate=True))
            key.verify(base64.b64decode(receipt.signature), receipt.signed_bytes())
        except (InvalidSignature, ValueError):
            raise ReceiptError("The receipt's signature does not hold.") from None


class RegistryClient:
    """One registry, one key, one kept-alive connection."""

    def __init__(
        self, url: str, api_key: str, timeout_s: float = 120.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        """Speak to the registry at `url`; `transport` may replace the network in tests."""
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=timeout_s,
            transport=transport,
        )

    def open_delivery(self, manifest: bytes) -> RemoteDelivery:
        """Announce a manifest; announcing it again gives the same delivery.

        Raises:
            RegistryUnreachableError: try again later.
            RegistryError: the registry refuses the manifest; the text holds its stable code.
        """
        headers = {"Content-Type": "application/json"}
        return _delivery(
            self._request("POST", "/api/v1/deliveries", content=manifest, headers=headers).json()
        )

    def delivery(self, delivery_id: str) -> RemoteDelivery:
        """How a delivery stands.

        Raises:
            RegistryError: as `open_delivery`.
        """
        return _delivery(self._request("GET", f"/api/v1/deliveries/{uuid.UUID(delivery_id)}").json())

    def accepts_key(self) -> str:
        """Ask for a delivery that nobody made, which only a holder of a good key is told does not exist.

        Returns:
            The registry's time as its `Date` header states it.

        Raises:
            RegistryError: the key is refused, or the address is no registry.
        """
        answer = self._request("GET", f"/api/v1/deliveries/{uuid.UUID(int=0)}", also_plain=404)
        return str(answer.headers.get("date", ""))

    def receipt_key(self) -> ReceiptKey:
        """The registry's public receipt key, for pinning.

        Raises:
            RegistryError: as `open_delivery`.
        """
        document = self._request("GET", "/api/v1/receipt-key").json()
        try:
            return ReceiptKey(str(document["registry_key"]), str(document["public_key"]))
        except (KeyError, TypeError):
            raise RegistryError("The registry does not state its receipt key.") from None

    def deliver_follow_up(self, document: bytes, digest: str) -> None:
        """Deliver a follow-up document; delivering it again is harmless.

        Args:
            document: its canonical bytes.
            digest: their SHA-256, which the registry must name in its acknowledgment.

        Raises:
            RegistryUnreachableError: try again later.
            RegistryError: the registry refuses it; `code` says why.
        """
        headers = {"Content-Type": "application/json"}
        said = self._request("POST", "/api/v1/follow-up", content=document, headers=headers).json()
        if not isinstance(said, dict) or said.get("digest") != digest:
            raise RegistryError("The registry acknowledges another document.")

    def withdraw_subject(self, document: bytes) -> None:
        """Tell that a subject withdrew; telling it again is harmless.

        Raises:
            RegistryError: as `deliver_follow_up`.
        """
        headers = {"Content-Type": "application/json"}
        said = self._request("POST", "/api/v1/withdrawals", content=document, headers=headers).json()
        if not isinstance(said, dict) or said.get("withdrawn") is not True:
            raise RegistryError("The registry does not acknowledge the withdrawal.")

    def query_changes(self, cursor: str) -> QueryPage:
        """What changed among the registry's questions after a cursor, at most a page.

        Raises:
            RegistryUnreachableError: try again later.
            RegistryError: the registry refuses, or its answer does not have the declared form.
        """
        said = self._request("GET", f"/api/v1/queries?changed_after={int(cursor)}").json()
        try:
            return QueryPage.from_document(said)
        except ExchangeError as error:
            raise RegistryError(f"The registry's questions cannot be read: {error}") from None

    def answer_query(self, query_id: str, document: bytes) -> None:
        """Answer a question by a code; answering it again is harmless.

        Raises:
            RegistryError: as `deliver_follow_up`.
        """
        headers = {"Content-Type": "application/json"}
        path = f"/api/v1/queries/{uuid.UUID(query_id)}/answers"
        said = self._request("POST", path, content=document, headers=headers).json()
        if not isinstance(said, dict) or said.get("id") != query_id:
            raise RegistryError("The registry acknowledges another answer.")

    def state_census(self, document: bytes, month: str) -> None:
        """State how many exams were made in a month; stating it again is harmless.

        Raises:
            RegistryError: as `deliver_follow_up`.
        """
        headers = {"Content-Type": "application/json"}
        said = self._request("POST", "/api/v1/census", content=document, headers=headers).json()
        if not isinstance(said, dict) or said.get("month") != month:
            raise RegistryError("The registry acknowledges another month.")

    def store_instances(self, delivery_id: str, instances: Iterable[bytes]) -> StowResult:
        """Store a batch of Part-10 instances for a delivery (STOW-RS).

        Raises:
            RegistryUnreachableError: try again later; the registry says by `missing` what it holds.
            RegistryError: the whole request is refused.
        """
        boundary = uuid.uuid4().hex
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        parts = [piece for data in instances for piece in (head, data, b"\r\n")]
        headers = {
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
            "Accept": _JSON,
            "CMR-Delivery": delivery_id,
        }
        body = b"".join([*parts, f"--{boundary}--\r\n".encode()])
        answer = self._request("POST", "/dicom-web/studies", content=body, headers=headers, also=(409,))
        return _stow_result(answer.json())

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _request(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        also: tuple[int, ...] = (),
        also_plain: int | None = None,
    ) -> httpx.Response:
        try:
            answer = self._http.request(method, path, content=content, headers=headers)
        except httpx.TransportError as error:
            raise RegistryUnreachableError(f"no answer ({type(error).__name__})") from None
        if answer.status_code >= 500 or answer.status_code in (408, 425, 429):
            raise RegistryUnreachableError(f"answer {answer.status_code}")
        if answer.status_code == also_plain:
            return answer
        is_json = "json" in answer.headers.get("content-type", "")
        stow_answer = answer.status_code in also and _is_stow(answer, is_json)
        if not answer.is_success and not stow_answer:
            code, stored = _problem_of(answer, is_json)
            said = f"answer {answer.status_code} ({code or 'no code'})"
            raise RegistryError(said, answer.status_code, code, stored)
        if not is_json:
            raise RegistryError("The registry's answer is not JSON; check registry.url.")
        return answer


def checked_receipt(document: dict[str, Any], key: ReceiptKey) -> Receipt:
    """Read a receipt and check its signature.

    Raises:
        ReceiptError: not a receipt, or not signed with `key`.
    """
    try:
        receipt = Receipt.from_document(document)
    except ExchangeError:
        raise ReceiptError("The registry's receipt does not have the declared form.") from None
    key.check(receipt)
    return receipt


def _is_stow(answer: httpx.Response, is_json: bool) -> bool:
    document = answer.json() if is_json else None
    return isinstance(document, dict) and (_FAILED in document or _REFERENCED in document)


def _problem_of(answer: httpx.Response, is_json: bool) -> tuple[str | None, int | None]:
    """Stable code and stored version of a problem document (RFC 9457); its prose is not repeated."""
    document = answer.json() if is_json else {}
    document = document if isinstance(document, dict) else {}
    code, version = document.get("code"), str(document.get("stored_version", ""))
    is_code = isinstance(code, str) and code.replace("_", "").isalnum() and len(code) < 64
    is_version = version.isascii() and version.isdigit() and len(version) < 9
    return code if is_code else None, int(version) if is_version else None


def _delivery(document: Any) -> RemoteDelivery:
    try:
        problems = tuple((p.get("about"), str(p["code"])) for p in document.get("problems") or ())
        return RemoteDelivery(
            str(uuid.UUID(document["id"])),
            str(document["state"]),
            tuple(str(uid) for uid in document["missing"]),
            document.get("receipt"),
            problems,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise RegistryError(
            "The registry's answer about a delivery does not have the declared form."
        ) from None


def _stow_result(document: dict[str, Any]) -> StowResult:
    stored = {_uid(item) for item in _items(document, _REFERENCED)}
    failed = {}
    for item in _items(document, _FAILED):
        values = item.get(_FAILURE, {}).get("Value") or [0]
        comments = item.get(_COMMENT, {}).get("Value") or [""]
        failed[_uid(item)] = (str(comments[0]).partition(":")[0], int(values[0]))
    return StowResult(frozenset(stored - failed.keys()), failed)


def _items(document: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    items = document.get(tag, {}).get("Value") or []
    return [item for item in items if isinstance(item, dict)]


def _uid(item: dict[str, Any]) -> str:
    values = item.get(_SOP_UID, {}).get("Value") or [""]
    return str(values[0])
