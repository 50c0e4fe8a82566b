"""The pixel cases 41 to 54 of the adversarial list: each is found and held, refused by its header, or harmless."""

import struct

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate

from cmr_deid.errors import InstanceHeld, InstanceRejected
from cmr_deid.pixels.reading_text import Reader
from cmr_deid.pixels.series import look
from cmr_testkit.burned.clean import clean_slice, with_look_alikes
from cmr_testkit.burned.layouts import burned

SIDE = 128
RLE = "1.2.840.10008.1.2.5"


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture(scope="module")
def tissue():
    return {n: clean_slice(7, contrast="cine", pixels=SIDE, frames=n) for n in (1, 4)}


@pytest.fixture
def files(mr):
    """Images of one slice position with these frames."""

    def made(frames, syntax="1.2.840.10008.1.2.1", **values):
        def one(frame):
            def fill(dataset):
                dataset.Rows, dataset.Columns = frame.shape[:2]
                dataset.BitsStored, dataset.HighBit = 16, 15
                dataset.PixelData = frame.tobytes() if isinstance(frame, np.ndarray) else frame
                for keyword, value in values.items():
                    setattr(dataset, keyword, value)

            return mr(edit=fill)

        return [one(frame) for frame in frames]

    return made


@pytest.fixture
def held(files, reader, tissue):
    """Whether a series with this layout waits for a person; the layout's identifiers are known."""

    def asked(kind, seed=1, n=1):
        shown = burned(tissue[n], seed, kind)
        assert shown.contrast >= 3, "nobody could read it"
        answer = look(files(shown.frames.astype("<u2")), shown.known, reader)
        assert answer["seen"]
        return answer["findings"]

    return asked


def test_41_corner_text_of_8_pixels_is_held(held):
    assert held("small_corner")


@pytest.mark.parametrize("kind", ["corners", "header_bar", "from_color", "initials"])
def test_41_lines_bars_and_colored_letters_at_the_edge_are_held(held, kind):
    assert held(kind)


def test_42_black_on_tissue_is_held(files, reader):
    shown = burned(clean_slice(6, contrast="psir", pixels=SIDE, frames=1), 4, "dark")
    assert shown.contrast >= 3, "nobody could read it"
    assert look(files(shown.frames.astype("<u2")), shown.known, reader)["findings"]


@pytest.mark.parametrize("kind", ["rotated", "stacked", "slanted"])
def test_43_vertical_and_rotated_text_is_held(held, kind):
    assert held(kind)


@pytest.mark.parametrize("kind", ["outlined", "low_contrast"])
def test_44_outlined_and_faint_text_is_held(held, kind):
    assert held(kind)


def test_45_text_in_one_frame_of_a_cine_is_held(held):
    assert held("one_frame", n=4)


def test_46_text_in_unused_high_bits_is_held_by_the_engine(mr, engine):
    hidden = struct.pack("<24H", *(value | 0x4000 for value in range(24)))

    def fill(dataset):
        dataset.PixelData = hidden

    with pytest.raises(InstanceHeld) as refused:
        engine.deidentify(mr(edit=fill))
    assert refused.value.reason.code == "hidden_bytes"


def test_46_text_in_overlays_never_leaves(mr, engine):
    def fill(dataset):
        dataset.add_new(0x60000010, "US", 4)
        dataset.add_new(0x60000011, "US", 8)
        dataset.add_new(0x60003000, "OW", b"FNORDVEX")

    assert b"FNORDVEX" not in engine.deidentify(mr(edit=fill)).data


def test_47_text_on_an_inverted_image_is_held(files, reader, tissue):
    shown = burned(tissue[1], 1, "initials")
    inverted = (np.uint16(4095) - shown.frames).astype("<u2")
    answer = look(files(inverted, PhotometricInterpretation="MONOCHROME1"), shown.known, reader)
    assert answer["findings"]


@pytest.mark.parametrize("kind", ["PALETTE COLOR", "RGB", "YBR_FULL"])
def test_47_colors_are_never_called_clean(files, reader, tissue, kind):
    answer = look(files(tissue[1].astype("<u2"), PhotometricInterpretation=kind), [], reader)
    assert not answer["seen"]


def test_47_three_samples_per_pixel_are_refused(mr, engine):
    with pytest.raises(InstanceRejected) as refused:
        engine.deidentify(mr(SamplesPerPixel=3, PhotometricInterpretation="RGB"))
    assert refused.value.reason.code == "screen_save"


def rle(frame):
    planes = np.frombuffer(frame.astype(">u2").tobytes(), np.uint8).reshape(-1, 2)
    packed = []
    for plane in planes.T:
        raw = plane.tobytes()
        runs = b"".join(
            bytes((len(raw[i : i + 128]) - 1,)) + raw[i : i + 128] for i in range(0, len(raw), 128)
        )
        packed.append(runs + b"\0" * (len(runs) % 2))
    return struct.pack("<16L", 2, 64, 64 + len(packed[0]), *[0] * 13) + b"".join(packed)


CODERS = {
    "1.2.840.10008.1.2.4.90": lambda frame: imagecodecs.jpeg2k_encode(frame, level=0, codecformat="J2K"),
    "1.2.840.10008.1.2.4.80": imagecodecs.jpegls_encode,
    RLE: rle,
}


@pytest.mark.parametrize("syntax", CODERS)
def test_48_text_in_compressed_images_of_several_fragments_is_held(mr, reader, tissue, syntax):
    shown = burned(tissue[1], 1, "initials")
    stream = CODERS[syntax](shown.frames[0])

    def fill(dataset):
        dataset.Rows = dataset.Columns = SIDE
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.PixelData = encapsulate([stream], fragments_per_frame=1 if syntax == RLE else 3)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    answer = look([mr(edit=fill)], shown.known, reader)
    assert (answer["seen"], answer["native"]) == (True, False)
    assert answer["findings"]


def test_49_a_secondary_capture_disguised_as_mr_is_refused(mr, engine):
    with pytest.raises(InstanceRejected) as refused:
        engine.deidentify(mr(ConversionType="WSD"))
    assert refused.value.reason.code == "secondary_capture"


def test_50_a_result_sheet_that_calls_itself_a_derived_mr_image_is_held(held):
    findings = held("sheet")
    assert any(one["meaning"] == "identifies" for one in findings)


@pytest.mark.parametrize("kind", ["qr", "bars"])
def test_51_matrix_codes_and_bar_codes_are_held(held, kind):
    assert held(kind)


@pytest.mark.parametrize("kind", ["chinese", "arabic", "cyrillic"])
def test_52_text_in_other_scripts_is_held(held, kind):
    assert held(kind)


@pytest.mark.parametrize("part", ["HEAD", "BRAIN", "FACE"])
def test_53_a_localizer_that_shows_a_face_is_refused(mr, engine, part):
    with pytest.raises(InstanceRejected) as refused:
        engine.deidentify(mr(BodyPartExamined=part))
    assert refused.value.reason.code == "head_coverage"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_54_letters_for_directions_rulers_coils_and_saturation_bands_pass(files, reader, seed):
    frames = with_look_alikes(clean_slice(seed, contrast="cine", pixels=160, frames=1), seed)
    answer = look(files(frames.astype("<u2")), ["Marchetti", "5775312"], reader)
    assert (answer["seen"], answer["findings"]) == (True, [])
