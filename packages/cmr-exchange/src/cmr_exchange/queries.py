"""Data queries: what the registry asks a center about an exam, and the coded answers that come back.

The registry states a query in full each time it changes; a connector asks for what changed after a cursor. From the
hospital cross coded answers only: a free text of a hospital has no field here (contract.md). A query that is asked
again is the same query in its next turn, and an answer names the turn that it answers, so that one on its way
when the registry asked again cannot be taken for an answer to that.
"""

import dataclasses
import enum
import re
from dataclasses import dataclass
from typing import Any

from cmr_exchange.canonical import canonical_json
from cmr_exchange.errors import MalformedDocumentError
from cmr_exchange.reading import CODE, PSEUDONYM, a_list, a_member, a_text, an_integer, fields_of
from cmr_exchange.receipt import INSTANT
from cmr_exchange.versions import require_supported

MAX_QUERIES = 200
MAX_ENTRIES = 200
LONGEST_SENTENCE = 500
LAST_VERSION = 100_000
LAST_TURN = 1_000

QUERY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CURSOR = re.compile(r"[0-9]{1,18}")
_NAME = re.compile(r"(?:[a-z0-9][a-z0-9_.-]{0,63})?")
_CHECK_CODE = re.compile(r"(?:[A-Za-z][A-Za-z0-9 ]{0,31})?")
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f]*")


class QueryState(enum.StrEnum):
    """Where a query stands."""

    OPEN = "open"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"


class QueryAnswer(enum.StrEnum):
    """All that a center may answer across the wall."""

    VALUE_CORRECTED = "value_corrected"
    VALUE_IS_RIGHT = "value_is_right"
    NOT_AVAILABLE = "not_available"
    NOT_OUR_EXAM = "not_our_exam"
    WITHDRAWN = "withdrawn"


ANSWER_WORDS: dict[QueryAnswer, str] = {
    QueryAnswer.VALUE_CORRECTED: "The value is corrected",
    QueryAnswer.VALUE_IS_RIGHT: "The value is right as it stands",
    QueryAnswer.NOT_AVAILABLE: "No other value is available",
    QueryAnswer.NOT_OUR_EXAM: "This is not our exam",
    QueryAnswer.WITHDRAWN: "The patient has withdrawn",
}
"""The answers as people read them on both sides."""


class QueryStep(enum.StrEnum):
    """What an entry of a thread did."""

    OPENED = "opened"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"


class QueryAuthor(enum.StrEnum):
    """Who wrote an entry: a check, a person of the registry, a person of the center there, or its connector."""

    CHECK = "check"
    REGISTRY = "registry"
    CENTER = "center"
    CONNECTOR = "connector"


@dataclass(frozen=True, slots=True)
class QueryEntry:
    """One entry of the thread of a query.

    Attributes:
        at: instant of the registry's clock, UTC.
        step: what it did. author: who did it.
        answer: the coded answer; None where the step is none.
        version: version of the exam that holds the correction; None for other answers and for a value that was
            corrected on the registry itself.
        text: written on the registry and screened there; empty from a connector.
    """

    at: str
    step: QueryStep
    author: QueryAuthor
    answer: QueryAnswer | None = None
    version: int | None = None
    text: str = ""

    @classmethod
    def from_document(cls, document: Any, where: str) -> "QueryEntry":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is missing, unknown or ill-typed.
        """
        fields = fields_of(cls, document, where)
        answer = fields.get("answer")
        return cls(
            at=a_text(fields["at"], f"{where}.at", INSTANT),
            step=a_member(QueryStep, fields["step"], f"{where}.step"),
            author=a_member(QueryAuthor, fields["author"], f"{where}.author"),
            answer=None if answer is None else a_member(QueryAnswer, answer, f"{where}.answer"),
            version=_version(fields.get("version"), f"{where}.version"),
            text=a_text(fields.get("text", ""), f"{where}.text", _PLAIN, LONGEST_SENTENCE),
        )


@dataclass(frozen=True, slots=True)
class DataQueryDocument:
    """One query as the registry states it.

    Attributes:
        id: the registry's name for it.
        exam: pseudonym.
        item: item of the dictionary, empty where it is about the exam as a whole.
        rule, code: the check that found it and its machine code; empty where a person asks.
        sentence: what is asked.
        state: where it stands.
        turn: 1, one more each time it is asked again.
        version: version of the exam at the registry when this turn was asked.
        opened_at: instant of the registry's clock, UTC; it says nothing about the patient.
        thread: what was said so far, oldest first.
    """

    id: str
    exam: str
    item: str
    rule: str
    code: str
    sentence: str
    state: QueryState
    turn: int
    version: int
    opened_at: str
    thread: tuple[QueryEntry, ...] = ()

    @classmethod
    def from_document(cls, document: Any, where: str = "query") -> "DataQueryDocument":
        """Read strictly.

        Raises:
            MalformedDocumentError: a field is missing, unknown or ill-typed.
        """
        fields = fields_of(cls, document, where)
        thread = a_list(fields.get("thread", []), f"{where}.thread", MAX_ENTRIES)
        return cls(
            id=a_text(fields["id"], f"{where}.id", QUERY_ID),
            exam=a_text(fields["exam"], f"{where}.exam", PSEUDONYM),
            item=a_text(fields["item"], f"{where}.item", _NAME),
            rule=a_text(fields["rule"], f"{where}.rule", _NAME),
            code=a_text(fields["code"], f"{where}.code", _CHECK_CODE),
            sentence=a_text(fields["sentence"], f"{where}.sentence", _PLAIN, LONGEST_SENTENCE),
            state=a_member(QueryState, fields["state"], f"{where}.state"),
            turn=an_integer(fields["turn"], f"{where}.turn", 1, LAST_TURN),
            version=an_integer(fields["version"], f"{where}.version", 1, LAST_VERSION),
            opened_at=a_text(fields["opened_at"], f"{where}.opened_at", INSTANT),
            thread=tuple(
                QueryEntry.from_document(row, f"{where}.thread[{i}]") for i, row in enumerate(thread)
            ),
        )

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        document = dataclasses.asdict(self) | {"state": self.state.value}
        document["thread"] = [_present(entry) for entry in self.thread]
        return document


@dataclass(frozen=True, slots=True)
class QueryPage:
    """Queries of one center that changed after a cursor, in the order of their changes.

    Attributes:
        exchange_version: version of this contract.
        center: the center's code at the registry.
        cursor: to ask with for what changes after this page.
        has_more: the next page can be asked for at once.
        queries: at most `MAX_QUERIES`.
    """

    exchange_version: int
    center: str
    cursor: str
    has_more: bool
    queries: tuple[DataQueryDocument, ...]

    @classmethod
    def from_document(cls, document: Any) -> "QueryPage":
        """Read strictly.

        Raises:
            UnknownVersionError: another exchange version.
            MalformedDocumentError: anything else that is not as declared; the text names the place only.
        """
        fields = fields_of(cls, document, "queries")
        require_supported(an_integer(fields["exchange_version"], "exchange_version", 0, 10_000))
        if not isinstance(fields["has_more"], bool):
            raise MalformedDocumentError("has_more: not true or false.")
        rows = a_list(fields["queries"], "queries", MAX_QUERIES)
        return cls(
            exchange_version=fields["exchange_version"],
            center=a_text(fields["center"], "center", CODE),
            cursor=a_text(fields["cursor"], "cursor", CURSOR),
            has_more=fields["has_more"],
            queries=tuple(
                DataQueryDocument.from_document(row, f"queries[{i}]") for i, row in enumerate(rows)
            ),
        )

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        document = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return document | {"queries": [query.to_document() for query in self.queries]}


@dataclass(frozen=True, slots=True)
class QueryAnswerDocument:
    """The coded answer of a center's connector to one query in one turn.

    Attributes:
        exchange_version: version of this contract.
        center: the center's code at the registry.
        query: the registry's name of the query.
        turn: which asking it answers.
        answer: one of the words.
        version: version of the manifest that holds the correction; stated with `value_corrected` and only then.
    """

    exchange_version: int
    center: str
    query: str
    turn: int
    answer: QueryAnswer
    version: int | None = None

    @classmethod
    def from_document(cls, document: Any) -> "QueryAnswerDocument":
        """Read strictly.

        Raises:
            UnknownVersionError: another exchange version.
            MalformedDocumentError: a field is missing, unknown or ill-typed, or answer and version do not fit.
        """
        fields = fields_of(cls, document, "answer")
        require_supported(an_integer(fields["exchange_version"], "exchange_version", 0, 10_000))
        answer = a_member(QueryAnswer, fields["answer"], "answer")
        version = _version(fields.get("version"), "version")
        if (answer is QueryAnswer.VALUE_CORRECTED) != (version is not None):
            raise MalformedDocumentError("version: stated with value_corrected and only then.")
        return cls(
            exchange_version=fields["exchange_version"],
            center=a_text(fields["center"], "center", CODE),
            query=a_text(fields["query"], "query", QUERY_ID),
            turn=an_integer(fields["turn"], "turn", 1, LAST_TURN),
            answer=answer,
            version=version,
        )

    def to_document(self) -> dict[str, Any]:
        """JSON form."""
        return _present(self)

    def canonical_bytes(self) -> bytes:
        """The bytes that are sent."""
        return canonical_json(self.to_document())


def _version(value: Any, where: str) -> int | None:
    return None if value is None else an_integer(value, where, 1, LAST_VERSION)


def _present(row: Any) -> dict[str, Any]:
    found = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    return {
        name: value.value if isinstance(value, enum.StrEnum) else value
        for name, value in found.items()
        if value is not None
    }
