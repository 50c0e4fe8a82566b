"""A form with one file, read into memory: what a person brings may name patients and must not lie on the disk."""

from collections.abc import AsyncGenerator

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from cmr_connector.desk.visits import read_form

_MOST_FIELDS = 10
_AROUND = 64 * 1024
_LONGEST_NAME = 200


class _InMemory(MultiPartParser):
    """Never spools to the folder of temporary files: the stream is cut off before the limit is reached."""

    spool_max_size = 2**40


async def read_upload(
    request: Request, field: str, most_bytes: int, names: list[str] | None = None
) -> tuple[dict[str, str], bytes]:
    """Fields of a form, and the bytes of the file in `field` (empty where there is none).

    Args:
        request: the request.
        field: the field.
        most_bytes: the longest file.
        names: gets the name of the file, where it is wanted.

    Raises:
        HTTPException: another type of content, unreadable, or larger than `most_bytes`.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await read_form(request), b""

    async def limited() -> AsyncGenerator[bytes, None]:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > most_bytes + _AROUND:
                raise HTTPException(413, "The file is too large.")
            yield chunk

    parser = _InMemory(request.headers, limited(), max_files=1, max_fields=_MOST_FIELDS)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise HTTPException(400, "The form cannot be read.") from None
    try:
        file = form.get(field)
        data = await file.read() if isinstance(file, UploadFile) else b""
        if names is not None and isinstance(file, UploadFile):
            names.append((file.filename or "table")[:_LONGEST_NAME])
        return {name: text for name, text in form.items() if isinstance(text, str)}, data
    finally:
        await form.close()
