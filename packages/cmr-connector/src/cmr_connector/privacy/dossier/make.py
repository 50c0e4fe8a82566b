"""A dossier as a file: PDF where the extra [pdf] is installed, a page for a browser everywhere."""

import datetime
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

from cmr_connector.config import Config
from cmr_connector.errors import SettingsError
from cmr_connector.privacy.dossier.content import Facts, dossier
from cmr_connector.privacy.dossier.page import page_of
from cmr_connector.privacy.result import ShadowResult
from cmr_connector.workplace import looks_at_pixels
from cmr_deid.conformance import conformance_html
from cmr_deid.profile import DeidProfile
from cmr_exchange.canonical import sha256_hex

NO_PDF = (
    "A PDF needs the extra [pdf], which is not installed: pip install 'cmr-connector[pdf]'. "
    "Without it, ask for --out dossier.html and print that page."
)


def pdf_installed() -> bool:
    """Whether the extra [pdf] is here."""
    return find_spec("reportlab") is not None


def facts_of(config: Config, profile: DeidProfile, result: ShadowResult | None) -> Facts:
    """What a dossier of this connector is made from.

    Raises:
        SettingsError: the center key cannot be read.
    """
    return Facts(
        config=config,
        profile=profile,
        key_id=config.center_key().key_id,
        software=version("cmr-connector"),
        made_on=datetime.datetime.now(datetime.UTC).date().isoformat(),
        text_search=looks_at_pixels(config),
        conformance=sha256_hex(conformance_of(profile)),
        result=result,
    )


def conformance_of(profile: DeidProfile) -> bytes:
    """The conformance statement of these rules as a page, to lie beside the dossier."""
    return conformance_html(profile).encode()


def as_pdf(facts: Facts) -> bytes:
    """The dossier as PDF.

    Raises:
        SettingsError: the extra [pdf] is not installed.
    """
    if not pdf_installed():
        raise SettingsError(NO_PDF)
    # the one place that loads reportlab: a connector without the extra must still start
    printed: bytes = import_module("cmr_connector.privacy.dossier.pdf").pdf_of(dossier(facts))
    return printed


def as_page(facts: Facts) -> bytes:
    """The dossier as a page for a browser."""
    return page_of(dossier(facts)).encode()
