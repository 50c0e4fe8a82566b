import pytest

from cmr_deid import text
from cmr_deid.elements import Element
from cmr_deid.text import character_sets, decoded, plain


def element(value, vr="PN"):
    return Element(0x00100010, vr, value)


def test_text_without_a_character_set_is_latin():
    assert character_sets({}) == ["iso8859"]
    assert decoded(element("Käthe ".encode("latin-1")), ["iso8859"]) == "Käthe"


@pytest.mark.parametrize(
    ("term", "encoding"), [("ISO_IR 192", "UTF8"), ("GB18030", "GB18030"), ("ISO_IR 144", "iso_ir_144")]
)
def test_declared_character_sets_are_used(term, encoding):
    names = character_sets({0x00080005: Element(0x00080005, "CS", term.encode())})
    assert names == [encoding]


def test_unknown_character_sets_fall_back_and_undecodable_bytes_are_no_crash():
    names = character_sets({0x00080005: Element(0x00080005, "CS", b"ISO 2022 WHAT\\\\ISO 2022 IR 87")})
    assert names[0] == "iso8859"
    assert decoded(element(b"\xff\xfe"), ["utf_8"]) == "\ufffd\ufffd"


def test_escape_sequences_switch_the_character_set():
    japanese = "Yamada^Tarou=山田^太郎".encode("iso2022_jp")
    assert "山田" in decoded(element(japanese), ["iso8859", "iso2022_jp"])


def test_a_codec_that_fails_leaves_the_bytes_readable(monkeypatch):
    def broken(*_):
        raise LookupError

    monkeypatch.setattr(text, "decode_bytes", broken)
    assert decoded(element(b"\x1b$B;3"), ["iso8859"]) == "\x1b$B;3"


def test_an_absent_attribute_is_empty_text():
    assert plain(None) == decoded(None, ["iso8859"]) == ""
