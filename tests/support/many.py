"""A company with very many appointments, written by the database itself from one that exists."""

from __future__ import annotations

from django.db import connection as database

from chosei.records.models import Appointment

RARE = "六本木 五郎"

_OWN = {
    "link_hash": "'many' || n",
    "ics_uid": "'many' || n",
    "submission": "gen_random_uuid()",
    "proposal_id": "NULL",
    "candidate_id": "NULL",
    "guest_company": "'株式会社' || n",
    "guest_name": f"CASE WHEN n %% 1000 = 0 THEN '{RARE}' ELSE '客 ' || n END",
    "guest_email": "'g' || n || '@test.example'",
    "starts_at": "starts_at + (n - %(count)s / 2) * interval '1 hour'",
    "ends_at": "starts_at + (n - %(count)s / 2) * interval '1 hour' + interval '30 minutes'",
    "next_reminder_at": "NULL",
}


def many_like(appointment: Appointment, count: int) -> None:
    """``count`` copies an hour apart, half of them past; each customer another, one in a thousand RARE."""
    fields = Appointment._meta.concrete_fields
    columns = [str(one.column) for one in fields if not one.primary_key and not one.generated]
    values = ", ".join(_OWN.get(column, column) for column in columns)
    with database.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO records_appointment ({', '.join(columns)}) SELECT {values}"
            " FROM records_appointment, generate_series(1, %(count)s) AS n WHERE id = %(template)s",
            {"count": count, "template": appointment.pk},
        )
        # Promises that no longer stand: they are in a host's list like the others, and quicker to write.
        cursor.execute(
            "INSERT INTO records_promise (appointment_id, host_id, during, position, standing, answer,"
            " before_given_back, after_given_back) SELECT a.id, p.host_id, tstzrange(a.starts_at, a.ends_at),"
            " 0, false, '', false, false FROM records_appointment a, records_promise p"
            " WHERE p.appointment_id = %s AND a.link_hash LIKE 'many%%'",
            [appointment.pk],
        )
        cursor.execute("ANALYZE records_appointment, records_promise, records_proposal")
