"""The settings of a booking page by the groups people know: 会議, 営業日時, 詳細設定, お客様へのメール."""

from __future__ import annotations

from django.db import models

_COUNTS = [("", "as the member chose"), ("busy", "busy"), ("free", "free")]


class MeetingSettings(models.Model):
    """会議. ``participation`` and ``pick``: core.hostchoice; ``other_durations``: minutes, besides the usual
    length; ``other_formats``: [{"format": "visit", "location": "…"}], besides the usual one.
    ``title_pattern``: of the event, see ``core.titles``; empty for the usual one.
    """

    participation = models.CharField(max_length=16, default="all")
    pick = models.CharField(max_length=16, default="even")
    other_durations = models.JSONField(default=list, blank=True)
    other_formats = models.JSONField(default=list, blank=True)
    title_pattern = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        abstract = True


class OpeningSettings(models.Model):
    """営業日時. ``window_first`` and ``window_last``: fixed dates in place of the rolling ``window_days``.

    ``overrides`` is the JSON form of ``core.hours.DateOverrides``, ``holiday_hours`` of one day's spans;
    ``holiday_rule`` is a ``core.holidays.HolidayRule``, ``holiday_country`` an ISO 3166 code. Caps count the
    bookings that stand; ``cap_guest`` those of one customer that are still to come. None: no limit.
    ``member_hours``: each host is offered within their own working hours alone, if they keep any and the page
    has no hours of its own for them.
    """

    member_hours = models.BooleanField(default=True)
    max_notice_minutes = models.PositiveIntegerField(null=True, blank=True)
    window_first = models.DateField(null=True, blank=True)
    window_last = models.DateField(null=True, blank=True)
    overrides = models.JSONField(default=dict, blank=True)
    holiday_rule = models.CharField(max_length=8, default="closed")
    holiday_country = models.CharField(max_length=8, default="JP")
    holiday_hours = models.JSONField(default=list, blank=True)
    cap_day = models.PositiveIntegerField(null=True, blank=True)
    cap_week = models.PositiveIntegerField(null=True, blank=True)
    cap_total = models.PositiveIntegerField(null=True, blank=True)
    cap_guest = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True


class DetailSettings(models.Model):
    """詳細設定. ``free_words``: an event whose title contains one of them counts as free. ``…_counts``: what
    a status counts as, "busy" or "free", or empty for what each member chose.

    The ``guest_…`` settings are those of the organisation where they are None.
    """

    buffer_entries = models.BooleanField(default=False, help_text="バッファ用カレンダー予定の自動作成")
    buffer_title = models.CharField(max_length=200, blank=True, default="")
    free_words = models.JSONField(default=list, blank=True, help_text="空き時間判定キーワード")
    tentative_counts = models.CharField(max_length=8, blank=True, default="", choices=_COUNTS)
    oof_counts = models.CharField(max_length=8, blank=True, default="", choices=_COUNTS)
    elsewhere_counts = models.CharField(max_length=8, blank=True, default="", choices=_COUNTS)
    needs_approval = models.BooleanField(default=False)
    approval_hours = models.PositiveIntegerField(default=48, help_text="then a request lapses")
    guest_may_change = models.BooleanField(null=True, blank=True)
    guest_may_cancel = models.BooleanField(null=True, blank=True)
    guest_until_hours = models.PositiveIntegerField(null=True, blank=True)
    consent_required = models.BooleanField(default=False)

    class Meta:
        abstract = True


class MailSettings(models.Model):
    """お客様へのメール. Hours before the meeting at which each is reminded; None: by the organisation."""

    guest_reminder_hours = models.JSONField(null=True, blank=True)
    host_reminder_hours = models.JSONField(null=True, blank=True)

    class Meta:
        abstract = True
