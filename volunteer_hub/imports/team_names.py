"""Finds the team a row names, among those of the division its file is for."""

from __future__ import annotations

from sqlalchemy import select

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.scope import in_region, region_prefix
from volunteer_hub.core.text import N_
from volunteer_hub.teams.models import Team


class TeamNames:
    """Looks team names up, each once."""

    def __init__(self, area_code: str) -> None:
        self._area = region_prefix(area_code)
        self._known: dict[str, list[int]] = {}

    def find(self, name: str) -> int | None:
        """Return the id of the one live team of a name; None for an empty one. Raises DomainError at field `team`."""
        if not name:
            return None
        if name not in self._known:
            self._known[name] = list(
                db.session.scalars(
                    select(Team.id).where(
                        Team.name == name, Team.dissolved_at.is_(None), in_region(Team.region_code, self._area)
                    )
                )
            )
        found = self._known[name]
        if len(found) > 1:
            raise DomainError(
                "team_ambiguous", N_("有几支队伍叫这个名字，请先不填队伍，导入后由队长邀请。"), field="team"
            )
        if not found:
            raise DomainError("team_unknown", N_("在这个区划里找不到这支队伍，请核对名称或留空。"), field="team")
        return found[0]
