"""`chosei doctor`: what would keep Chosei from working, each with the next step."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from chosei.ops.addresses import LOOPBACK_HOSTS, is_loopback
from chosei.ops.config import Config, ConfigError, load
from chosei.ops.doctor_google import check_google
from chosei.ops.doctor_graph_mail import check_graph_mail
from chosei.ops.doctor_registration import check_registration, count_granted
from chosei.ops.doctor_sender import check_sender
from chosei.ops.doctor_zoom import check_zoom
from chosei.ops.finding import Finding
from chosei.ops.mail_urls import MailServer

TIMEOUT_SECONDS = 5.0
LARGEST_CLOCK_ERROR_SECONDS = 60.0
"""Sign-in tokens are refused beyond a few minutes; a minute is early enough to say so."""


def run(setup: Callable[[], None], live: str = "") -> int:
    """Make every check and print a line for each; exit code 1 when one of them needs attention.

    `live`: the address of a member through whose connection to walk as well.
    """
    try:
        config = load()
    except ConfigError as error:
        for line in str(error).splitlines():
            print(Finding("configuration", line.partition(":")[0] + " is wrong", line))
        return 1
    findings = [Finding("configuration", "complete"), check_database(setup)]
    ready = not findings[-1].advice
    findings += check_sign_in(config)
    reached = not findings[-1].advice
    if reached and config.chosei_microsoft_client_id:
        findings += check_registration(config)
    findings += check_google(config)
    findings += check_zoom(config)
    if ready:
        findings.append(count_granted())
    findings.append(check_mail(config))
    findings += check_sender(config)
    for finding in findings:
        print(finding)
    if live:
        findings += _live(config, live, ready=ready)
    return 1 if any(finding.advice for finding in findings) else 0


def _live(config: Config, address: str, *, ready: bool) -> list[Finding]:
    """The walk through one member's connection, printed as a report."""
    from chosei.ops import doctor_live

    if not ready:
        found = [Finding("live", "not tried: the database is not ready", "mend the database first")]
    else:
        found = doctor_live.walk(address)
    print()
    print(doctor_live.report(config, found, datetime.now(UTC)))
    return found


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
        advice = "set CHOSEI_MICROSOFT_CLIENT_ID and …_SECRET, or use the sandbox"
        return [Finding(subject, "not configured", "" if config.chosei_google_client_id else advice)]
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
    if theirs.tzinfo is None:  # "-0000": the time is UTC, the place unknown (RFC 5322)
        theirs = theirs.replace(tzinfo=UTC)
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
    """Whether the mail server answers, greets, protects the connection and lets us in; nothing is sent."""
    if config.mail_from_graph:
        return check_graph_mail(config, config.mail_from_graph)
    server = config.mail_server
    advice = "start the mailbox viewer with ./run" if config.mail_caught else "check CHOSEI_EMAIL_URL"
    try:
        with _greeted(server) as client:
            if server.user:
                client.login(server.user, server.password)
            client.noop()
    except smtplib.SMTPAuthenticationError as error:
        state = f"refuses the sign-in ({error.smtp_code})"
        return Finding("mail server", state, "check user and password in CHOSEI_EMAIL_URL" + _basic(server))
    except (OSError, smtplib.SMTPException) as error:
        return Finding("mail server", f"cannot be used ({type(error).__name__})", advice)
    if server.security == "none" and server.user and server.host not in LOOPBACK_HOSTS:
        return Finding(
            "mail server",
            "answers, but the password crosses the network unprotected",
            "use smtp+starttls:// or smtps:// in CHOSEI_EMAIL_URL",
        )
    how = {"none": "unprotected", "starttls": "STARTTLS", "tls": "TLS"}[server.security]
    return Finding("mail server", f"answers ({how}{', lets us in' if server.user else ''})")


def _greeted(server: MailServer) -> smtplib.SMTP:
    """A connection that has said EHLO, over TLS where asked for. Raises OSError, SMTPException."""
    context = ssl.create_default_context()
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.security == "starttls":
            client.starttls(context=context)
        client.ehlo_or_helo_if_needed()
    except BaseException:
        client.close()
        raise
    return client


def _basic(server: MailServer) -> str:
    """Exchange Online is giving up passwords for SMTP; that looks like a wrong one."""
    if server.host.lower().endswith("office365.com"):
        return "; Exchange Online takes no passwords in many tenants, see docs/microsoft365.md (graph://)"
    return ""
