"""Which trouble a refusal of the identity platform names: for people's eyes, never for what we do next.

Numbers and texts may change (entra-docs identity-platform/reference-error-codes), so each has its fallback: a
number we do not know leads to what ``error`` and ``suberror`` say, and those to Trouble.SIGNED_OUT.
"""

from __future__ import annotations

from collections.abc import Iterable

from chosei.core.troubles import Trouble

_BY_NUMBER = {
    Trouble.CHALLENGED: (50158,),
    Trouble.MFA: (50072, 50074, 50076, 50078, 50079),
    Trouble.CONDITIONAL_ACCESS: (
        *(50005, 50097, 53000, 53001, 53002, 53003, 53004, 53008, 53009, 53010, 53011),
        *(530001, 530002, 530003, 530032, 530034, 530035),
    ),
    Trouble.SIGN_IN_FREQUENCY: (70043, 70044),
    Trouble.PASSWORD_CHANGED: (50055, 50132, 50133, 50142, 50144),
    Trouble.REVOKED: (50173,),
    Trouble.IDLE: (70008, 700082, 700084),
    Trouble.ACCOUNT_DISABLED: (50057,),
    Trouble.ACCOUNT_DELETED: (50034, 51004),
    Trouble.CONSENT_WITHDRAWN: (65001,),
    Trouble.APP_REMOVED: (700016, 7000112),
    Trouble.NOT_ASSIGNED: (50105,),
    Trouble.SECRET_EXPIRED: (7000222,),
    Trouble.SECRET_WRONG: (7000215, 7000216, 7000218, 700027),
}
_KNOWN = {number: trouble for trouble, numbers in _BY_NUMBER.items() for number in numbers}
# microsoft-authentication-library docs, "suberror": what a client may tell people.
_BY_SUBERROR = {
    "consent_required": Trouble.CONSENT_WITHDRAWN,
    "user_password_expired": Trouble.PASSWORD_CHANGED,
    "basic_action": Trouble.MFA,
    "additional_action": Trouble.CONDITIONAL_ACCESS,
    "message_only": Trouble.CONDITIONAL_ACCESS,
    "protection_policy_required": Trouble.CONDITIONAL_ACCESS,
    "device_authentication_failed": Trouble.CONDITIONAL_ACCESS,
}


def trouble_of(error: str, numbers: Iterable[int], suberror: object, *, challenged: bool) -> Trouble:
    """Why a permission is refused. ``challenged``: the answer carried claims."""
    known = next((_KNOWN[number] for number in numbers if number in _KNOWN), None)
    if known is None and isinstance(suberror, str):
        known = _BY_SUBERROR.get(suberror)
    if known is None and error == "consent_required":
        known = Trouble.CONSENT_WITHDRAWN
    return known or (Trouble.CHALLENGED if challenged else Trouble.SIGNED_OUT)


def fault_of(numbers: Iterable[int]) -> Trouble:
    """Why our own registration is refused."""
    known = (_KNOWN.get(number) for number in numbers)
    secrets = (Trouble.SECRET_EXPIRED, Trouble.SECRET_WRONG)
    return next((one for one in known if one in secrets), Trouble.REGISTRATION_REFUSED)
