"""How several runners share the tests of one run."""

from collections import OrderedDict

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ONE_RUNNER = {
    "processes": ("tests/faults/", "tests/commands/test_demo.py"),
    "browser": ("tests/browser/",),
}
"""Tests that start whole services: where several runners share the work, one of them takes all of a row, one after the other. Two services that are
killed side by side on two cores take longer than one after the other: each waits for the other's processes to start.
"""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types. Its own groups do nothing since pytest 9.2
    """Each test is work of its own, but for the rows.

    What is done is forgotten at once, and a test's number is looked up: xdist counts all that a runner ever did whenever any runner says
    anything, and searches the whole collection for each test, which grows with the square of their number.
    """

    assigned_work: dict[WorkerController, dict[str, dict[str, bool]]]
    registered_collections: dict[WorkerController, list[str]]
    workqueue: OrderedDict[str, dict[str, bool]]

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        nodeid = self.registered_collections[node][item_index]
        scope = self._split_scope(nodeid)
        unit = self.assigned_work[node][scope]
        unit[nodeid] = True
        if all(unit.values()):
            del self.assigned_work[node][scope]
        self._reschedule(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        scope, unit = self.workqueue.popitem(last=False)
        self.assigned_work.setdefault(node, {})[scope] = unit
        numbers = self._numbers()
        node.send_runtest_some([numbers[nodeid] for nodeid, done in unit.items() if not done])

    def _numbers(self) -> dict[str, int]:
        """Each test's place in the collection, which is the same for every runner: xdist ends a run where it is not."""
        if not hasattr(self, "_by_name"):
            assert self.collection is not None
            self._by_name = {nodeid: number for number, nodeid in enumerate(self.collection)}
        return self._by_name

    def _split_scope(self, nodeid: str) -> str:
        """What a test must share a runner with: its row, or nobody."""
        return next((row for row, begins in ONE_RUNNER.items() if nodeid.startswith(begins)), nodeid)
