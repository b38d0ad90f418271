"""The `chosei` command: `./run chosei …`, or `python -m chosei.ops …`."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from chosei.ops import serving
from chosei.ops.config import ConfigError, load

LOOPBACK = "127.0.0.1"
FROM_STDIN = "read the password from standard input"


class CommandError(Exception):
    """What was asked cannot be done; the message says what to change."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        code: int | None = parsed.run(parsed)
    except (ConfigError, CommandError) as error:
        for line in str(error).splitlines():
            print(f"chosei: {line}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chosei", description="Scheduling for companies, on your own servers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _organization(commands)
    _member(commands)

    web = commands.add_parser("web", help="serve the pages")
    web.add_argument("--host", default=LOOPBACK, help="address to listen on (default: this machine)")
    web.add_argument("--processes", type=int, default=serving.WEB_PROCESSES)
    web.set_defaults(run=_web)
    commands.add_parser("worker", help="carry out what was promised: calendars, meetings, mail").set_defaults(
        run=_worker
    )
    for name, run, text in (
        ("sandbox", serving.sandbox, "a Microsoft 365 to try Chosei with"),
        ("mailbox", serving.mailbox, "catch Chosei's mail and show it"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("--host", default=LOOPBACK)
        command.set_defaults(run=lambda parsed, run=run: run(load(), parsed.host))
    commands.add_parser("migrate", help="bring the database and static files up to date").set_defaults(
        run=lambda _parsed: _prepare(demo=False)
    )
    commands.add_parser("prepare", help="migrate, and load the demo company into an empty one").set_defaults(
        run=lambda _parsed: _prepare(demo=True)
    )
    doctor = commands.add_parser("doctor", help="look for what would keep Chosei from working")
    doctor.add_argument(
        "--live",
        metavar="ADDRESS",
        default="",
        help="walk through this member's connection too: read, write a hold, read it back, remove it",
    )
    doctor.set_defaults(run=_doctor)
    _microsoft(commands)
    _translations(commands)
    return parser


def _organization(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("organization", help="companies").add_subparsers(
        required=True, metavar="ACTION"
    )
    create = group.add_parser("create", help="a company with its first administrator")
    create.add_argument("--name", required=True)
    create.add_argument("--admin-email", required=True)
    create.add_argument("--admin-name", required=True)
    create.add_argument(
        "--password-stdin", action="store_true", required=True, help="read the password from stdin"
    )
    create.set_defaults(run=_create_organization)


def _member(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("member", help="people").add_subparsers(required=True, metavar="ACTION")
    add = group.add_parser("add", help="an employee of a company")
    add.add_argument("--organization", required=True, help="the company's name as it was created")
    add.add_argument("--email", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--admin", action="store_true", help="as an administrator")
    add.add_argument("--password-stdin", action="store_true", help=f"{FROM_STDIN}; else they reset it")
    add.set_defaults(run=_add_member)


def _microsoft(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("microsoft", help="Microsoft 365").add_subparsers(
        required=True, metavar="ACTION"
    )
    registration = group.add_parser(
        "registration", help="print a script that registers Chosei in Entra ID, for its own URLs and scopes"
    )
    registration.add_argument(
        "--json", action="store_true", help="the body for Microsoft Graph's /v1.0/applications instead"
    )
    registration.add_argument(
        "--without-rooms", action="store_true", help="leave out the permission to list meeting rooms"
    )
    registration.add_argument("--url", type=_address, help="Chosei's address (default: CHOSEI_PUBLIC_URL)")
    registration.set_defaults(run=_registration)


def _translations(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = commands.add_parser("translations", help="the English catalogues").add_subparsers(
        required=True, metavar="ACTION"
    )
    for name, text in (
        ("check", "list what is missing, fuzzy or no longer used"),
        ("update", "write missing texts into the right catalogue and drop unused ones"),
    ):
        group.add_parser(name, help=text).set_defaults(run=lambda _parsed, name=name: _run_translations(name))


def _run_translations(action: str) -> int:
    from chosei.ops import translations

    problems = translations.update() if action == "update" else translations.check()
    for problem in problems:
        print(problem)
    return 1 if problems and action == "check" else 0


def _setup() -> None:
    """Load Django, with messages in English: this command speaks English."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chosei.ops.settings")
    load()  # first by itself: a wrong variable is one line, not a traceback from inside Django
    import django

    from chosei.ops.translations import compile_changed

    compile_changed()
    django.setup()


def _web(parsed: argparse.Namespace) -> None:
    os.environ["CHOSEI_PROCESS"] = "web"
    _setup()
    serving.web(parsed.host, load().chosei_port, parsed.processes)


def _worker(_parsed: argparse.Namespace) -> None:
    _setup()
    mark = os.environ.get("CHOSEI_READY_FILE")
    serving.worker(Path(mark) if mark else None)


def _prepare(*, demo: bool) -> None:
    os.environ["CHOSEI_PROCESS"] = "prepare"
    _setup()
    from chosei.ops import demo as company
    from chosei.ops import prepare

    prepare.migrate()
    prepare.collect_static()
    if demo and load().sandboxed:
        company.load()


def _doctor(parsed: argparse.Namespace) -> int:
    from chosei.ops import doctor

    return doctor.run(_setup, live=parsed.live)


def _address(text: str) -> str:
    from chosei.ops.addresses import base_url

    try:
        return base_url(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _registration(parsed: argparse.Namespace) -> None:
    from chosei.ops import microsoft

    wanted = microsoft.wanted(load(), rooms=not parsed.without_rooms, url=parsed.url or "")
    microsoft.print_registration(wanted, as_json=parsed.json)


def _password(asked: bool) -> str | None:
    if not asked:
        return None
    password = sys.stdin.readline().rstrip("\r\n")
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils.translation import override

    try:
        with override("en"):
            validate_password(password)
    except ValidationError as error:
        raise CommandError("password: " + " ".join(error.messages)) from None
    return password


def _create_organization(parsed: argparse.Namespace) -> None:
    _setup()
    from chosei.actions.members import create_organization

    password = _password(parsed.password_stdin)
    with _told():
        create_organization(parsed.name, parsed.admin_email, parsed.admin_name, password or "")
    print(f"{parsed.name}: created, {parsed.admin_email} signs in at {load().chosei_public_url}")


def _add_member(parsed: argparse.Namespace) -> None:
    _setup()
    from chosei.actions.members import add_member
    from chosei.records.models import Organization

    password = _password(parsed.password_stdin)
    with _told():
        found = list(Organization.objects.filter(name=parsed.organization)[:2])
        if len(found) != 1:
            raise CommandError(
                f"--organization: {'several companies are' if found else 'no company is'} named so"
            )
        add_member(found[0], parsed.email, parsed.name, administrator=parsed.admin, password=password)
    print(f"{parsed.name}: added, {parsed.email} signs in at {load().chosei_public_url}")


REFUSED = {"taken": "somebody signs in with this address already; nothing was changed"}


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turns what actions and the database refuse into one line."""
    from django.db import OperationalError, ProgrammingError

    from chosei.actions.errors import InvalidInput

    try:
        yield
    except InvalidInput as error:
        said = (f"{field}: {REFUSED.get(code, code)}" for field, code in error.fields.items())
        raise CommandError("; ".join(said)) from None
    except OperationalError:
        raise CommandError("the database does not answer; start ./run, or set DATABASE_URL") from None
    except ProgrammingError:
        raise CommandError("the database is not migrated; run: ./run chosei migrate") from None
