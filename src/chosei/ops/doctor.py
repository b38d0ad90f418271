"""`chosei doctor`: what would keep Chosei from working, each with the next step."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chosei.ops.config import Config, ConfigError, is_loopback, load

TIMEOUT_SECONDS = 5.0
LARGEST_CLOCK_ERROR_SECONDS = 60.0
"""Sign-in tokens are refused beyond a few minutes; a minute is early enough to say so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `advice` is empty when all is well."""

    subject: str
    state: str
    advice: str = ""


def run(setup: Callable[[], None]) -> int:
    """Make every check and print a line for each; exit code 1 when one of them needs attention."""
    try:
        config = load()
    except ConfigError as error:
        for line in str(error).splitlines():
            _print(Finding("configuration", line.partition(":")[0] + " is wrong", line))
        return 1
    findings = [Finding("configuration", "complete"), check_database(setup)]
    findings += check_sign_in(config)
    findings.append(check_mail(config))
    for finding in findings:
        _print(finding)
    return 1 if any(finding.advice for finding in findings) else 0


def check_database(setup: Callable[[], None]) -> Finding:
    """Whether the database answers and has every migration."""
    setup()
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError:
        return Finding("database", "does not answer", "start Chosei with ./run, or check DATABASE_URL")
    finally:
        connection.close()
    if waiting:
        return Finding("database", f"lacks {len(waiting)} migrations", "run: ./run chosei migrate")
    return Finding("database", "answers and is up to date")


def check_sign_in(config: Config) -> list[Finding]:
    """Whether Microsoft's OpenID discovery answers, and whether our clock agrees with theirs."""
    import httpx2

    subject = "Microsoft 365 sign-in"
    if not config.chosei_microsoft_client_id:
        return [
            Finding(
                subject, "not configured", "set CHOSEI_MICROSOFT_CLIENT_ID and …_SECRET, or use the sandbox"
            )
        ]
    base = f"{config.chosei_microsoft_login_url}/{config.chosei_microsoft_tenant}/v2.0"
    try:
        response = httpx2.get(
            f"{base}/.well-known/openid-configuration",
            timeout=TIMEOUT_SECONDS,
            trust_env=not is_loopback(base),
        )
        response.raise_for_status()
        issuer = response.json().get("issuer", "")
    except httpx2.HTTPStatusError as error:
        state = f"answers {error.response.status_code}"
        return [Finding(subject, state, "check CHOSEI_MICROSOFT_TENANT and CHOSEI_MICROSOFT_LOGIN_URL")]
    except (httpx2.HTTPError, ValueError) as error:
        advice = "let this machine reach CHOSEI_MICROSOFT_LOGIN_URL (proxy, firewall)"
        if config.sandboxed:
            advice = "start the sandbox with ./run"
        return [Finding(subject, f"cannot be reached ({type(error).__name__})", advice)]
    findings = [Finding(subject, "answers")]
    if not issuer:
        findings = [
            Finding(subject, "answers, but not with OpenID discovery", "check CHOSEI_MICROSOFT_LOGIN_URL")
        ]
    return [*findings, check_clock(response.headers.get("date", ""), datetime.now(UTC))]


def check_clock(date_header: str, now: datetime) -> Finding:
    """Our clock against the Date header of an answer received just now."""
    try:
        theirs = parsedate_to_datetime(date_header)
    except ValueError:
        return Finding("clock", "cannot be compared (the answer had no date)")
    seconds = (now - theirs).total_seconds()
    if abs(seconds) > LARGEST_CLOCK_ERROR_SECONDS:
        way = "fast" if seconds > 0 else "slow"
        return Finding(
            "clock",
            f"is {abs(seconds):.0f} s {way}",
            "turn on time synchronisation (timedatectl set-ntp true)",
        )
    return Finding("clock", "agrees")


def check_mail(config: Config) -> Finding:
    """Whether the mail server answers, protects the connection and lets us in."""
    server = config.mail_server
    advice = "start the mailbox viewer with ./run" if config.mail_caught else "check CHOSEI_EMAIL_URL"
    try:
        kind = smtplib.SMTP_SSL if server.security == "tls" else smtplib.SMTP
        with kind(server.host, server.port, timeout=TIMEOUT_SECONDS) as client:
            if server.security == "starttls":
                client.starttls(context=ssl.create_default_context())
            if server.user:
                client.login(server.user, server.password)
            client.noop()
    except smtplib.SMTPAuthenticationError:
        return Finding("mail server", "refuses the sign-in", "check user and password in CHOSEI_EMAIL_URL")
    except (OSError, smtplib.SMTPException) as error:
        return Finding("mail server", f"cannot be used ({type(error).__name__})", advice)
    return Finding("mail server", "answers")


def _print(finding: Finding) -> None:
    mark = "!!" if finding.advice else "ok"
    print(f"{mark}  {finding.subject}: {finding.state}" + (f" -> {finding.advice}" if finding.advice else ""))
