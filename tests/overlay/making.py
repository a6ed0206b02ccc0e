"""Short ways to make overlays and cases for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from scanner.model import (
    AccountKind,
    Evidence,
    Finding,
    Grade,
    Principal,
    PrincipalKind,
    Purpose,
    Severity,
    Training,
    TrainingAnswer,
    Usage,
)
from scanner.overlay import Case, Overlay, Use
from scanner.overlay.load import build, of_text
from scanner.overlay.rows import OverlayFile
from scanner.policy import Matrix, load
from scanner.policy.files import TextFile
from scanner.policy.known import know
from tests.rows import at

MATRIX: Matrix = load()
EXAMPLE = Path(__file__).resolve().parents[2] / "overlay.example.toml"
DAY = date(2026, 9, 2)
TEXT, VOICE = "copilot.train_text", "copilot.train_voice"
HEAD = {
    "schema_version": "1", "id": "test", "organization": "Test", "owner": "Owner", "base_matrix": MATRIX.version,
    "reviewed_on": date(2026, 8, 1),
}  # fmt: skip


def overlay(**tables: list[dict[str, Any]]) -> Overlay:
    """An overlay of these tables; not checked against the matrix."""
    return build(OverlayFile.model_validate({"overlay": HEAD, **tables}), "0" * 64)


def rule(name: str = "R", verdict: str = "deny", severity: str | None = "high", **match: Any) -> dict[str, Any]:
    more = {"severity": severity} if severity else {}
    return {"id": name, "verdict": verdict, "reason": f"because of {name}", "match": match} | more


def exemption(name: str = "E", rules: tuple[str, ...] = ("R",), **more: Any) -> dict[str, Any]:
    return {
        "id": name, "rules": list(rules), "scope": {"people": ["ann@x.example"]}, "reason": "public content",
        "approved_by": "Dana", "ticket": "REQ-1", "starts": date(2026, 8, 1), "expires": date(2026, 12, 1),
    } | more  # fmt: skip


def attestation(name: str, about: str = TEXT, value: str = "off", **more: Any) -> dict[str, Any]:
    return {
        "id": name, "about": about, "value": value, "person": "ann@x.example", "declared_by": "Ann",
        "declared_on": date(2026, 8, 20), "recorded_by": "Dana", "evidence": "form", "expires": date(2027, 2, 1),
    } | more  # fmt: skip


def both_off(**more: Any) -> list[dict[str, Any]]:
    return [attestation("a1", TEXT, **more), attestation("a2", VOICE, **more)]


def person(name: str = "ann", **more: Any) -> Principal:
    base: dict[str, Any] = {"id": f"id-{name}", "name": name.title(), "kind": PrincipalKind.MEMBER}
    return Principal(**{**base, "department": "Sales", "login": f"{name}@x.example", **more})


def answer(value: str = "yes_opt_out", cell: str = "copilot-consumer.msa.unknown-app") -> TrainingAnswer:
    return TrainingAnswer(Training(value), Purpose.FOUNDATION_TRAINING, cell, "verified", reason="the row says so")


def use(said: TrainingAnswer, service: str, grade: str = "B", conditions: Mapping[str, str] | None = None) -> Use:
    day, known = date(2026, 8, 25), conditions or {}
    return Use(Grade(grade), known, day, said, know(MATRIX, service, day, known))


def case(
    value: str = "yes_opt_out",
    vendor: str | None = "high",
    *,
    who: Principal | None = None,
    service: str = "copilot_consumer",
    account: str = "msa",
    grade: str = "B",
    conditions: Mapping[str, str] | None = None,
) -> Case:
    """One case; by default a person's consumer Copilot use that the vendor's answer makes a finding of."""
    said = answer(value)
    level = Severity(vendor) if vendor else None
    return Case(who or person(), service, AccountKind(account), (use(said, service, grade, conditions),), level, said)


def usage(who: Principal, said: TrainingAnswer, **more: Any) -> Usage:
    seen = Evidence("audit", Grade(more.get("grade", "A")), "r", at(20), at(25), 3, 2, "seen")
    base: dict[str, Any] = {
        "principal": who, "service": "copilot_consumer", "service_name": "Microsoft Copilot",
        "account": AccountKind.MSA, "grade": Grade.PROVEN, "account_rule": "r", "service_rule": "r", "conditions": {},
        "training": said, "evidence": (seen,),
    }  # fmt: skip
    return Usage(**{**base, **more})


def parse_text(text: str, name: str = "overlay.toml") -> Overlay:
    return of_text(TextFile(name, text), MATRIX)


def finding(item: Usage, severity: str = "high", rule_name: str = "personal-account-use") -> Finding:
    """The finding that a usage row alone leads to."""
    return Finding(
        id=f"{rule_name}-{item.principal.id}-{item.service}-{item.account}", rule=rule_name, severity=Severity(severity),
        principal=item.principal, service=item.service, service_name=item.service_name, account=item.account,
        grade=item.grade, account_rule="r", conditions=item.conditions, training=item.training, evidence=item.evidence,
        title="t", reason="r.", remedy="m",
    )  # fmt: skip
