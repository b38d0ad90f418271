"""Each way in which Microsoft takes a permission away, by the sandbox's switches: seen for what it is, told
once to whoever can mend it, and over when it is mended."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chosei import wiring
from chosei.actions.confirm import confirm_candidate
from chosei.actions.connecting import begin_connection
from chosei.actions.members import add_member
from chosei.core.troubles import ADMINISTRATORS, NOT_THE_MEMBERS, OPERATORS, Trouble
from chosei.jobs import queue
from chosei.jobs.queue import CONVERGE
from chosei.mails import troubles_google
from chosei.mails.compose import compose
from chosei.mails.troubles import TROUBLES
from chosei.reconcile.observe import observe
from chosei.reconcile.sweep import sweep
from chosei.reconcile.tokens import access_token, keep_alive
from chosei.records.models import Connection, MailKind, MailMessage
from chosei.sandbox.faults import EVERYBODY, FaultKind
from chosei.sandbox.identity.problems import STEP_UP
from tests.support.company import GUEST, connect, propose
from tests.support.times import late
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db
SATO, SUZUKI = "sato@sample.example", "suzuki@sample.example"

LOST = [
    (FaultKind.CHALLENGE, Trouble.CHALLENGED),
    (FaultKind.REVOKED, Trouble.REVOKED),
    (FaultKind.MFA, Trouble.MFA),
    (FaultKind.CONDITIONAL_ACCESS, Trouble.CONDITIONAL_ACCESS),
    (FaultKind.SIGN_IN_FREQUENCY, Trouble.SIGN_IN_FREQUENCY),
    (FaultKind.PASSWORD_CHANGED, Trouble.PASSWORD_CHANGED),
    (FaultKind.IDLE, Trouble.IDLE),
    (FaultKind.ACCOUNT_DISABLED, Trouble.ACCOUNT_DISABLED),
    (FaultKind.ACCOUNT_DELETED, Trouble.ACCOUNT_DELETED),
    (FaultKind.CONSENT_WITHDRAWN, Trouble.CONSENT_WITHDRAWN),
    (FaultKind.APP_REMOVED, Trouble.APP_REMOVED),
    (FaultKind.NOT_ASSIGNED, Trouble.NOT_ASSIGNED),
]


@pytest.fixture
def suzuki(tenant, sato):
    """A colleague who is no administrator, connected."""
    member = add_member(sato.organization, SUZUKI, "鈴木 美咲")
    connection = tenant.connect(member)
    run_jobs()
    return Connection.objects.select_related("member").get(pk=connection.pk)


def an_hour_passes() -> None:
    Connection.objects.update(access_expires_at=timezone.now())


def told(kind: MailKind) -> list[str]:
    return [mail.recipient for mail in MailMessage.objects.filter(kind=kind)]


def letter(kind: MailKind) -> str:
    found = compose(MailMessage.objects.get(kind=kind), now=timezone.now())
    assert found is not None
    return found.text


def says(text: str, words: object) -> bool:
    """However the text is wrapped."""
    return "".join(str(words).split()) in "".join(text.split())


@pytest.mark.parametrize(("fault", "trouble"), LOST)
def test_a_lost_permission_is_known_for_what_it_is_and_told_once(tenant, suzuki, sato, fault, trouble):
    tenant.fault(fault, SUZUKI)
    an_hour_passes()
    for _ in range(3):
        observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert (suzuki.state, suzuki.trouble) == ("needs_reconnect", trouble)
    assert told(MailKind.RECONNECT) == ([] if trouble in NOT_THE_MEMBERS else [SUZUKI])
    assert told(MailKind.ACCOUNTS_IN_TROUBLE) == ([SATO] if trouble in ADMINISTRATORS else [])
    if trouble not in NOT_THE_MEMBERS:
        text = letter(MailKind.RECONNECT)
        assert says(text, TROUBLES[trouble].what)
        assert says(text, TROUBLES[trouble].member)
    if trouble in ADMINISTRATORS:
        text = letter(MailKind.ACCOUNTS_IN_TROUBLE)
        assert "鈴木 美咲" in text
        assert says(text, TROUBLES[trouble].administrator)


def test_every_trouble_has_its_own_words_for_whoever_can_mend_it():
    everything = [*TROUBLES.values(), *troubles_google.TROUBLES.values()]
    assert {*TROUBLES, *troubles_google.TROUBLES} == set(Trouble)
    assert len({str(words.what) for words in everything}) == len(everything)
    for words in everything:
        assert str(words.member)
        assert str(words.administrator)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [(FaultKind.SECRET_EXPIRED, Trouble.SECRET_EXPIRED), (FaultKind.SECRET_WRONG, Trouble.SECRET_WRONG)],
)
def test_our_own_secret_is_the_operators_affair(tenant, suzuki, sato, fault, trouble):
    tenant.fault(fault, EVERYBODY)
    an_hour_passes()
    for _ in range(3):
        observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert (suzuki.state, suzuki.trouble) == ("active", trouble)
    assert told(MailKind.REGISTRATION_BROKEN) == [SATO]
    assert told(MailKind.RECONNECT) == []
    assert says(letter(MailKind.REGISTRATION_BROKEN), TROUBLES[trouble].what)
    tenant.sandbox.context.faults.clear()
    observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert suzuki.trouble == ""
    [mail] = MailMessage.objects.filter(kind=MailKind.REGISTRATION_BROKEN)
    assert compose(mail, now=timezone.now()) is None, "what is mended is not complained of"


def test_a_mailbox_that_is_gone_twice_is_told_and_comes_back_by_itself(tenant, suzuki, sato):
    tenant.fault(FaultKind.NO_MAILBOX, SUZUKI)
    observe(suzuki.pk)
    assert told(MailKind.RECONNECT) == [], "a service being moved says so as well"
    observe(suzuki.pk)
    observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert (suzuki.state, suzuki.trouble) == ("active", Trouble.NO_MAILBOX)
    assert told(MailKind.RECONNECT) == [SUZUKI]
    assert told(MailKind.ACCOUNTS_IN_TROUBLE) == [SATO]
    assert "ライセンス" in letter(MailKind.ACCOUNTS_IN_TROUBLE)
    tenant.sandbox.context.faults.clear()
    observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert suzuki.trouble == ""


@pytest.mark.parametrize("fault", [FaultKind.MFA, FaultKind.CONDITIONAL_ACCESS, FaultKind.CHALLENGE])
def test_claims_are_passed_on_so_that_one_sign_in_is_enough(tenant, suzuki, fault):
    tenant.fault(fault, SUZUKI)
    an_hour_passes()
    observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert suzuki.claims == STEP_UP
    tenant.connect(suzuki.member)
    suzuki.refresh_from_db()
    assert (suzuki.state, suzuki.trouble, suzuki.claims) == ("active", "", "")
    an_hour_passes()
    observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert suzuki.state == "active", "the challenge is satisfied"


def test_graph_challenges_a_token_before_it_ends(tenant, suzuki):
    """A revocation is seen at once, since we say that we understand challenges."""
    sandbox = tenant.sandbox.context
    tenant.fault(FaultKind.CHALLENGE, SUZUKI)
    observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert suzuki.state == "needs_reconnect"
    assert sandbox.tokens.access(suzuki.access_token).evaluated


def test_a_revocation_that_the_permission_survives_costs_nothing(tenant, suzuki):
    """Graph refuses the access token with claims; the refresh carries them and is granted."""
    tenant.fault(FaultKind.REVOKED, SUZUKI, count=1)
    before = suzuki.access_token
    observe(suzuki.pk)
    suzuki.refresh_from_db()
    assert suzuki.state == "active"
    assert suzuki.access_token != before


def test_a_policy_that_hits_many_is_one_letter(tenant, suzuki, sato):
    tanaka = tenant.connect(add_member(sato.organization, "tanaka@sample.example", "田中 翔"))
    tenant.fault(FaultKind.CONDITIONAL_ACCESS, EVERYBODY)
    an_hour_passes()
    for pk in (suzuki.pk, tanaka.pk):
        observe(pk)
    assert told(MailKind.ACCOUNTS_IN_TROUBLE) == [SATO]
    text = letter(MailKind.ACCOUNTS_IN_TROUBLE)
    assert "鈴木 美咲" in text
    assert "田中 翔" in text


def test_what_an_administrator_mends_comes_back_without_a_sign_in(tenant, suzuki):
    tenant.fault(FaultKind.ACCOUNT_DISABLED, SUZUKI)
    an_hour_passes()
    observe(suzuki.pk)
    Connection.objects.update(refresh_due_at=timezone.now())
    sweep()
    run_jobs()
    suzuki.refresh_from_db()
    assert suzuki.state == "needs_reconnect"
    assert told(MailKind.RECONNECT) == []
    tenant.sandbox.context.faults.clear()
    Connection.objects.update(refresh_due_at=timezone.now())
    sweep()
    assert queue.KEEP_ALIVE in run_jobs()
    suzuki.refresh_from_db()
    assert (suzuki.state, suzuki.trouble) == ("active", "")
    assert suzuki.mirror_error == ""


def test_confirmed_meanwhile_is_written_when_the_account_is_back(tenant, linked, sato):
    proposal = propose(sato, [late(1), late(2)], now=timezone.now(), guest_email="")
    run_jobs(hurrying=CONVERGE)
    tenant.fault(FaultKind.MFA, SATO)
    an_hour_passes()
    observe(linked.pk)
    first = proposal.candidates.earliest("starts_at").pk
    appointment = confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    assert {one.event.show_as for one in tenant.ours(SATO)} == {"tentative"}
    tenant.connect(sato)
    run_jobs(hurrying=CONVERGE)
    [event] = tenant.ours(SATO)
    assert (event.starts, event.event.show_as) == (appointment.starts_at, "busy")


# --- keeping the permission alive ---------------------------------------------------------------------------


def test_an_idle_permission_is_used_well_before_it_dies(tenant, suzuki):
    """One that is being ended, with a meeting months ahead, is read by nobody."""
    due = suzuki.refresh_due_at
    assert timedelta(days=6) < due - timezone.now() < timedelta(days=8)
    before = suzuki.refresh_token
    Connection.objects.update(state="ending", refresh_due_at=timezone.now())
    keep_alive(suzuki.pk)
    suzuki.refresh_from_db()
    assert suzuki.refresh_token != before
    assert suzuki.refresh_due_at >= due


def test_a_thousand_that_fall_due_together_are_spread(sato):
    for number in range(25):
        one = add_member(sato.organization, f"member{number}@sample.example", "社員")
        connect(one, now=timezone.now(), refresh_due_at=timezone.now() - timedelta(days=1))
    sweep()
    waiting = Connection.objects.filter(refresh_due_at__gt=timezone.now())
    assert waiting.count() == 20
    sweep()
    assert waiting.count() == 25


def test_what_is_used_anyway_is_not_asked_again(tenant, suzuki):
    sweep()
    assert queue.KEEP_ALIVE not in run_jobs()


def test_a_login_name_that_changed_is_noticed_with_the_next_refresh(tenant, suzuki):
    assert suzuki.login_names.split() == [SUZUKI, SUZUKI]
    Connection.objects.filter(pk=suzuki.pk).update(login_names="suzuki@before.example")
    access_token(suzuki.pk, force=True)
    assert queue.CHECK_ACCOUNT in run_jobs()
    access_token(suzuki.pk, force=True)
    assert queue.CHECK_ACCOUNT not in run_jobs()


def test_only_the_operators_troubles_leave_the_connection_alone():
    assert set(Trouble) >= OPERATORS
    assert not OPERATORS & ADMINISTRATORS


def test_the_sign_in_after_a_refused_code_carries_what_was_asked(tenant, suzuki):
    from chosei.records.models import ConnectionAttempt

    begin_connection(suzuki.member, "microsoft")
    ConnectionAttempt.objects.update(claims=STEP_UP, result="mfa")
    assert "capolids" in begin_connection(suzuki.member, "microsoft")
    wiring.forget()
