"""SPF, DKIM and DMARC of the domain Chosei writes from: without them its mail lands among the spam.

SPF: RFC 7208; DKIM: RFC 6376; DMARC: RFC 7489. A DKIM key stands under a selector that only the mail server
knows, so the selectors of common services are tried and a miss is no fault.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parseaddr

from chosei.core.addresses import domain_of
from chosei.ops.config import Config
from chosei.ops.dns_text import NoResolver, text_records
from chosei.ops.finding import Finding

SELECTORS = ("selector1", "selector2", "google", "default", "mail", "s1", "k1")
_RESERVED = ("example", "test", "invalid", "localhost", "local", "example.com", "example.net", "example.org")
"""RFC 2606 and RFC 6762: names that no mail comes from."""

LookUp = Callable[[str], list[str]]


def check_sender(config: Config, look_up: LookUp = text_records) -> list[Finding]:
    """A finding each for SPF, DKIM and DMARC, or one that says why there is nothing to look up."""
    domain = domain_of(parseaddr(config.chosei_email_from)[1])
    if config.mail_caught or not domain or domain.endswith(tuple(f".{name}" for name in _RESERVED)):
        return [Finding("sender's domain", "not looked up: no mail leaves this machine under it")]
    if domain in _RESERVED:
        return [Finding("sender's domain", f"{domain} is an example", "set CHOSEI_EMAIL_FROM")]
    try:
        return [_spf(domain, config, look_up), _dkim(domain, look_up), _dmarc(domain, look_up)]
    except NoResolver:
        return [Finding("sender's domain", f"{domain} cannot be looked up: no name server answers here")]


def _spf(domain: str, config: Config, look_up: LookUp) -> Finding:
    records = [one for one in look_up(domain) if one.lower().split(" ")[0] == "v=spf1"]
    if len(records) == 1:
        ours = "spf.protection.outlook.com" if config.mail_from_graph else "CHOSEI_EMAIL_URL's"
        return Finding("SPF", f"{domain} names its mail servers; {ours} must be among them")
    state = f"{domain} has {'several records' if records else 'no record'}"
    return Finding(
        "SPF", state, f"publish one TXT record at {domain} that begins with v=spf1 and names the mail server"
    )


def _dkim(domain: str, look_up: LookUp) -> Finding:
    for selector in SELECTORS:
        if any("p=" in record for record in look_up(f"{selector}._domainkey.{domain}")):
            return Finding("DKIM", f"{domain} has a key ({selector})")
    return Finding("DKIM", f"no key under the usual selectors of {domain}; make sure the mail server signs")


def _dmarc(domain: str, look_up: LookUp) -> Finding:
    parts = domain.split(".")
    # The organisation's own record counts for its subdomains.
    names = [".".join(parts[start:]) for start in range(len(parts) - 1)]
    for name in names:
        if any(record.lower().startswith("v=dmarc1") for record in look_up(f"_dmarc.{name}")):
            return Finding("DMARC", f"{name} has a policy")
    return Finding(
        "DMARC",
        f"{domain} has no policy",
        f"publish a TXT record at _dmarc.{domain}, such as v=DMARC1; p=none",
    )
