"""The letters of `chosei.mails`, handed to what CHOSEI_EMAIL_URL names: a mail server, or Microsoft Graph."""

from chosei.adapters.mail.server import SmtpServer
from chosei.adapters.mail.smtp import SmtpMail

__all__ = ["SmtpMail", "SmtpServer"]
