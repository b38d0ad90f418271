"""The errors this part of Graph answers with, under the codes Graph uses.

Sources: reference page concepts/errors, and issue threads of microsoftgraph/microsoft-graph-docs for the
codes of Outlook (#4758 time zones, #19286 property validation, #19703 intervals, #7047 getSchedule).
"""

from __future__ import annotations

from collections.abc import Mapping

from chosei.sandbox.errors import GraphError


class DetailedGraphError(GraphError):
    """A GraphError whose JSON carries further members, such as `@event.existingEventId` or `details`."""

    def __init__(self, status: int, code: str, message: str, extra: Mapping[str, object]) -> None:
        super().__init__(status, code, message)
        self.extra = dict(extra)


def bad_request(code: str, message: str) -> GraphError:
    """400 with the given code."""
    return GraphError(400, code, message)


def invalid_property(name: str, reason: str) -> GraphError:
    """400 for a member that exists but has a value Exchange does not accept."""
    return DetailedGraphError(
        400,
        "ErrorPropertyValidationFailure",
        "At least one property failed validation.",
        {"details": [{"code": "ErrorPropertyValidationFailure", "message": reason, "target": name}]},
    )


def unknown_property(name: str, type_name: str) -> GraphError:
    """400 for a member the type does not have; Graph refuses the whole body."""
    return bad_request(
        "RequestBodyRead",
        f"The property '{name}' does not exist on type '{type_name}'. Make sure to only use property names "
        "that are defined by the type.",
    )


def wrong_type(name: str, expected: str) -> GraphError:
    """400 for a JSON value of another kind than the member's."""
    return bad_request(
        "RequestBodyRead", f"Cannot convert the value of '{name}' to the expected type '{expected}'."
    )


def bad_query(message: str) -> GraphError:
    """400 for a query option Graph cannot read or does not offer here."""
    return bad_request("RequestBroker--ParseUri", message)


def item_not_found() -> GraphError:
    """404 for an event that is not, or no longer, in the mailbox."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def deleted_before() -> GraphError:
    """403 for deleting, by its immutable id, what is in Deleted Items (msgraph-sdk-dotnet issue 3047)."""
    return GraphError(403, "ErrorCannotDeleteObject", "Object cannot be deleted.")


def malformed_id() -> GraphError:
    """400 for a text that cannot be an item's id; ids are case-sensitive."""
    return bad_request("ErrorInvalidIdMalformed", "Id is malformed.")


def no_mailbox() -> GraphError:
    """404 for an account without a licensed cloud mailbox."""
    return GraphError(
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    )


def access_denied() -> GraphError:
    """403 for what the token may not do."""
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def no_such_user(key: str) -> GraphError:
    """404 for a directory object outside the tenant or unknown."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.",
    )


def conflict_of_versions() -> GraphError:
    """412 when If-Match names another version than the stored one."""
    return GraphError(
        412,
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the request "
        "does not match the current change key for the item.",
    )
