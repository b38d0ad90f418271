"""What a mail server's refusal means, decided once (RFC 5321 section 4.2, enhanced codes of RFC 3463).

Only numbers are kept: a server's sentence mostly repeats the recipient's address.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl

from chosei.ports.errors import Misconfigured, PortError, Rejected, Transient

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NEEDS_SIGN_IN = 530
_TOO_LARGE = 552


def port_error(error: smtplib.SMTPException | OSError) -> PortError:
    """The port's word for what smtplib or the network raised."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, sentence = next(iter(error.recipients.values()))
        return _of_answer(code, sentence, Rejected)
    if isinstance(error, smtplib.SMTPDataError):
        return _of_answer(error.smtp_code, error.smtp_error, Rejected)
    if isinstance(error, smtplib.SMTPSenderRefused):
        refused = Rejected if error.smtp_code == _TOO_LARGE else Misconfigured
        return _of_answer(error.smtp_code, error.smtp_error, refused)
    if isinstance(error, smtplib.SMTPResponseException):
        # Sign-in, greeting, HELO and STARTTLS: no letter of ours was looked at yet.
        return _of_answer(error.smtp_code, error.smtp_error, Misconfigured)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Misconfigured("smtp_not_supported")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        # smtplib closes the connection when an answer takes too long, and tells both in the same way.
        return Transient(
            "smtp_timeout" if isinstance(error.__context__, TimeoutError) else "smtp_disconnected"
        )
    if isinstance(error, smtplib.SMTPException):
        return Misconfigured("smtp_protocol")
    return _of_network(error)


def _of_answer(code: int, sentence: bytes | str, permanent: type[PortError]) -> PortError:
    text = sentence.decode("ascii", "replace") if isinstance(sentence, bytes) else sentence
    enhanced = _ENHANCED.match(text)
    name = f"smtp_{code}" + (f"_{enhanced[1]}" if enhanced else "")
    if code == _NEEDS_SIGN_IN:
        return Misconfigured(name)
    return permanent(name) if 500 <= code < 600 else Transient(name)


def _of_network(error: OSError) -> PortError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Misconfigured("smtp_certificate")
    if isinstance(error, ssl.SSLError):
        return Transient("smtp_tls")
    if isinstance(error, TimeoutError):
        return Transient("smtp_timeout")
    if isinstance(error, socket.gaierror):
        return Transient("smtp_name")
    return Transient("smtp_network")
