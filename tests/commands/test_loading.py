"""What a process loads is looked through for garbage neither while it comes nor at the end; what it makes afterwards is."""

import subprocess
import sys

SCRIPT = """
import gc
from commands.loading import loading
class Looked:
    def find_spec(self, name, path=None, target=None):
        seen.append(gc.isenabled())
import sys
seen = []
sys.meta_path.insert(0, Looked())
with loading():
    import commands.line
assert seen and not any(seen), "looked while loading"
assert gc.isenabled()
assert gc.get_freeze_count() > 100_000
try:
    with loading():
        import commands.nowhere
except ImportError:
    assert gc.isenabled()
"""


def test_the_collector_waits_and_goes_on() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=60)
    assert ran.stderr == ""
    assert ran.returncode == 0
