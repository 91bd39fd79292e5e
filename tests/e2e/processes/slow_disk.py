"""`python slow_disk.py FIFO ARGUMENTS...`: hotrun on a disk that hangs: it answers for slow.c when FIFO is opened.

As a network disk does that cannot reach its server: whoever looks at the file waits. And `Engine.handle` is watched.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[3]))

from hotrun.adapters.diagnostics import patient_thread
from hotrun.cli.entry import main
from tests.support.purity import pure_handle

_stat = os.stat
_fifo = sys.argv.pop(1)


def _slow_stat(path: Any, **options: Any) -> os.stat_result:
    if str(path).endswith("slow.c"):
        os.close(os.open(_fifo, os.O_RDONLY))
    return _stat(path, **options)


os.stat = _slow_stat
patient_thread.MAX_WAIT_S = 6.0  # time for all that has to go on meanwhile, on a busy machine, too
with pure_handle():
    sys.exit(main())
