"""What a use case asks its edge to do after the commit. Business never calls the queue or Redis itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from offers.errors import Fault
from offers.rules.target import Target


class Settled(Protocol):
    """Whether a customer's positions are covered, and the live events of the stays that ended because they are not."""

    @property
    def covered(self) -> bool: ...

    @property
    def happened(self) -> tuple[dict[str, Any], ...]: ...


@dataclass(frozen=True, slots=True)
class Follows:
    block: Mapping[str, str] = field(default_factory=dict)
    """Devices whose pings are refused from now on, with the reason: `no_location_consent` or `revoked`."""
    unblock: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    """Devices whose presence is dropped, by an entry in their lane."""
    geofences_changed: bool = False
    deliveries: tuple[str, ...] = ()
    happened: tuple[Mapping[str, Any], ...] = ()
    """Live events to tell."""
    erased: tuple[str, ...] = ()
    """Customers and devices of whom nothing may be left anywhere."""
    targets: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    """By device: where its customer is expected from now on; empty: nowhere any more."""

    @classmethod
    def of_positions(cls, devices: Sequence[str], settled: Settled) -> "Follows":
        """What follows for a customer's devices when it is settled whether their positions are covered by a consent."""
        if settled.covered:
            return cls.of_many(devices, (), ())
        return cls.of_many((), devices, settled.happened)

    @classmethod
    def of_many(
        cls, covered: Sequence[str], uncovered: Sequence[str], happened: Sequence[Mapping[str, Any]]
    ) -> "Follows":
        """The same for the devices of many customers."""
        block = dict.fromkeys(uncovered, "no_location_consent")
        return cls(block=block, unblock=tuple(covered), forget=tuple(uncovered), happened=tuple(happened))

    def __or__(self, other: "Follows") -> "Follows":
        return Follows(
            {**self.block, **other.block},
            self.unblock + other.unblock,
            self.forget + other.forget,
            self.geofences_changed or other.geofences_changed,
            self.deliveries + other.deliveries,
            self.happened + other.happened,
            self.erased + other.erased,
            {**self.targets, **other.targets},
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch, by the callers' ids; who is in none of the three stayed as it was."""

    created: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    refused: Mapping[str, Sequence[Fault]] = field(default_factory=dict)
    follows: Follows = field(default_factory=Follows)
    codes: Mapping[str, str] = field(default_factory=dict)
    """Of posters: what each one's address ends in."""
