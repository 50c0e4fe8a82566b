"""The DICOM JSON model and its XML twin, as far as answers need them (PS3.18 annex F, PS3.19 annex A.1)."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

Attributes = dict[str, dict[str, Any]]
"""One data set: eight hexadecimal digits -> {"vr": ..., "Value": [...]}."""


def tag_of(keyword: str) -> str:
    """Eight upper-case hexadecimal digits of a keyword.

    Raises:
        KeyError: the standard knows no such keyword.
    """
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return f"{tag:08X}"


def element(keyword: str, *values: Any) -> Attributes:
    """One attribute as {tag: {"vr", "Value"}}; no value makes an empty one."""
    tag = tag_of(keyword)
    entry: dict[str, Any] = {"vr": dictionary_VR(int(tag, 16))}
    if values:
        entry["Value"] = list(values)
    return {tag: entry}


def values_of(attributes: Mapping[str, Mapping[str, Any]], tag: str) -> list[Any]:
    """The values under `tag`; an empty list where it is absent or empty."""
    return list(attributes.get(tag, {}).get("Value", ()))


def to_xml(attributes: Attributes) -> bytes:
    """The Native DICOM Model of a data set, UTF-8."""
    root = ElementTree.Element("NativeDicomModel", {"xml:space": "preserve"})
    _fill(root, attributes)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _fill(parent: ElementTree.Element, attributes: Attributes) -> None:
    for tag in sorted(attributes):
        entry = attributes[tag]
        names = {"tag": tag, "vr": str(entry["vr"])}
        keyword = keyword_for_tag(int(tag, 16))
        if keyword:
            names["keyword"] = keyword
        node = ElementTree.SubElement(parent, "DicomAttribute", names)
        for number, value in enumerate(entry.get("Value", ()), start=1):
            if isinstance(value, dict):
                _fill(ElementTree.SubElement(node, "Item", {"number": str(number)}), value)
            else:
                ElementTree.SubElement(node, "Value", {"number": str(number)}).text = str(value)
