"""Code systems per country."""

import re

from cmr_dictionary import load
from cmr_dictionary.code_systems import code_systems, system_of

ITEMS = load().items


def test_every_system_is_an_answer_of_the_item_that_names_it():
    for system in code_systems():
        assert re.fullmatch("[A-Z]{2}", system.country)
        assert system.item in ITEMS
        if system.item.endswith("_system"):
            assert ITEMS[system.item].label_of(system.code)


def test_a_country_uses_one_system_for_an_item():
    keys = [(system.item, system.country) for system in code_systems()]
    assert len(keys) == len(set(keys))
    assert system_of("procedure_system", "DE").code == "OPS"
    assert system_of("race_system", "FR").code == "NONE"
    assert system_of("race_system", "XX") is None


def test_procedure_codes_carry_no_text():
    codes = [code for code in ITEMS["cpt_code"].code_list if code.code.isdecimal()]
    assert len(codes) == 5
    assert all(code.label == code.code for code in codes)
