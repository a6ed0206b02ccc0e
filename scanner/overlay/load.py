"""An overlay file into one frozen object that has been checked against itself and against the matrix."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scanner.model import Principal, PrincipalKind
from scanner.overlay import checks
from scanner.overlay.rows import Attestation, Exemption, Group, Head, OverlayFile, Rule, Scope
from scanner.policy import Matrix
from scanner.policy.files import TextFile, parse, read_text


@dataclass(frozen=True, slots=True)
class Overlay:
    """An organization's overlay. Its rows are sorted, so that their order in the file decides nothing.

    Attributes:
        head: whose it is, and which edition of the matrix it was written for.
        sha256: digest of the file with LF line endings, in hexadecimal.
        groups: members of each group, in lower case.
        rules: the strictest first.
        exceptions: in order of id.
        attestations: by setting or fact and person (lower case; None for the tenant), the latest first; among those of one day, the
            worse value first.
    """

    head: Head
    sha256: str
    groups: Mapping[str, frozenset[str]]
    rules: tuple[Rule, ...]
    exceptions: tuple[Exemption, ...]
    attestations: Mapping[tuple[str, str | None], tuple[Attestation, ...]]

    def covers(self, scope: Scope, who: Principal) -> bool:
        """Tell whether a scope names a person or device."""
        if scope.everyone:
            return True
        names = keys_of(who)
        if who.kind is PrincipalKind.DEVICE:
            return bool(names & {name.casefold() for name in scope.devices})
        people = {name.casefold() for name in scope.people}
        departments = {name.casefold() for name in scope.departments}
        return (
            bool(names & people)
            or any(names & self.groups[group] for group in scope.groups)
            or who.department.casefold() in departments
        )

    def attested(self, about: str, who: Principal | None, day: date) -> Attestation | None:
        """Give the attestation that counts on a day for a setting or fact: of a person, or of the tenant for None.

        The latest declaration decides. Once it has expired nothing is attested: an earlier one is not taken up again.
        """
        latest = next(iter(self.said_of(about, who)), None)
        return latest if latest is not None and day <= latest.expires else None

    def said_of(self, about: str, who: Principal | None) -> tuple[Attestation, ...]:
        """Give all attestations about a setting or fact of a person (of the tenant for None), the latest first."""
        names: tuple[str | None, ...] = (None,) if who is None else tuple(keys_of(who))
        found = [item for name in names for item in self.attestations.get((about, name), ())]
        return tuple(sorted(found, key=_latest_first))

    @property
    def of_tenant(self) -> tuple[Attestation, ...]:
        """The attestations about the tenant, in order of id."""
        found = [item for (_, person), items in self.attestations.items() if person is None for item in items]
        return tuple(sorted(found, key=lambda item: item.id))


def keys_of(who: Principal) -> frozenset[str]:
    """Give the names under which an overlay may speak of somebody, in lower case: object id, login, a device's name."""
    names = {who.id, who.login, *([who.name] if who.kind is PrincipalKind.DEVICE else ())}
    return frozenset(name.casefold() for name in names if name)


def load(path: Path, matrix: Matrix) -> Overlay:
    """Read and check an overlay.

    Raises:
        ConfigError: there is no such file.
        DataFileError: it is not valid, or a row of it can match nothing in the matrix (file, line and key are named).
    """
    return of_text(read_text(path), matrix)


def of_text(text: TextFile, matrix: Matrix) -> Overlay:
    """Make an overlay of a file's text; errors as in `load`."""
    data = parse(text, OverlayFile)
    checks.check(text, data, matrix)
    return build(data, hashlib.sha256(text.text.encode()).hexdigest())


def build(data: OverlayFile, sha256: str) -> Overlay:
    """Make an overlay of tables that have been checked."""
    return Overlay(
        head=data.overlay,
        sha256=sha256,
        groups={item.id: _members(item) for item in data.group},
        rules=tuple(sorted(data.rule, key=lambda item: item.strictness)),
        exceptions=tuple(sorted(data.exception, key=lambda item: item.id)),
        attestations=_by_person(data.attestation),
    )


def _by_person(rows: Iterable[Attestation]) -> dict[tuple[str, str | None], tuple[Attestation, ...]]:
    found: dict[tuple[str, str | None], list[Attestation]] = defaultdict(list)
    for item in rows:
        found[item.about, item.person.casefold() if item.person else None].append(item)
    return {key: tuple(sorted(items, key=_latest_first)) for key, items in found.items()}


def _members(group: Group) -> frozenset[str]:
    return frozenset(member.casefold() for member in group.members)


def _latest_first(item: Attestation) -> tuple[int, bool, str]:
    """Sort by day; on one day a declaration of on (or no) goes before one of off (or yes), for doubt takes the worse."""
    return (-item.declared_on.toordinal(), item.value in ("off", "yes"), item.id)
