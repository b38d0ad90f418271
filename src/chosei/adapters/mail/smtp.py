"""MailPort over SMTP.

One connection a letter: mail is rare here, and an idle connection is one more thing to lose.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from email.utils import parseaddr

from chosei.adapters.mail.answers import port_error
from chosei.adapters.mail.message import Parcel, ascii_domain, pack
from chosei.adapters.mail.server import SmtpServer
from chosei.ports.errors import Misconfigured, Rejected
from chosei.ports.mail import Letter


class SmtpMail:
    """Hands letters to one mail server. ``sender`` is CHOSEI_EMAIL_FROM, with or without a display name."""

    def __init__(self, server: SmtpServer, sender: str, *, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._sender = parseaddr(sender)[1]
        self._tls = tls
        if "@" not in self._sender:
            raise Misconfigured("sender_address_unusable")

    def send(self, letter: Letter) -> None:
        """See ``ports.mail.MailPort.send``."""
        parcel = pack(letter, self._sender)
        try:
            connection = self._connect()
            try:
                self._hand_over(connection, parcel)
            except BaseException:
                connection.close()
                raise
        except (smtplib.SMTPException, OSError) as error:
            raise port_error(error) from None
        # The server has said that it took the letter; how it says goodbye changes nothing.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            connection.quit()
        connection.close()

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        # Our own domain as greeting: the default asks the resolver for this machine's name.
        greeting = ascii_domain(self._sender).rpartition("@")[2]
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, greeting, timeout=server.timeout, context=self._context()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, greeting, timeout=server.timeout)
        try:
            if server.security == "starttls":
                connection.starttls(context=self._context())
            if server.user:
                connection.login(server.user, server.password)
            connection.ehlo_or_helo_if_needed()
        except BaseException:
            connection.close()
            raise
        return connection

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _hand_over(self, connection: smtplib.SMTP, parcel: Parcel) -> None:
        if parcel.utf8 and not connection.has_extn("smtputf8"):
            raise Rejected("smtp_no_utf8_addresses")
        options = ("SMTPUTF8", "BODY=8BITMIME") if parcel.utf8 else ()
        connection.sendmail(parcel.sender, [parcel.recipient], parcel.content, mail_options=options)
