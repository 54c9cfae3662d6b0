"""The geofences as matching wants them: read once, and from then on followed edit by edit."""

from typing import Any

import msgspec
from sqlalchemy.orm import Session

from geofences.fence_index import Fence, FenceIndex
from geofences.shapes import known_shape
from offers.records.queries import places as queries


def fence_version(session: Session) -> int:
    """The newest geofence version that is committed."""
    return queries.version_now(session)[0]


def read_index(session: Session) -> FenceIndex:
    """An index of everything in force."""
    version, _ = queries.version_now(session)
    return FenceIndex((_fence(row) for row in queries.geofences_in_force(session)), version)


def follow_edits(session: Session, index: FenceIndex) -> FenceIndex:
    """The index with all that was committed since its version: itself when nothing was.

    Reads the rows that were written since then and no others; ids of all only where rows went altogether meanwhile. The session must see
    one moment of the database (`Database.reading`): an edit holds the version's lock until its commit, so at a moment at which
    version v is seen, everything of the versions up to v is there and nothing of a later one.
    A version older than the index's own, as after a backup was restored, has everything read anew.
    """
    version, removed_in = queries.version_now(session)
    if version == index.version:
        return index
    if version < index.version or index.version < 0:
        return read_index(session)
    changed, removed = [], set()
    for row in queries.geofences_changed(session, index.version):
        if row[-1]:
            changed.append(_fence(row))
        elif row.id in index.by_id:
            removed.add(row.id)
    if removed_in > index.version:
        removed |= index.by_id.keys() - queries.ids_in_force(session)
    return index.edited(changed, removed, version)


def _fence(row: Any) -> Fence:
    return Fence(row.id, row.place_id, row.role, known_shape(msgspec.json.decode(row.shape)), row.dwell_s, row.since)
