"""Where the company's approval stands, for the pages that explain the wall."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from chosei.actions.approvals import approval_of, waiting_for_approval
from chosei.core.states import ApprovalState
from chosei.ports.providers import MICROSOFT
from chosei.records.models import Member
from chosei.web.console import words
from chosei.web.console.connecting import request_of


def approval_context(member: Member) -> dict[str, Any]:
    """For parts/approval.html. The letter is there once somebody has asked."""
    approval = approval_of(member.organization_id, MICROSOFT)
    asked = approval is not None and approval.state != ApprovalState.GRANTED
    waiting = 0
    if member.is_administrator:
        waiting = waiting_for_approval(member.organization, MICROSOFT, timezone.now()).count()
    return {
        "approval": approval,
        "approval_word": words.APPROVAL[ApprovalState(approval.state)] if approval else None,
        "approval_how": words.APPROVED_HOW.get(approval.how, "") if approval else "",
        "letter": request_of(approval, member) if approval is not None and asked else None,
        "waiting": waiting,
        "member_administers": member.is_administrator,
    }
