"""What is found in a message while it is checked."""

from dataclasses import dataclass, field

from tests.doubles.fcm.discovery import Violation


@dataclass(slots=True)
class Findings:
    violations: list[Violation] = field(default_factory=list)
    """FCM refuses."""
    warnings: list[str] = field(default_factory=list)
    """FCM accepts, and serves badly. A name, a colon, and why."""

    def bad(self, where: str, why: str) -> None:
        """`where`: below the message; empty: the message itself."""
        self.violations.append(Violation(f"message.{where}" if where else "message", why, "fcm"))
