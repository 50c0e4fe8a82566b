"""WADO-RS: instances, metadata, frames, bulk data and pictures of them (PS3.18 10.4)."""

import io
import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

from PIL import Image
from starlette.responses import Response

from cmr_registry.archive.errors import NotRenderableError
from cmr_registry.archive.models import Series
from cmr_registry.archive.rendering import render_frame
from cmr_registry.archive.selectors import (
    IndexedInstance,
    instance_bytes,
    instance_frames,
    series_index,
)
from cmr_registry.archive.selectors import thumbnail as series_thumbnail
from cmr_registry.archive.viewing import view_record
from cmr_registry.dicomweb.answers import Streamed, etag, is_known, multipart
from cmr_registry.dicomweb.ask import Ask
from cmr_registry.dicomweb.errors import AbsentRejected, MalformedRejected, NotAcceptableRejected
from cmr_registry.dicomweb.negotiation import (
    DICOM,
    DICOM_JSON,
    EXPLICIT_LITTLE_ENDIAN,
    NATIVE_SYNTAXES,
    OCTETS,
    Form,
    choose,
    choose_frames,
    choose_instances,
)
from cmr_registry.dicomweb.selectors import instance_get, series_get, series_of, study_get
from cmr_registry.dicomweb.transcoding import can_be_decoded, native_frames, to_explicit_little_endian

PIXEL_DATA = "7FE00010"
MOST_FRAMES = 4_096
THUMBNAIL = (128, 128)
LARGEST_VIEWPORT = 4_096

Member = tuple[Series, IndexedInstance]


def instances(ask: Ask) -> Response | Streamed:
    """A study, a series or an instance as DICOM Part 10, streamed one instance at a time."""
    forms = choose_instances(ask.accepts, single=ask.has("instance"))
    members = _members(ask)
    form = _form_for(forms, members)
    if len(members) == 1:
        tag = etag(members[0][1].sha256, "stored" if _goes_as_stored(form, members[0][1]) else "explicit")
        if is_known(ask.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers={"ETag": tag})
        if not form.as_multipart:
            return _single(form, members[0], tag)
        return multipart(_encoded(form, members), DICOM, {"ETag": tag})
    return multipart(_encoded(form, members), DICOM)


def metadata(ask: Ask) -> Response:
    """Headers in the DICOM JSON model; pixel data as an address."""
    choose(ask.accepts, (DICOM_JSON, "application/json"))
    members = _members(ask)
    body = b"[" + b",".join(_header(ask, series, instance) for series, instance in members) + b"]"
    tag = etag(sha256(body).hexdigest())
    if is_known(ask.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag}, media_type=DICOM_JSON)


def frames(ask: Ask) -> Response | Streamed:
    """Frames by number, as stored where that is accepted, native little endian otherwise."""
    series, instance = _member(ask)
    numbers = _numbers(ask.path["frames"], instance)
    form = choose_frames(ask.accepts, stored=instance.transfer_syntax_uid, single=len(numbers) == 1)
    as_stored = form.media != OCTETS
    tag = etag(instance.sha256, "frames", "-".join(map(str, numbers)), "stored" if as_stored else "native")
    if is_known(ask.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return _pixels(form, _frames(series, instance, numbers, as_stored=as_stored), instance, tag)


def bulk_data(ask: Ask) -> Response | Streamed:
    """The pixel data of one instance: all its frames."""
    series, instance = _member(ask)
    if ask.path["attribute"].upper() != PIXEL_DATA:
        raise AbsentRejected
    form = choose_frames(ask.accepts, stored=instance.transfer_syntax_uid, single=True)
    numbers = list(range(1, instance.n_frames + 1))
    if form.media == OCTETS:
        body = b"".join(_frames(series, instance, numbers, as_stored=False))
        return _pixels(form, [body], instance, etag(instance.sha256, "bulk"))
    return _pixels(
        form, _frames(series, instance, numbers, as_stored=True), instance, etag(instance.sha256, "bulk")
    )


def rendered(ask: Ask) -> Response:
    """A frame as a picture, windowed as the header says or as asked (PS3.18 8.3.5)."""
    media = choose(ask.accepts, ("image/png", "image/jpeg"))
    series, instance = _member(ask)
    numbers = _numbers(ask.path["frames"], instance) if ask.has("frames") else [1]
    if len(numbers) != 1:
        raise NotAcceptableRejected("One frame is rendered per request.")
    query = dict(ask.query)
    picture = render_frame(
        series,
        instance,
        frame=numbers[0],
        window=_window(query.get("window")),
        size=_viewport(query.get("viewport")),
    )
    return _picture(picture, media)


def thumbnail(ask: Ask) -> Response:
    """A small picture of an instance, a series, or the first series of a study that has one."""
    media = choose(ask.accepts, ("image/png", "image/jpeg"))
    among = _series(ask)
    if ask.has("instance"):
        instance = instance_get(among[0], ask.uid("instance"))
        return _picture(_rendered(among[0], instance, size=THUMBNAIL), media)
    for series in among:
        if picture := series_thumbnail(series):
            return _picture(picture, media)
    raise AbsentRejected


def _series(ask: Ask) -> list[Series]:
    """The series of the address, or all of its study; the view is noted."""
    if ask.has("series"):
        among = [series_get(ask.uid("study"), ask.uid("series"))]
        study = among[0].study
    else:
        study = study_get(ask.uid("study"))
        among = series_of(study)
    view_record(principal=ask.principal, study=study)
    return among


def _members(ask: Ask) -> list[Member]:
    among = _series(ask)
    if ask.has("instance"):
        return [(among[0], instance_get(among[0], ask.uid("instance")))]
    return [(series, instance) for series in among for instance in series_index(series).instances]


def _member(ask: Ask) -> Member:
    return _members(ask)[0]


def _form_for(forms: Sequence[Form], members: Sequence[Member]) -> Form:
    """The first accepted form in which every member can go out."""
    stored = {instance.transfer_syntax_uid for _, instance in members}
    can_be_explicit = all(map(can_be_decoded, stored))
    for form in forms:
        syntax = form.transfer_syntax_uid
        if syntax == "" or stored == {syntax} or (syntax == EXPLICIT_LITTLE_ENDIAN and can_be_explicit):
            return form
    raise NotAcceptableRejected(f"On offer: the stored transfer syntax and {EXPLICIT_LITTLE_ENDIAN}.")


def _goes_as_stored(form: Form, instance: IndexedInstance) -> bool:
    return form.transfer_syntax_uid in ("", instance.transfer_syntax_uid)


def _encode(form: Form, member: Member) -> tuple[str, bytes]:
    series, instance = member
    data = instance_bytes(series, instance)
    if _goes_as_stored(form, instance):
        return f"{DICOM}; transfer-syntax={instance.transfer_syntax_uid}", data
    explicit = to_explicit_little_endian(data, instance.transfer_syntax_uid)
    return f"{DICOM}; transfer-syntax={EXPLICIT_LITTLE_ENDIAN}", explicit


def _encoded(form: Form, members: Sequence[Member]) -> Iterator[tuple[str, bytes]]:
    return (_encode(form, member) for member in members)


def _single(form: Form, member: Member, tag: str) -> Response:
    content_type, data = _encode(form, member)
    return Response(data, headers={"ETag": tag}, media_type=content_type)


def _header(ask: Ask, series: Series, instance: IndexedInstance) -> bytes:
    """The stored JSON with the address of the pixel data put in as text: nothing is decoded."""
    if not instance.n_frames:
        return instance.metadata_json
    path = f"series/{series.series_instance_uid}/instances/{instance.sop_instance_uid}/bulkdata/{PIXEL_DATA}"
    address = f"{ask.root}/studies/{ask.uid('study')}/{path}"
    vr = "OW" if instance.transfer_syntax_uid in NATIVE_SYNTAXES else "OB"
    entry = json.dumps({PIXEL_DATA: {"vr": vr, "BulkDataURI": address}})
    return instance.metadata_json.rstrip().removesuffix(b"}") + b"," + entry.encode().removeprefix(b"{")


def _frames(series: Series, instance: IndexedInstance, numbers: list[int], *, as_stored: bool) -> list[bytes]:
    if as_stored or instance.transfer_syntax_uid in NATIVE_SYNTAXES:
        return instance_frames(series, instance, numbers)
    if not can_be_decoded(instance.transfer_syntax_uid):
        raise NotAcceptableRejected("These frames are only on offer as they are stored (transfer-syntax=*).")
    return native_frames(instance_bytes(series, instance), instance.transfer_syntax_uid, numbers)


def _pixels(form: Form, bodies: Sequence[bytes], instance: IndexedInstance, tag: str) -> Response | Streamed:
    syntax = EXPLICIT_LITTLE_ENDIAN if form.media == OCTETS else instance.transfer_syntax_uid
    content_type = f"{form.media}; transfer-syntax={syntax}"
    if not form.as_multipart:
        return Response(bodies[0], headers={"ETag": tag}, media_type=content_type)
    return multipart(((content_type, body) for body in bodies), form.media, {"ETag": tag}, syntax)


def _numbers(text: str, instance: IndexedInstance) -> list[int]:
    """Frame numbers of an address, each within the instance.

    Raises:
        MalformedRejected: not a list of numbers, or a number stands in it twice.
        AbsentRejected: no such frame.
    """
    words = text.split(",")
    if len(words) > MOST_FRAMES or not all(
        word.isascii() and word.isdigit() and len(word) < 8 for word in words
    ):
        raise MalformedRejected("The address does not hold a list of frame numbers.")
    numbers = [int(word) for word in words]
    if len(set(numbers)) < len(numbers):
        raise MalformedRejected("The address names a frame more than once.")
    if not all(1 <= number <= instance.n_frames for number in numbers):
        raise AbsentRejected
    return numbers


def _window(text: str | None) -> tuple[float, float] | None:
    """Center and width of `window=center,width[,function]`."""
    if text is None:
        return None
    words = text.split(",")
    try:
        center, width = float(words[0]), float(words[1])
    except (ValueError, IndexError):
        raise MalformedRejected("The parameter window is not center,width,function.") from None
    if not (abs(center) < 1e9 and 0 < width < 1e9) or words[2:] not in ([], ["linear"]):
        raise MalformedRejected("The parameter window is not center,width,linear.")
    return center, width


def _viewport(text: str | None) -> tuple[int, int] | None:
    """Width and height of `viewport=width,height`."""
    if text is None:
        return None
    words = text.split(",")
    if len(words) != 2 or not all(word.isascii() and word.isdigit() and len(word) < 6 for word in words):
        raise MalformedRejected("The parameter viewport is not width,height.")
    width, height = map(int, words)
    if not (0 < width <= LARGEST_VIEWPORT and 0 < height <= LARGEST_VIEWPORT):
        raise MalformedRejected(f"A viewport has 1 to {LARGEST_VIEWPORT} pixels a side.")
    return width, height


def _rendered(
    series: Series,
    instance: IndexedInstance,
    frame: int = 1,
    window: tuple[float, float] | None = None,
    size: tuple[int, int] | None = None,
) -> bytes:
    try:
        return render_frame(series, instance, frame, window, size)
    except NotRenderableError:
        raise NotAcceptableRejected("No picture can be made of this image.") from None


def _picture(png: bytes, media: str) -> Response:
    if media == "image/jpeg":
        out = io.BytesIO()
        Image.open(io.BytesIO(png)).convert("L").save(out, "JPEG", quality=90)
        return Response(out.getvalue(), media_type=media)
    return Response(png, media_type=media)
