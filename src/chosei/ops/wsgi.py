"""What the web server loads in each of its processes."""

from __future__ import annotations

import gc
import os
import signal

from chosei.ops.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chosei.ops.settings")
os.environ.setdefault("CHOSEI_PROCESS", "web")
if os.environ.get("CHOSEI_TIED"):
    # A server whose main process was killed would otherwise leave its workers behind, holding the port.
    die_with_parent(signal.SIGKILL)

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# What is loaded now stays: the collector need not go through half a million objects again and again, which
# makes single requests wait, nor write to memory that the server's processes share.
gc.collect()
gc.freeze()
