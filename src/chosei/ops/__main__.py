import sys

from chosei.ops.cli import main

sys.exit(main())
