"""Mail over SMTP: the letters of `chosei.mails`, handed to the mail server of CHOSEI_EMAIL_URL."""

from chosei.adapters.mail.server import SmtpServer, server_from_url
from chosei.adapters.mail.smtp import SmtpMail

__all__ = ["SmtpMail", "SmtpServer", "server_from_url"]
