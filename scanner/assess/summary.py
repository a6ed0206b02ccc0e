"""The result in numbers and one sentence, which never says more than coverage allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scanner.model import (
    AccountKind,
    Coverage,
    CoverageStatus,
    Finding,
    Grade,
    PrincipalKind,
    Severity,
    Summary,
    Training,
    Usage,
)

_NOT_JUDGED = "not_judged"
_CONSUMER_SOURCES = ("audit", "hunting")


def summarize(
    coverage: Sequence[Coverage], findings: Sequence[Finding], usage: Sequence[Usage], people_in_directory: int | None
) -> Summary:
    """Count, and put the verdict into words."""
    incomplete = tuple(item.source for item in coverage if item.status is not CoverageStatus.COMPLETE)
    about_rows = [item for item in findings if item.principal.kind is PrincipalKind.POLICY_ROW]
    own = [item for item in findings if item.principal.kind is not PrincipalKind.POLICY_ROW]
    people = [item for item in own if item.principal.kind.is_person]
    using = [
        item
        for item in usage
        if item.grade.is_use and item.principal.kind.is_person and item.training.confidence != _NOT_JUDGED
    ]
    blind = (*_gaps(coverage), *_unknown_people(usage), *_ALWAYS_BLIND)
    return Summary(
        verdict=_verdict(people, incomplete, coverage),
        people_in_directory=people_in_directory,
        people_using_ai=len({item.principal.id for item in using}),
        people_flagged=len({item.principal.id for item in people}),
        findings_by_severity={level: sum(item.severity is level for item in findings) for level in Severity},
        findings_by_grade={
            grade: sum(item.grade is grade for item in own) for grade in Grade if grade is not Grade.UNKNOWN
        },
        people_by_account=dict(
            sorted(Counter(kind for _, kind in {(i.principal.id, i.account) for i in using}).items())
        ),
        incomplete_sources=incomplete,
        blind_spots=tuple(blind) if own or about_rows or blind else (),
    )


_ALWAYS_BLIND = (
    "Use on devices and networks that no source covers (private phones, unmanaged computers) cannot be seen.",
    "Whether a person has turned the two training switches of a personal account off cannot be read by any interface.",
)


def _verdict(people: Sequence[Finding], incomplete: Sequence[str], coverage: Sequence[Coverage]) -> str:
    trained = {
        item.principal.id
        for item in people
        if item.rule == "personal-account-use" and item.training.value is Training.YES_OPT_OUT
    }
    other = {item.principal.id for item in people if item.rule == "personal-account-use"} - trained
    possible = {item.principal.id for item in people if not item.rule.startswith("overlay:")} - trained - other
    ruled = {item.principal.id for item in people} - trained - other - possible
    gaps = f" Not everything could be seen: {', '.join(incomplete)}." if incomplete else ""
    against = f"rules of the organization alone concern {_count(ruled)}" if ruled else ""
    if not trained | other | possible:
        return _nothing(coverage) + gaps + (f" {against[0].upper()}{against[1:]}." if against else "")
    parts = [
        f"{_count(trained)} used a personal Microsoft account where training is on by default" if trained else "",
        f"{_count(other)} used a personal account where no document rules training out" if other else "",
        f"for {_count(possible)} use is possible but not shown" if possible else "",
        against,
    ]
    text = "; ".join(part for part in parts if part)
    return f"{text[0].upper()}{text[1:]}.{gaps}"


def _nothing(coverage: Sequence[Coverage]) -> str:
    status = {item.source: item.status for item in coverage}
    blind = [name for name in _CONSUMER_SOURCES if status.get(name) is not CoverageStatus.COMPLETE]
    if len(blind) == len(_CONSUMER_SOURCES):
        return "No statement about personal-account use is possible: no source that could show it was read whole."
    if blind:
        return f"No personal-account use was found, but {' and '.join(blind)} could not be read whole, so this is not a clean result."
    return "No personal-account use where training is on by default was found in the sources that were read."


def _count(principals: set[str]) -> str:
    return f"{len(principals)} {'person' if len(principals) == 1 else 'people'}"


def _gaps(coverage: Sequence[Coverage]) -> list[str]:
    return [
        f"{item.title}: {item.status.value.replace('_', ' ')}. {item.reason} What this leaves open: {item.cannot_prove}"
        for item in coverage
        if item.status is not CoverageStatus.COMPLETE
    ]


def _unknown_people(usage: Sequence[Usage]) -> list[str]:
    people = {
        item.principal.id
        for item in usage
        if item.account is AccountKind.UNKNOWN
        and item.principal.kind.is_person
        and item.training.confidence != _NOT_JUDGED
    }
    if not people:
        return []
    return [
        f"The kind of account of {_count(people)} is not known, because the directory does not tell; they are not cleared."
    ]
