"""Settings: one TOML file, strict, with the setting's name in every complaint."""

import stat
from pathlib import Path

import pytest

from cmr_connector.config import Config, from_document, load, to_document
from cmr_connector.config_template import initialize
from cmr_connector.errors import SettingsError
from cmr_deid.profile import Act

LEAST = {"center": {"code": "center-a"}, "registry": {"url": "https://registry.example"}}


def test_what_init_writes_is_read_back_with_the_defaults(tmp_path):
    path = initialize(tmp_path / "new", "center-a", "https://registry.example")
    assert load(path) == from_document(LEAST, path.parent)


def test_the_center_key_is_made_for_its_owner_alone(tmp_path):
    path = initialize(tmp_path, "center-a", "https://registry.example")
    key = path.parent / "center.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert load(path).center_key().key_id.startswith("k-")


def test_init_overwrites_nothing(tmp_path):
    path = initialize(tmp_path, "center-a", "https://registry.example")
    before = path.read_bytes()
    with pytest.raises(SettingsError, match=r"connector\.toml"):
        initialize(tmp_path, "center-b", "https://other.example")
    assert path.read_bytes() == before


def test_every_setting_is_explained_in_the_template(tmp_path):
    lines = initialize(tmp_path, "center-a", "https://registry.example").read_text().splitlines()
    settings = [i for i, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    assert len(settings) > 25
    assert all(lines[i - 1].startswith("# ") for i in settings)


def test_a_center_may_be_stricter_than_everybody_and_its_digest_tells():
    wishes = {"deid": {"remove": ["ProtocolName", "(0018,1020)"], "words": ["ReceiveCoilName"]}}
    profile = from_document({**LEAST, **wishes}, Path()).profile()
    usual = from_document(LEAST, Path()).profile()
    assert profile.digest != usual.digest
    assert (usual.rules[0x00181030].act, profile.rules[0x00181030].act) == (Act.CLEAN_WORDS, Act.REMOVE)


def test_no_secret_is_shown(tmp_path):
    path = initialize(tmp_path, "center-a", "https://registry.example")
    (tmp_path / "registry.key").write_text("very-secret\n")
    shown = str(to_document(load(path)))
    assert "very-secret" not in shown
    assert "center.key" in shown


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"center": {}}, "center.code"),
        ({"center": {"code": "Center A"}}, "center.code"),
        ({"center": {"code": 7}}, "center.code"),
        ({"center": 7}, "center"),
        ({"registry": {"url": "ftp://x"}}, "registry.url"),
        ({"registry": {"url": "https://x", "timeout_s": 0}}, "registry.timeout_s"),
        ({"registry": {"url": "https://x", "batch_mib": True}}, "registry.batch_mib"),
        ({"colour": "blue"}, "colour"),
        ({"deid": {"remove": ["NoSuchAttribute"]}}, "NoSuchAttribute"),
        ({"deid": {"remove": ["PixelData"]}}, "PixelData"),
        ({"deid": {"empty": ["PatientAddress"]}}, "PatientAddress"),
        ({"deid": {"keep": ["PatientName"]}}, "deid.keep"),
        ({"scp": {"prot": 104}}, "scp.prot"),
        ({"scp": {"port": 70000}}, "scp.port"),
        ({"scp": {"port": "104"}}, "scp.port"),
        ({"scp": {"allowed_ae": "PACS"}}, "scp.allowed_ae"),
        ({"scp": {"allowed_ae": ["TOO LONG FOR AN AE TITLE"]}}, "scp.allowed_ae"),
        ({"scp": {"ae_title": ""}}, "scp.ae_title"),
        ({"scp": {"enabled": 1}}, "scp.enabled"),
        ({"folder": {"watch": 3}}, "folder.watch"),
        ({"folder": {"poll_s": 0}}, "folder.poll_s"),
        ({"folder": {"settle_s": -1}}, "folder.settle_s"),
        ({"pipeline": {"quiet_seconds": "60"}}, "pipeline.quiet_seconds"),
        ({"pipeline": {"quiet_seconds": -1}}, "pipeline.quiet_seconds"),
        ({"pipeline": {"max_instance_mib": 0}}, "pipeline.max_instance_mib"),
        ({"data_dir": ""}, "data_dir"),
    ],
)
def test_a_wrong_setting_is_named(change, named, tmp_path):
    with pytest.raises(SettingsError, match=named.replace(".", r"\.")):
        from_document({**LEAST, **change}, tmp_path)


def test_whole_numbers_are_fine_for_seconds_and_paths_count_from_the_file(tmp_path):
    document = LEAST | {"folder": {"settle_s": 3, "watch": "incoming"}, "data_dir": "/somewhere"}
    config: Config = from_document(document, tmp_path)
    assert config.folder.settle_s == 3.0
    assert config.folder.watch == tmp_path / "incoming"
    assert str(config.data_dir) == "/somewhere"
    assert config.reports.drop is None


@pytest.mark.parametrize("content", [None, b"\xff", b"not = = toml"])
def test_a_file_that_is_no_toml_is_said(tmp_path, content):
    path = tmp_path / "c.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match="settings file"):
        load(path)


@pytest.mark.parametrize("content", [None, "", "two\nlines\x00"])
def test_a_registry_key_that_cannot_be_used_is_said(tmp_path, content):
    config = from_document(LEAST, tmp_path)
    if content is not None:
        (tmp_path / "registry.key").write_text(content)
    with pytest.raises(SettingsError, match=r"registry\.api_key_file"):
        config.api_key()


@pytest.mark.parametrize("content", [None, "no key"])
def test_a_center_key_that_cannot_be_used_is_said(tmp_path, content):
    config = from_document(LEAST, tmp_path)
    if content is not None:
        (tmp_path / "center.key").write_text(content)
    with pytest.raises(SettingsError, match=r"center\.key_file"):
        config.center_key()
