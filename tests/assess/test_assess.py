"""From records to findings: who is flagged, who is not, what is said once, and that doubt never clears."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.evidence import Evidence
from scanner.model import AccountKind, Assessment, CoverageStatus, Finding, PrincipalKind, Severity, Training
from scanner.pipeline import assess_evidence
from scanner.policy import load
from scanner.progress import Silent
from scanner.records.schema import Row
from tests.rows import at, audit, evidence_of, guest, hit, sign_in, start, user

CONSUMER = {"record_type": "AIAppInteraction", "app_identity": "AIApp.SaaS.Microsoft Copilot"}


def _assess(folder: Path, **tables: list[Row]) -> Assessment:
    return _again(evidence_of(folder, **tables))


def _again(evidence: Evidence) -> Assessment:
    return assess_evidence(evidence, load(), "test", Silent())


def _own(assessment: Assessment) -> list[Finding]:
    return [item for item in assessment.findings if item.principal.kind is not PrincipalKind.POLICY_ROW]


def test_work_accounts_are_not_flagged_and_doubt_about_a_row_is_said_once(tmp_path: Path) -> None:
    names = ["ann", "bob", "cid"]
    result = _assess(tmp_path, users=[user(n) for n in names], audit=[audit(n, n) for n in names])
    assert _own(result) == []
    (row,) = result.findings
    assert (row.rule, row.affected, row.severity) == ("policy-row-doubt", 3, Severity.LOW)
    assert {usage.training.value for usage in result.usage} == {Training.NO}


def test_a_personal_guest_in_copilot_is_proven(tmp_path: Path) -> None:
    rows = [sign_in("1", "eve", user_type="member", home_tenant_id="t", resource_tenant_id="t")]
    (finding,) = _own(_assess(tmp_path, users=[guest("eve")], sign_ins=rows))
    assert (finding.rule, finding.account, finding.grade) == ("personal-account-use", AccountKind.MSA, "A")
    assert finding.training.value is Training.UNKNOWN
    assert finding.severity is Severity.MEDIUM


def test_two_kinds_of_evidence_make_one_finding_of_the_best_grade(tmp_path: Path) -> None:
    hits = [hit("ann", at(d), h) for d in (5, 6) for h in ("copilot.microsoft.com", "login.live.com")]
    result = _assess(tmp_path, users=[user("ann")], audit=[audit("1", "ann", **CONSUMER)], device_events=hits)
    (finding,) = _own(result)
    assert (finding.grade, finding.severity) == ("B", Severity.HIGH)
    assert {piece.source for piece in finding.evidence} == {"audit", "hunting"}
    assert {usage.finding for usage in result.usage} == {finding.id}


def test_the_app_of_the_day_decides(tmp_path: Path) -> None:
    def use(who: str, days: tuple[int, ...], version: str) -> list[Row]:
        app = {"process": "mscopilot.exe", "process_version": version}
        hits = [hit(who, at(d), h, **app) for d in days for h in ("copilot.microsoft.com", "login.live.com")]
        return [*hits, *(start(who, at(d), auto=False, process_version=version) for d in days)]

    rows = [
        *use("new", (18, 19), "1.26.80.0"),
        *use("early", (16, 17), "1.26.80.0"),
        *use("old", (18, 19), "1.26.79.0"),
        *use("dim", (18, 19), ""),
    ]
    result = _assess(tmp_path, users=[user(n) for n in ("new", "early", "old", "dim")], device_events=rows)
    flagged = {item.principal.id: item.training.value for item in _own(result) if item.grade == "C"}
    assert flagged == {"early": Training.YES_OPT_OUT, "old": Training.YES_OPT_OUT, "dim": Training.YES_OPT_OUT}
    assert not any(item.principal.id == "new" for item in _own(result))


def test_an_unused_licence_of_a_personal_account_is_exposure(tmp_path: Path) -> None:
    plan = "3f30311c-6b1e-48a4-ab79-725b469da960"
    (finding,) = _own(_assess(tmp_path, users=[guest("eve", plans=[plan]), user("ann", plans=[plan])]))
    assert (finding.rule, finding.grade, finding.principal.id) == ("personal-account-exposure", "E", "eve")


def test_the_latest_authentication_of_an_agent_counts(tmp_path: Path) -> None:
    def change(number: str, bot: str, day: int, mode: str) -> Row:
        maker = {"record_type": "PowerPlatformAdministratorActivity", "operation": "BotUpdateOperation-BotAuthUpdate"}
        return audit(number, "ann", **maker, agent_id=bot, agent_name=bot, authentication_mode=mode, time=at(day))

    rows = [change("1", "open", 5, "Integrated"), change("2", "open", 6, "None")]
    rows += [change("3", "shut", 5, "None"), change("4", "shut", 6, "Integrated")]
    result = _assess(tmp_path, users=[user("ann")], audit=rows)
    (finding,) = _own(result)
    assert (finding.rule, finding.principal.id, finding.grade) == ("agent-open-to-anyone", "open", "E")
    assert {app.id: bool(app.findings) for app in result.apps} == {"open": True, "shut": False}


def test_an_unknown_account_is_a_finding_only_where_the_directory_was_read_whole(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, users=[user("ann")], sign_ins=[sign_in("1", "gone")])
    assert [item.rule for item in _own(_again(evidence))] == ["account-kind-unknown"]
    coverage = tuple(
        item if item.source != "directory" else type(item)("directory", "d", CoverageStatus.PARTIAL, reason="r")
        for item in evidence.manifest.coverage
    )
    blind = type(evidence)(evidence.folder, evidence.manifest.model_copy(update={"coverage": coverage}))
    result = _again(blind)
    assert _own(result) == []
    assert any("not known" in text for text in result.summary.blind_spots)
    assert result.usage[0].account is AccountKind.UNKNOWN
    assert result.usage[0].training.value.badness == Training.UNKNOWN.badness


def test_the_same_evidence_gives_the_same_result(tmp_path: Path) -> None:
    hits = [hit(n, at(d), h) for n in "abc" for d in (5, 6) for h in ("copilot.microsoft.com", "login.live.com")]
    evidence = evidence_of(tmp_path, users=[user(n) for n in "abc"], device_events=hits, audit=[audit("1", "a")])
    first, second = _again(evidence), _again(evidence)
    assert (first.findings, first.usage, first.apps, first.summary) == (
        second.findings,
        second.usage,
        second.apps,
        second.summary,
    )


@pytest.mark.parametrize("missing", [("audit",), ("hunting",), ("audit", "hunting")])
def test_the_verdict_never_says_clean_where_it_could_not_look(tmp_path: Path, missing: tuple[str, ...]) -> None:
    evidence = evidence_of(tmp_path, users=[user("ann")])
    coverage = tuple(
        type(item)(item.source, item.title, CoverageStatus.NOT_PERMITTED, reason="403", cannot_prove="x")
        if item.source in missing
        else item
        for item in evidence.manifest.coverage
    )
    blind = type(evidence)(evidence.folder, evidence.manifest.model_copy(update={"coverage": coverage}))
    verdict = _again(blind).summary.verdict
    assert "not a clean result" in verdict or "No statement" in verdict
    assert "not a clean" not in _again(evidence).summary.verdict


def test_a_device_without_an_account_is_part_of_the_verdict(tmp_path: Path) -> None:
    nobody = {"account_upn": "", "account_object_id": ""}
    hits = [hit("", at(d), h, **nobody) for d in (5, 6) for h in ("copilot.microsoft.com", "login.live.com")]
    result = _assess(tmp_path, users=[user("ann")], device_events=hits)
    assert _own(result)[0].principal.kind is PrincipalKind.DEVICE
    assert result.summary.verdict == "1 device used a personal Microsoft account where training is on by default."


def test_an_account_of_unknown_kind_is_part_of_the_verdict(tmp_path: Path) -> None:
    verdict = _assess(tmp_path, users=[user("ann")], sign_ins=[sign_in("1", "gone")]).summary.verdict
    assert "kind of account of 1 person is not known" in verdict
    assert "use is possible but not shown" not in verdict


@pytest.mark.parametrize("missing", ["directory", "sign_ins", "audit", "hunting"])
def test_nothing_found_is_clean_only_where_every_source_that_could_show_it_was_whole(
    tmp_path: Path, missing: str
) -> None:
    evidence = evidence_of(tmp_path, users=[user("ann")])
    coverage = tuple(
        type(item)(item.source, item.title, CoverageStatus.PARTIAL, reason="r") if item.source == missing else item
        for item in evidence.manifest.coverage
    )
    blind = type(evidence)(evidence.folder, evidence.manifest.model_copy(update={"coverage": coverage}))
    assert "not a clean result" in _again(blind).summary.verdict
    assert "not a clean result" not in _again(evidence).summary.verdict


def test_a_cloud_that_is_not_known_is_an_assumption_and_gcc_is_not_cleared_as_commercial(tmp_path: Path) -> None:
    plan = "3f30311c-6b1e-48a4-ab79-725b469da960"
    evidence = evidence_of(tmp_path, users=[user("ann", plans=[plan])], audit=[audit("1", "ann")])

    def within(cloud: str) -> Assessment:
        scan = evidence.manifest.scan.model_copy(update={"cloud": cloud})
        return _again(type(evidence)(evidence.folder, evidence.manifest.model_copy(update={"scan": scan})))

    assert "tenant.cloud" not in {item.id for item in within("commercial").assumptions}
    assert "tenant.cloud" in {item.id for item in within("").assumptions}
    assert {usage.training.value for usage in within("").usage} == {Training.NO}
    assert {usage.training.value for usage in within("gcc").usage} == {Training.UNKNOWN}


def test_finding_ids_rest_on_natural_keys_only(tmp_path: Path) -> None:
    one = _assess(tmp_path / "1", users=[user("ann")], audit=[audit("1", "ann", **CONSUMER)])
    two = _assess(
        tmp_path / "2",
        users=[user("ann"), user("bob")],
        audit=[audit("9", "ann", **CONSUMER, time=at(20)), audit("8", "bob", **CONSUMER)],
    )
    assert _own(one)[0].id in {item.id for item in _own(two)}


def test_another_vendors_app_is_listed_and_not_judged(tmp_path: Path) -> None:
    rows = [audit("1", "ann", record_type="AIAppInteraction", app_identity="AIApp.SaaS.ChatGPT")]
    result = _assess(tmp_path, users=[user("ann")], audit=rows)
    (usage,) = result.usage
    assert (usage.service, usage.training.confidence, usage.finding) == ("other_ai_app", "not_judged", "")
    assert usage.account is AccountKind.UNKNOWN
    assert result.findings == ()


def test_a_service_that_is_renamed_in_the_window_has_one_name(tmp_path: Path) -> None:
    rows = [audit("1", "ann", time=at(5)), audit("2", "ann", time=at(25))]
    result = _assess(tmp_path, users=[user("ann")], audit=rows)
    assert len({usage.service_name for usage in result.usage}) == 1
