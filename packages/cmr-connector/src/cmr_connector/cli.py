"""`cmr-connector`: the commands of the contract. Exit codes: 0 done, 1 needs attention, 2 wrong usage."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cmr_connector import config as settings
from cmr_connector import log
from cmr_connector.agent import Agent
from cmr_connector.census_commands import add_census
from cmr_connector.config import Config
from cmr_connector.config_template import initialize
from cmr_connector.crosswalk import CrosswalkEntry
from cmr_connector.desk import app as desk
from cmr_connector.desk.accounts import SETUP_FILE, manage_account
from cmr_connector.doctor import examine
from cmr_connector.errors import ConnectorError, SettingsError, UnknownPseudonymError, WorkerBusyError
from cmr_connector.handover import HandOver, carry_out, newest_receipt, take_all, wait_for_agent
from cmr_connector.intake import Outcome, Source
from cmr_connector.overview import exam_document, needs_attention, overview, overview_lines
from cmr_connector.privacy_commands import add_commands, require_path
from cmr_connector.rows import ExamRow
from cmr_connector.states import ExamState
from cmr_connector.steps import Steps
from cmr_connector.workplace import Workplace, open_workplace, worker_lock

DONE, ATTENTION, WRONG_USAGE = 0, 1, 2
LOG_NAME = "connector.log"
_WAIT_FOR_AGENT_S = 3600.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE
    except (ConnectorError, OSError) as error:
        # an OSError's text may hold a path; the person at the terminal has named it
        print(error, file=sys.stderr)
        return ATTENTION


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cmr-connector", description=__doc__)
    parser.add_argument(
        "--config", type=Path, default=Path("connector.toml"), help="settings file (default: %(default)s)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=run)
        return sub

    init = command("init", _init, "Write a commented settings file and a new center key.")
    init.add_argument("--center", required=True, help="the center's code at the registry")
    init.add_argument("--registry", required=True, help="address of the registry")
    init.add_argument("folder", type=Path, nargs="?", default=Path())
    shown = command("config", _config_show, "Show the settings in force.")
    shown.add_argument("action", choices=["show"])
    command("run", _run, "Receive, prepare and send until stopped; serves the center desk.")
    send = command("send", _send, "Take in a folder, ZIP or file, send it and print the receipts.")
    send.add_argument("path", type=Path)
    add_commands(command)
    add_census(command)
    lookup = command("lookup", _lookup, "Find the patient behind a pseudonym, or the pseudonym of an exam.")
    lookup.add_argument("pseudonym", nargs="?")
    lookup.add_argument("--accession", help="find by accession number")
    lookup.add_argument("--patient-id", help="find by patient ID")
    status = command("status", _status, "What waits, what is held and why, what was sent.")
    doctor = command("doctor", _doctor, "Check everything that the connector needs.")
    account = command(
        "desk-account", _desk_account, "Make a desk account, or give it a new password, or take it away."
    )
    account.add_argument("name")
    account.add_argument("--remove", action="store_true", help="take the account away")
    for sub in (send, lookup, status, doctor):
        sub.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _init(arguments: argparse.Namespace) -> int:
    path = initialize(arguments.folder, arguments.center, arguments.registry)
    print(f"Wrote {path} and {path.parent / 'center.key'}.")
    print("Keep a copy of center.key in a safe place: without it no pseudonym can be made again.")
    print(f"Put the key that the registry shows once into {path.parent / 'registry.key'} (chmod 600).")
    return DONE


def _config_show(arguments: argparse.Namespace) -> int:
    print(json.dumps(settings.to_document(_config(arguments)), indent=2))
    return DONE


def _run(arguments: argparse.Namespace) -> int:
    workplace = open_workplace(_config(arguments))
    try:
        agent = Agent(workplace, desk.build)
        agent.stop_on_signals()
        _invite(workplace.config)
        agent.run()
    finally:
        workplace.close()
    return DONE


def _invite(config: Config) -> None:
    """Tell whoever started the agent the way to the first desk account."""
    code = config.data_dir / SETUP_FILE
    if config.desk.enabled and code.exists():
        scheme = "https" if config.desk.certificate_file else "http"
        address = f"{scheme}://{config.desk.host}:{config.desk.port}/setup"
        print(f"Nobody can sign in at the center desk yet: open {address}", file=sys.stderr)
        print(f"and enter the setup code that stands in {code}.", file=sys.stderr)


def _desk_account(arguments: argparse.Namespace) -> int:
    print(manage_account(_config(arguments), arguments.name, remove=arguments.remove))
    return DONE


def _send(arguments: argparse.Namespace) -> int:
    config = _config(arguments)
    config.api_key()
    require_path(arguments.path)
    workplace = open_workplace(config)
    try:
        log.to_stream((config.data_dir / LOG_NAME).open("a", encoding="utf-8"))
        with Steps(enabled=sys.stderr.isatty() and not arguments.json) as steps:
            hand_over = take_all(workplace, arguments.path, Source.COMMAND, steps.report)
            exams = _carry(workplace, hand_over, steps)
        return _tell(workplace, hand_over, exams, arguments.json)
    finally:
        workplace.close()


def _carry(workplace: Workplace, hand_over: HandOver, steps: Steps) -> list[ExamRow]:
    try:
        with worker_lock(workplace.config):
            client = workplace.client()
            try:
                workplace.store.exams.recover()
                sender = workplace.sender(client)
                sender.recover()
                return carry_out(workplace, sender, hand_over.exam_ids, steps.report)
            finally:
                client.close()
    except WorkerBusyError:
        return wait_for_agent(workplace, hand_over.exam_ids, _WAIT_FOR_AGENT_S)


def _tell(workplace: Workplace, hand_over: HandOver, exams: list[ExamRow], as_json: bool) -> int:
    receipts = {exam.id: newest_receipt(workplace, exam.id) for exam in exams}
    document: dict[str, Any] = {
        "files": {outcome.value: hand_over.outcomes()[outcome] for outcome in Outcome},
        "problems": [
            {"file": file.label, "reason": file.taken.reason.code}
            for file in hand_over.problems()
            if file.taken.reason is not None
        ],
        "exams": [
            exam_document(exam)
            | {
                "instances": {s.value: n for s, n in workplace.store.ledger.counts(exam.id).items()},
                "reasons": workplace.store.ledger.reasons(exam.id),
                "receipt": delivery.receipt if (delivery := receipts[exam.id]) else None,
            }
            for exam in exams
        ],
    }
    if as_json:
        print(json.dumps(document, indent=2))
    else:
        _print_outcome(hand_over, exams, document)
    is_well = all(exam.state is ExamState.DELIVERED and not exam.n_problems for exam in exams)
    return DONE if is_well and not hand_over.problems() else ATTENTION


def _print_outcome(hand_over: HandOver, exams: list[ExamRow], document: dict[str, Any]) -> None:
    counts = ", ".join(f"{n} {outcome.value}" for outcome, n in hand_over.outcomes().items())
    print(f"files: {counts or 'none'}")
    for file in hand_over.problems():
        if file.taken.reason is not None:
            print(f"  {file.label}: {file.taken.reason.sentence} {file.taken.reason.how}", file=sys.stderr)
    for shown in document["exams"]:
        print(f"exam {shown['number']}  {shown['exam']}  {shown['state']}  version {shown['version']}")
        if shown["reason"]:
            print(f"  {shown['reason']['sentence']} {shown['reason']['how']}", file=sys.stderr)
        for code, n in shown["reasons"].items():
            print(f"  {n} image(s) stay here: {code}", file=sys.stderr)
        if shown["receipt"]:
            receipt = shown["receipt"]
            print(f"  receipt of {receipt['accepted_at']}: {receipt['n_instances']} images, version")
            print(
                f"  {receipt['version']}, delivery {receipt['delivery'][:16]}, key {receipt['registry_key']}"
            )
    if not exams:
        print("no exam was found", file=sys.stderr)


def _lookup(arguments: argparse.Namespace) -> int:
    given = [arguments.pseudonym, arguments.accession, arguments.patient_id]
    if sum(value is not None for value in given) != 1:
        raise SettingsError("lookup: give a pseudonym, --accession or --patient-id.")
    workplace = open_workplace(_config(arguments))
    try:
        crosswalk = workplace.store.crosswalk
        if arguments.accession is not None:
            entries = crosswalk.by_accession(arguments.accession)
        elif arguments.patient_id is not None:
            entries = crosswalk.by_patient_id(arguments.patient_id)
        else:
            entries = crosswalk.by_pseudonym(arguments.pseudonym)
    except UnknownPseudonymError as error:
        print(error, file=sys.stderr)
        return ATTENTION
    finally:
        workplace.close()
    documents = [_entry_document(entry) for entry in entries]
    if arguments.json:
        print(json.dumps(documents, indent=2))
    else:
        for document in documents:
            print("\n".join(f"{name:20} {value}" for name, value in document.items()) + "\n")
    return DONE


def _entry_document(entry: CrosswalkEntry) -> dict[str, object]:
    return {
        "number": entry.exam_id,
        "exam": entry.exam,
        "subject": entry.subject,
        "patient_id": entry.patient.patient_id,
        "issuer": entry.patient.issuer,
        "name": entry.patient.name,
        "birth_date": entry.patient.birth_date,
        "accession_number": entry.study.accession_number,
        "study_date": entry.study.study_date,
        "study_instance_uid": entry.study.study_instance_uid,
    }


def _status(arguments: argparse.Namespace) -> int:
    workplace = open_workplace(_config(arguments))
    try:
        document = overview(workplace)
    finally:
        workplace.close()
    print(json.dumps(document, indent=2) if arguments.json else "\n".join(overview_lines(document)))
    return ATTENTION if needs_attention(document) else DONE


def _doctor(arguments: argparse.Namespace) -> int:
    checks = list(examine(_config(arguments)))
    if arguments.json:
        rows = [{"name": c.name, "is_well": c.is_well, "sentence": c.sentence} for c in checks]
        print(json.dumps(rows, indent=2))
    else:
        for check in checks:
            print(f"{'well ' if check.is_well else 'MEND '} {check.name}: {check.sentence}")
    return DONE if all(check.is_well for check in checks) else ATTENTION


def _config(arguments: argparse.Namespace) -> Config:
    return settings.load(arguments.config)
