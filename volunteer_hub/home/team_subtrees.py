"""Finds teams for grants: the accounts room stands below the teams and cannot look there itself."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from volunteer_hub.accounts.models import ScopeKind
from volunteer_hub.accounts.subtrees import Finder, Subtree
from volunteer_hub.core.db import db
from volunteer_hub.teams.models import Team


def _subtree(team: Team) -> Subtree:
    return Subtree(ScopeKind.TEAM, team.path, team.name, team.region_code)


def _by_ids(ids: Collection[str]) -> dict[str, Subtree]:
    rows = db.session.scalars(select(Team).where(Team.id.in_([int(key) for key in ids if len(key) < 19])))
    return {str(team.id): _subtree(team) for team in rows}


def _by_name(name: str) -> list[Subtree]:
    return [_subtree(team) for team in db.session.scalars(select(Team).where(Team.name == name).limit(20))]


FINDER = Finder(_by_ids, _by_name)
