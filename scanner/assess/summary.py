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
    Principal,
    PrincipalKind,
    Severity,
    Summary,
    Training,
    Usage,
)

_NOT_JUDGED = "not_judged"
_CONSUMER_SOURCES = ("audit", "hunting")
_SHOWING = ("directory", "sign_ins", *_CONSUMER_SOURCES)
"""Sources that can show personal accounts: guests and members in the tenant, or consumer use by employees."""


def summarize(
    coverage: Sequence[Coverage], findings: Sequence[Finding], usage: Sequence[Usage], people_in_directory: int | None
) -> Summary:
    """Count, and put the verdict into words."""
    incomplete = tuple(item.source for item in coverage if item.status is not CoverageStatus.COMPLETE)
    own = [item for item in findings if item.principal.kind is not PrincipalKind.POLICY_ROW]
    people = [item for item in own if item.principal.kind.is_person]
    using = [
        item
        for item in usage
        if item.grade.is_use and item.principal.kind.is_person and item.training.confidence != _NOT_JUDGED
    ]
    blind = (*_gaps(coverage), *_unknown_people(usage), *_ALWAYS_BLIND)
    return Summary(
        verdict=_verdict(own, coverage),
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
        blind_spots=blind,
    )


_ALWAYS_BLIND = (
    "Use on devices and networks that no source covers (private phones, unmanaged computers) cannot be seen.",
    "Whether a person has turned the two training switches of a personal account off cannot be read by any interface.",
)


def _verdict(own: Sequence[Finding], coverage: Sequence[Coverage]) -> str:
    """Say what the findings about people and devices come to; each principal counts once, where it weighs most."""
    concerned = [item for item in own if item.principal.kind.is_person or item.principal.kind is PrincipalKind.DEVICE]
    groups: dict[str, set[Principal]] = {phrase: set() for phrase in _PHRASES}
    for finding in sorted(concerned, key=lambda item: _PHRASES.index(_phrase(item))):
        if not any(finding.principal in told for told in groups.values()):
            groups[_phrase(finding)].add(finding.principal)
    parts = [phrase.format(_count(told)) for phrase, told in groups.items() if told]
    gaps = [item.source for item in coverage if item.status is not CoverageStatus.COMPLETE]
    found = any(groups[phrase] for phrase in _PHRASES if phrase != _RULED)
    sentences = ["; ".join(parts)] if found else [_nothing(coverage), *parts]
    sentences += [f"not everything could be seen: {', '.join(gaps)}"] if gaps else []
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in sentences)


_TRAINED = "{} used a personal Microsoft account where training is on by default"
_NOT_RULED_OUT = "{} used a personal account where no document rules training out"
_UNKNOWN = "the kind of account of {} is not known"
_POSSIBLE = "for {} use is possible but not shown"
_RULED = "rules of the organization alone concern {}"
_PHRASES = (_TRAINED, _NOT_RULED_OUT, _UNKNOWN, _POSSIBLE, _RULED)


def _phrase(finding: Finding) -> str:
    """Give the part of the verdict that a finding belongs to."""
    if finding.rule.startswith("overlay"):
        return _RULED
    if finding.rule == "account-kind-unknown":
        return _UNKNOWN
    if finding.rule != "personal-account-use":
        return _POSSIBLE
    return _TRAINED if finding.training.value is Training.YES_OPT_OUT else _NOT_RULED_OUT


def _nothing(coverage: Sequence[Coverage]) -> str:
    """Say that nothing was found, only as far as the sources that could show it were read whole."""
    status = {item.source: item.status for item in coverage}
    blind = [name for name in _SHOWING if status.get(name) is not CoverageStatus.COMPLETE]
    if set(_CONSUMER_SOURCES) <= set(blind):
        return "no statement about personal-account use is possible: no source that could show it was read whole"
    if blind:
        return (
            f"no personal-account use was found, but {' and '.join(blind)} could not be read whole, "
            "so this is not a clean result"
        )
    return "no personal-account use where training is on by default was found in the sources that were read"


def _count(principals: set[Principal]) -> str:
    """Count people and devices in words."""
    devices = sum(item.kind is PrincipalKind.DEVICE for item in principals)
    people = len(principals) - devices
    words = [f"{people} {'person' if people == 1 else 'people'}"] if people else []
    words += [f"{devices} {'device' if devices == 1 else 'devices'}"] if devices else []
    return " and ".join(words)


def _gaps(coverage: Sequence[Coverage]) -> list[str]:
    return [
        f"{item.title}: {item.status.value.replace('_', ' ')}. {item.reason} What this leaves open: {item.cannot_prove}"
        for item in coverage
        if item.status is not CoverageStatus.COMPLETE
    ]


def _unknown_people(usage: Sequence[Usage]) -> list[str]:
    people = {
        item.principal
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
