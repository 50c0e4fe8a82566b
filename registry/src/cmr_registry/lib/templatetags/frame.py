"""Tags and filters that the pages of every room share: icons, instants, short pseudonyms, sizes."""

import zoneinfo
from datetime import UTC, datetime, timedelta

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cmr_registry.lib.icons import ICONS

register = template.Library()

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A decorative inline SVG; what it means always stands beside it as text."""
    paths = format_html_join("", '<path d="{}"/>', ((d,) for d in ICONS[name]))
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        "{}</svg>",
        extra,
        paths,
    )


@register.filter
def moment(at: datetime | None, zone: str = "UTC") -> SafeString | str:
    """An instant as people read it: how long ago, and the clock time at the center (R51).

    Args:
        at: UTC instant; None prints "never".
        zone: IANA time zone of the center; UTC where it is unknown.
    """
    if at is None:
        return "never"
    local = at.astimezone(_zone(zone))
    clock = f"{local.day} {local:%b %Y, %H:%M %Z}"
    return format_html(
        '<time datetime="{}" class="moment">{} <span class="moment-clock">{}</span></time>',
        at.astimezone(UTC).isoformat(timespec="seconds"),
        age_words(timezone.now() - at),
        clock,
    )


@register.filter
def short(pseudonym: str) -> str:
    """The first characters of a pseudonym or UID, enough to tell rows apart; the title carries the whole."""
    return pseudonym if len(pseudonym) <= 9 else f"{pseudonym[:8]}…"


@register.filter
def size(n_bytes: int | None) -> str:
    """Bytes in words, with a plain blank."""
    return filesizeformat(n_bytes or 0).replace("\N{NO-BREAK SPACE}", " ")


@register.filter
def item(mapping: dict[str, object], key: str) -> object:
    """`mapping[key]`, or None."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: object) -> str:
    """The current query string with some parameters changed; an empty value removes one."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


def age_words(age: timedelta) -> str:
    """An age in the largest whole unit: `just now`, `5 minutes ago`, `3 hours ago`, `12 days ago`."""
    if age < MINUTE:
        return "just now"
    for unit, name in (
        (365 * DAY, "year"),
        (30 * DAY, "month"),
        (DAY, "day"),
        (HOUR, "hour"),
        (MINUTE, "minute"),
    ):
        if age >= unit:
            count = age // unit
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
