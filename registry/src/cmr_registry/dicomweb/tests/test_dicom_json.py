"""The DICOM JSON model and its XML twin."""

from xml.etree import ElementTree

import pytest

from cmr_registry.dicomweb.dicom_json import element, tag_of, to_xml, values_of


def test_an_element_carries_its_dictionary_vr():
    assert element("Rows", 4) == {"00280010": {"vr": "US", "Value": [4]}}
    assert element("AccessionNumber") == {"00080050": {"vr": "SH"}}


def test_an_unknown_keyword_is_an_error():
    with pytest.raises(KeyError):
        tag_of("NoSuchKeyword")


def test_an_absent_attribute_has_no_values():
    assert values_of({}, "00280010") == values_of(element("Rows"), "00280010") == []


def test_the_native_model_nests_items_and_escapes_text():
    item = element("FailureReason", 0xA900) | element("ErrorComment", "a < b & c")
    root = ElementTree.fromstring(to_xml(element("FailedSOPSequence", item)))
    sequence = root.find("DicomAttribute[@keyword='FailedSOPSequence']")
    assert sequence.attrib == {"tag": "00081198", "vr": "SQ", "keyword": "FailedSOPSequence"}
    found = {node.get("keyword"): node.findtext("Value") for node in sequence.find("Item[@number='1']")}
    assert found == {"FailureReason": "43264", "ErrorComment": "a < b & c"}
