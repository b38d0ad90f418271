from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the tables may be large, and a company goes on booking meanwhile

    dependencies = [
        ('records', '0026_arranged_by_filled'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='appointment',
            index=models.Index(fields=['arranged_by', 'starts_at', 'id'], name='appointment_of_arranger'),
        ),
        AddIndexConcurrently(
            model_name='appointment',
            index=models.Index(fields=['booking_page', 'starts_at', 'id'], name='appointment_of_page_by_start'),
        ),
        AddIndexConcurrently(
            model_name='promise',
            index=models.Index(models.F('host'), models.Func(models.F('during'), function='lower'), models.F('appointment'), condition=models.Q(('host__isnull', False)), name='promise_of_host_by_start'),
        ),
        AddIndexConcurrently(
            model_name='proposal',
            index=models.Index(fields=['author', '-id'], name='proposal_of_author'),
        ),
        AddIndexConcurrently(
            model_name='proposalhost',
            index=models.Index(fields=['member', '-proposal'], name='proposal_of_host'),
        ),
    ]
