"""What the house promises of all models, states, settings and services; what nobody decided on fails here."""

import ast
import enum
import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

import cmr_registry
from cmr_registry.centers.models import CenterOwned
from cmr_registry.config.env import SETTINGS
from cmr_registry.config.reference import PAGES
from cmr_registry.lib.field_classes import FIELD_CLASSES

PACKAGE = Path(cmr_registry.__file__).parent
REPOSITORY = PACKAGE.parents[2]

OURS = [model for model in apps.get_models() if model.__module__.startswith("cmr_registry.")]
NOT_OWNED = {
    "releases.DataRelease": "of a project; whose exams are in it stands in its members, which are center data",
    "documents.DocumentVersion": "texts of the registry, public knowledge",
    "documents.Acceptance": "what a person accepted, whoever employs him or her",
    "accounts.Account": "a person may work at several centers",
    "accounts.RegistryRoleGrant": "a role at the registry itself",
    "accounts.OutgoingMail": "to a person, and without any data of a center",
    "audit.AuditEvent": "carries its center as the name of its chain; no foreign keys, it outlives everything",
    "projects.Project": "asks many centers; approved ones are public knowledge",
    "projects.ProjectMembership": "read to find out who asks, before any scope can be open",
    "access.SearchRequest": "a question of a person, with no answer in it",
    "access.SearchCertificate": "counts of all centers that disclosure control has passed",
    "access.AccessApplication": "what a person applies for, over all centers",
    "access.Submission": "what a person applied for, over all centers",
    "access.Step": "the way of a request or an application",
    "access.ConflictDeclaration": "what a member of the committee declared",
    "access.ScoreSheet": "what a reviewer gave",
    "access.Decision": "what the chair decided",
    "centers.Center": "is the center; its row is public knowledge",
    "centers.CenterMembership": "read to find out who asks, before any scope can be open",
    "centers.ParticipationAgreement": "read to find out what a center may do, before any scope can be open",
    "centers.ConnectorKey": "read to find out who asks, before any scope can be open",
    "cohorts.Snapshot": "holds data of all centers; no center sees it, research asks it through disclosure control",
    "cohorts.AnsweredQuestion": "what a person was told, over the data of all centers",
    "cohorts.ShownSet": "a fingerprint of persons of all centers; no center sees it",
    "cohorts.SavedQuery": "a question of a person, no data",
    "quality.PeerTally": "sums and quartiles over centers, hidden below five centers or eleven exams",
    "quality.Recheck": "says how far all exams are marked to be checked anew",
}
"""Models without the base of center data, each with its reason."""

SILENT = {
    "audit.services.audited": "marks services, is none",
    "audit.services.event_hash": "a sum, it writes nothing",
    "audit.services.event_record": "is the event",
    "audit.services.denial_record": "is the event",
    "centers.services.may_upload": "a question, it writes nothing",
    "centers.services.connector_key_seen": "what was done with the key leaves its own event",
    "quality.query_services.may_settle": "a question, it writes nothing",
    "exams.services.values_problems": "a question, it writes nothing",
    "archive.services.instances_held": "a question, it writes nothing",
    "archive.services.pack_listing": "a question, it writes nothing",
    "archive.services.pack_store": "part of instances_store, which leaves the event",
    "archive.services.study_lock": "writes nothing",
    "archive.services.study_plan": "writes no row",
    "archive.services.study_accept": "part of delivery_accept, which leaves the event",
    "projects.round_services.round_open": "part of project_approve and ballots_open, which leave the event",
    "projects.round_services.ballots_lock": "part of an outer service, which leaves the event",
    "projects.ballot_services.standing_apply": "part of an outer service, which leaves the event",
    "intake.services.delivery_refuse": "part of an outer service, which leaves the event",
}
"""Functions of a room's services that leave no event of their own, each with its reason."""


def rooms():
    with open(REPOSITORY / "pyproject.toml", "rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (stacked,) = [one for one in contracts if one.get("containers") == ["cmr_registry"]]
    return list(stacked["layers"])


def label(model):
    return model._meta.label


@pytest.mark.parametrize("model", OURS, ids=label)
def test_every_field_of_every_model_is_classified(model):
    fields = {field.name for field in model._meta.get_fields() if field.concrete}
    assert fields == FIELD_CLASSES[label(model)].keys()


def test_no_class_is_kept_for_a_model_that_is_gone():
    assert FIELD_CLASSES.keys() == {label(model) for model in OURS}


@pytest.mark.parametrize("model", OURS, ids=label)
def test_every_model_belongs_to_a_center_or_has_a_reason(model):
    if issubclass(model, CenterOwned):
        assert model._meta.get_field("center").column == "center_id"
        assert label(model) not in NOT_OWNED
    else:
        assert NOT_OWNED[label(model)]


@pytest.mark.parametrize("model", OURS, ids=label)
def test_models_refer_to_rooms_below_only(model):
    order = rooms()
    own = order.index(model.__module__.split(".")[1])
    for field in model._meta.get_fields():
        if field.concrete and field.is_relation and field.related_model in OURS:
            assert order.index(field.related_model.__module__.split(".")[1]) >= own, field.name


def state_tables():
    for path in sorted(PACKAGE.glob("*/*states.py")):
        module = importlib.import_module(f"cmr_registry.{path.parent.name}.{path.stem}")
        yield pytest.param(module, id=f"{path.parent.name}.{path.stem}")


@pytest.mark.parametrize("module", list(state_tables()))
def test_every_state_has_an_owner_and_the_table_is_closed(module):
    (states,) = {type(state) for state in module.ALLOWED}
    assert issubclass(states, enum.StrEnum)
    assert set(module.ALLOWED) == set(module.OWNER) == set(states)
    assert set().union(*module.ALLOWED.values()) <= set(states)
    assert all(module.OWNER.values())
    first, reached = next(iter(states)), set()
    waiting = [first]
    while waiting:
        state = waiting.pop()
        reached.add(state)
        waiting += module.ALLOWED[state] - reached
    assert reached == set(states), "a state that nothing leads to"


@pytest.mark.parametrize("module", list(state_tables()))
def test_the_reference_shows_every_table_of_states(module):
    page = PAGES["states.md"]()
    for state in module.ALLOWED:
        assert f"| {state.value} | {module.OWNER[state]} |" in page


def services():
    modules = [*PACKAGE.glob("*/*services.py"), PACKAGE / "intake" / "acceptance.py"]
    for path in sorted(modules):
        short = f"{path.parent.name}.{path.stem}"
        module = importlib.import_module(f"cmr_registry.{short}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield pytest.param(f"{short}.{name}", function, id=f"{short}.{name}")


@pytest.mark.parametrize(("name", "function"), list(services()))
def test_every_service_leaves_its_event_or_says_why_not(name, function):
    assert (name in SILENT) != leaves_event(function), f"{name}: an event, or a reason in SILENT"


def leaves_event(function):
    """Does the function, or one that it calls in its module or room, record an event?"""
    seen, waiting = set(), [inspect.unwrap(function)]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        names = called_names(current)
        if names & {"event_record", "denial_record"} and current.__module__ != "cmr_registry.audit.services":
            return True
        known = vars(inspect.getmodule(current))
        room = current.__module__.rsplit(".", 1)[0]
        for called in names:
            found = known.get(called)
            if inspect.isfunction(found) and inspect.unwrap(found).__module__.startswith(room):
                waiting.append(inspect.unwrap(found))
    return False


def called_names(function):
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    return {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_every_setting_that_is_read_is_documented_and_none_else():
    read = set()
    for name in ("settings.py", "env.py"):
        tree = ast.parse((PACKAGE / "config" / name).read_text(encoding="utf-8"))
        declared = {
            id(node.args[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Setting"
        }
        read |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and id(node) not in declared
            if isinstance(node.value, str) and re.fullmatch("(CMR|AWS)_[A-Z_]+", node.value)
        }
    assert read == {setting.name for setting in SETTINGS}


def test_nobody_but_config_reads_the_environment():
    for path in PACKAGE.rglob("*.py"):
        if "tests" in path.parts or path.parent.name == "config":
            continue
        source = path.read_text(encoding="utf-8")
        assert "os.environ" not in source, path
        assert "getenv" not in source, path


@pytest.mark.parametrize("name", PAGES)
def test_the_generated_reference_is_current(name):
    assert (REPOSITORY / "docs" / "reference" / name).read_text(encoding="utf-8") == PAGES[name](), (
        "make docs"
    )


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_room_says_what_lives_in_it():
    for room in rooms():
        assert (importlib.import_module(f"cmr_registry.{room}").__doc__ or "").strip(), room
