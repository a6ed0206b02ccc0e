"""The overlay over a whole assessment: what is raised, told once, accepted, linked, and said about the overlay itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.assess.findings import Judge
from scanner.assess.judge import Judged
from scanner.assess.overlay import Applied, apply_overlay, link_key
from scanner.evidence import Evidence
from scanner.model import AccountKind, Assessment, Finding, Grade, PrincipalKind, Severity, Training, Usage
from scanner.overlay import Overlay
from scanner.pipeline import assess_evidence
from scanner.progress import Silent
from scanner.records.schema import Row
from tests.overlay.making import DAY, MATRIX, answer, both_off, exemption, finding, overlay, person, rule, usage
from tests.rows import at, audit, evidence_of, hit, start, user

JUDGE = Judge(MATRIX, "tenant-1", "commercial", DAY, DAY, directory_complete=True)
NO = answer("no", "m365-copilot.entra")


def applied(made: Overlay, usages: list[Usage], findings: list[Finding] | None = None, judge: Judge = JUDGE) -> Applied:
    return apply_overlay(made, findings or [], [Judged(item, None, ()) for item in usages], judge)


def work(name: str, **conditions: str) -> Usage:
    return usage(person(name), NO, service="m365_copilot", account=AccountKind.ENTRA, conditions=conditions)


def own(found: Applied) -> list[Finding]:
    return [item for item in found.findings if not item.rule.startswith("overlay-")]


def test_personal_use_makes_one_finding_for_each_person_service_and_account() -> None:
    said = answer("no", "copilot-consumer.msa.updated")
    rows = [
        usage(person("ann"), said),
        usage(person("ann"), said, conditions={"app": "updated"}),
        usage(person("bob"), said),
    ]
    found = applied(overlay(rule=[rule(accounts=["msa"])]), rows)
    assert [(item.rule, item.principal.name, item.severity) for item in own(found)] == [
        ("overlay:R", "Ann", "high"),
        ("overlay:R", "Bob", "high"),
    ]
    assert {item.training.value for item in found.findings} == {Training.NO}
    ids = {item.principal.name: item.id for item in found.findings}
    assert [found.links[link_key(row)] for row in rows] == [ids["Ann"], ids["Ann"], ids["Bob"]]


def test_work_use_is_told_once_unless_the_condition_was_observed() -> None:
    rows = [work("ann"), work("bob"), work("cid", model_provider="openai")]
    (once,) = own(applied(overlay(rule=[rule(services=["m365_copilot"])]), rows))
    assert (once.principal.kind, once.affected, once.rule) == (PrincipalKind.POLICY_ROW, 3, "overlay:R")
    found = own(applied(overlay(rule=[rule(conditions={"model_provider": ["openai"]})]), rows))
    assert {(item.principal.name, item.affected) for item in found} == {("Cid", 1), ("Rule R of the organization", 2)}
    assert "which nobody observed" in next(item.reason for item in found if item.affected == 2)


def test_a_vendors_finding_is_raised_and_keeps_id_grade_and_answer() -> None:
    row = usage(person(), answer("unknown", ""))
    before = finding(row, "medium")
    (after,) = own(applied(overlay(rule=[rule(accounts=["msa"])]), [row], [before]))
    assert (after.id, after.rule, after.grade, after.training) == (
        before.id,
        before.rule,
        before.grade,
        before.training,
    )
    assert after.severity is Severity.HIGH
    assert "Because of R." in after.reason
    assert after.provenance[0].startswith("vendor: ")


def test_an_accepted_finding_stays_visible_and_one_that_only_the_rule_made_goes() -> None:
    bad, good = (
        usage(person(), answer()),
        usage(person("ann2", login="ann@x.example"), answer("no"), service="m365_copilot"),
    )
    made = overlay(rule=[rule(accounts=["msa"])], exception=[exemption()])
    (kept,) = own(applied(made, [bad, good], [finding(bad)]))
    assert (kept.severity, kept.training.value) == (Severity.LOW, Training.YES_OPT_OUT)
    assert "Accepted by the organization until 2026-12-01" in kept.reason
    assert any("approved by Dana" in step for step in kept.provenance)


def test_those_whom_an_exception_covers_are_not_counted() -> None:
    made = overlay(rule=[rule(services=["m365_copilot"])], exception=[exemption(scope={"people": ["bob@x.example"]})])
    (once,) = own(applied(made, [work("ann"), work("bob"), work("cid")]))
    assert once.affected == 2
    all_of_them = overlay(rule=[rule(services=["m365_copilot"])], exception=[exemption(scope={"everyone": True})])
    assert own(applied(all_of_them, [work("ann"), work("bob")])) == []


def test_a_declaration_is_said_with_its_day_and_what_it_does_not_cover() -> None:
    row = usage(person(), answer())
    (late,) = own(applied(overlay(attestation=both_off(declared_on=date(2026, 8, 24))), [row], [finding(row)]))
    assert late.severity is Severity.MEDIUM
    assert "declared off by the user on 2026-08-24" in late.reason
    assert "Use before that day is not covered" in late.reason
    (early,) = own(applied(overlay(attestation=both_off(declared_on=date(2026, 8, 1))), [row], [finding(row)]))
    assert "not covered" not in early.reason


@pytest.mark.parametrize(
    ("days", "rules"),
    [
        (15, []),
        (14, ["overlay-exception-expires-soon"]),
        (0, ["overlay-exception-expires-soon"]),
        (-1, ["overlay-exception-expired"]),
    ],
)
def test_an_exception_is_announced_and_missed(days: int, rules: list[str]) -> None:
    made = overlay(rule=[rule(accounts=["msa"])], exception=[exemption(expires=DAY + timedelta(days=days))])
    row = usage(person(), answer())
    found = [item for item in applied(made, [row], [finding(row)]).findings if item.rule.startswith("overlay-")]
    assert [item.rule for item in found] == rules
    if days < 0:
        assert (found[0].severity, found[0].affected) == (Severity.MEDIUM, 1)
        (nobody,) = (item for item in applied(made, []).findings)
        assert (nobody.severity, nobody.affected) == (Severity.LOW, 0)


def test_an_exception_that_has_not_started_is_not_announced() -> None:
    soon = exemption(starts=DAY + timedelta(days=1), expires=DAY + timedelta(days=5))
    assert applied(overlay(rule=[rule(accounts=["msa"])], exception=[soon]), []).findings == []


def test_another_matrix_asks_for_a_review() -> None:
    made = overlay()
    older = replace(made, head=made.head.model_copy(update={"base_matrix": "2020.01.01"}))
    (found,) = applied(older, []).findings
    assert (found.rule, found.severity) == ("overlay-needs-review", Severity.LOW)
    assert applied(made, []).findings == []


def test_an_empty_overlay_changes_nothing_but_provenance() -> None:
    row = usage(person(), answer())
    (after,) = applied(overlay(), [row], [finding(row)]).findings
    assert replace(after, provenance=()) == finding(row)
    assert after.provenance == (
        "vendor: row copilot-consumer.msa.unknown-app (verified) answers yes_opt_out; alone a finding of severity high",
        "overlay: no rule meets this use",
        "result: no rule of the organization; severity high",
    )


def test_other_vendors_services_are_meant_only_by_name() -> None:
    row = usage(person(), answer("unknown", ""), service="other_ai_app", account=AccountKind.ENTRA)
    assert applied(overlay(rule=[rule()]), [row]).findings == []
    assert len(applied(overlay(rule=[rule(services=["other_ai_app"])]), [row]).findings) == 1


def _judged(evidence: Evidence, made: Overlay | None) -> Assessment:
    return assess_evidence(evidence, MATRIX, "test", Silent(), made)


def updated(who: str) -> list[Row]:
    app: dict[str, Any] = {"process": "mscopilot.exe", "process_version": "1.26.80.0"}
    hits = [hit(who, at(d), h, **app) for d in (18, 19) for h in ("copilot.microsoft.com", "login.live.com")]
    return [*hits, *(start(who, at(d), auto=False, process_version="1.26.80.0") for d in (18, 19))]


def test_through_the_pipeline(tmp_path: Path) -> None:
    consumer = {"record_type": "AIAppInteraction", "app_identity": "AIApp.SaaS.Microsoft Copilot"}
    evidence = evidence_of(
        tmp_path,
        users=[user(name) for name in ("ann", "bob", "new")],
        audit=[audit("1", "ann", **consumer), audit("2", "bob")],
        device_events=updated("new"),
    )
    plain, made = _judged(evidence, None), overlay(rule=[rule(accounts=["msa"])])
    result = _judged(evidence, made)
    assert all(item.provenance == () for item in plain.findings)
    added = {item.id for item in result.findings} - {item.id for item in plain.findings}
    assert {item.id for item in plain.findings} <= {item.id for item in result.findings}
    (extra,) = (item for item in result.findings if item.id in added)
    assert (extra.rule, extra.principal.id, extra.training.value, extra.grade) == (
        "overlay:R",
        "new",
        "no",
        Grade.PROBABLE,
    )
    assert "rules of the organization alone concern 1 person" in result.summary.verdict
    assert [row.finding for row in result.usage if row.principal.id == "new"] == [extra.id]
    assert (result.scan.overlay_id, result.scan.overlay_sha256) == ("test", "0" * 64)
    assert (plain.scan.overlay_id, plain.scan.overlay_sha256) == ("", "")
    assert _judged(evidence, made).findings == result.findings


def test_a_verdict_of_rules_alone_does_not_speak_of_possible_use(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, users=[user("new")], device_events=updated("new"))
    verdict = _judged(evidence, overlay(rule=[rule(accounts=["msa"])])).summary.verdict
    assert verdict.startswith("No personal-account use where training is on by default was found")
    assert verdict.endswith("Rules of the organization alone concern 1 person.")
