"""sendMail, with a message in JSON or a whole one in MIME; nothing leaves the machine.

Source: microsoft-graph-docs api/user-sendmail, concepts/outlook-send-mime-message.
"""

from __future__ import annotations

import base64
import binascii
from email import message_from_bytes, policy
from email.message import EmailMessage

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.errors import GraphError
from chosei.sandbox.graph.calls import Call, both
from chosei.sandbox.graph.mailboxes import Mailbox, find
from chosei.sandbox.graph.members import valid_address
from chosei.sandbox.graph.outbox import SentMail
from chosei.sandbox.graph.problems import bad_request, unknown_property

_MESSAGE = {
    "subject", "body", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "from", "sender", "flag",
    "importance", "attachments", "internetMessageHeaders", "categories", "isReadReceiptRequested", "id",
    "isDeliveryReceiptRequested", "isDraft", "isRead", "hasAttachments", "bodyPreview", "parentFolderId",
    "conversationId", "conversationIndex", "inferenceClassification", "internetMessageId", "extensions",
    "singleValueExtendedProperties", "multiValueExtendedProperties", "receivedDateTime", "sentDateTime",
}  # fmt: skip


def routes() -> list[Route]:
    """Under /me and /users/{id}."""
    return both("/sendMail", "POST", send_mail)


async def send_mail(call: Call) -> Response:
    """202; the mail is kept where the pages show it."""
    box = call.mailbox("Mail.Send", write=True)
    if call.kind == "text/plain":
        _keep_mime(call, box, await call.raw())
        return Response(status_code=202)
    body = await call.object("message", "saveToSentItems")
    message = body.get("message")
    if not isinstance(message, dict):
        raise bad_request("ErrorInvalidRequest", "The parameter 'message' is required.")
    for name in message:
        if name not in _MESSAGE and not name.startswith("@"):
            raise unknown_property(name, "microsoft.graph.message")
    people = [
        entry
        for name in ("toRecipients", "ccRecipients", "bccRecipients")
        for entry in message.get(name) or []
    ]
    addresses = [str(((entry or {}).get("emailAddress") or {}).get("address") or "") for entry in people]
    content = (message.get("body") or {}).get("content") or ""
    _keep(call, box, addresses, ("mail", message.get("subject") or "", content))
    return Response(status_code=202)


def _keep_mime(call: Call, box: Mailbox, raw: bytes) -> None:
    try:
        source = base64.b64decode(raw, validate=True)
    except binascii.Error as error:
        text = "Invalid base64 string for MIME content."
        raise bad_request("ErrorMimeContentInvalidBase64String", text) from error
    message = message_from_bytes(source, policy=policy.default)
    people = _addresses(message, "To", "Cc", "Bcc")
    if not message.keys():
        raise bad_request("ErrorMimeContentInvalid", "Invalid MIME content.")
    if any(sender.casefold() != box.address.casefold() for sender in _addresses(message, "From")):
        text = "The user account which was used to submit this request does not have the right to send mail."
        raise GraphError(403, "ErrorSendAsDenied", text)
    _keep(call, box, people, ("mime", str(message["Subject"] or ""), source.decode("utf-8", "replace")))


def _addresses(message: EmailMessage, *names: str) -> list[str]:
    headers = [header for name in names for header in message.get_all(name, [])]
    return [address.addr_spec for header in headers for address in header.addresses]


def _keep(call: Call, box: Mailbox, people: list[str], told: tuple[str, str, str]) -> None:
    """`told`: kind, subject and body. Raises GraphError unless every recipient is an address."""
    if not people or not all(valid_address(address) for address in people):
        raise bad_request("ErrorInvalidRecipients", "At least one recipient isn't valid.")
    kind, subject, body = told
    outside = {one: find(call.context.directory, one, box.tid) is None for one in people}
    call.store.outbox.send(
        SentMail(kind, box.key, box.address, one, outside[one], subject, body) for one in people
    )
