"""The laws of the merge: stricter wins, exceptions by day and scope, declarations, order, and never looser than the vendor."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import PrincipalKind, Severity
from scanner.overlay import Decision, Overlay, decide
from tests.overlay.making import (
    DAY,
    MATRIX,
    TEXT,
    VOICE,
    attestation,
    both_off,
    case,
    exemption,
    overlay,
    person,
    rule,
)


def decided(made: Overlay, day: date = DAY, **more: Any) -> Decision:
    return decide(made, MATRIX, case(**more), day)


def test_a_rule_raises_a_finding_where_the_vendor_says_no() -> None:
    assert decided(overlay(), value="no", vendor=None).severity is None
    found = decided(overlay(rule=[rule(accounts=["msa"])]), value="no", vendor=None)
    assert (found.verdict, found.severity, found.named) == ("deny", Severity.HIGH, True)
    assert found.answer.value == "no"


@pytest.mark.parametrize(
    ("level", "vendor", "wanted"), [("high", "low", "high"), ("low", "high", "high"), (None, "low", "medium")]
)
def test_a_rule_raises_a_severity_and_never_lowers_one(level: str | None, vendor: str, wanted: str) -> None:
    assert decided(overlay(rule=[rule(severity=level)]), vendor=vendor).severity == wanted


def test_the_strictest_rule_speaks_and_the_others_are_named() -> None:
    rules = [rule("warned", "warn", "high"), rule("denied", "deny", "low"), rule("worse", "deny", "medium")]
    found = decided(overlay(rule=rules), value="no", vendor=None)
    assert (found.rule and found.rule.id, found.verdict, found.severity) == ("worse", "deny", "high")
    assert sum("meets it as well" in step for step in found.steps) == 2


@pytest.mark.parametrize(
    ("grade", "grades", "met"), [("C", None, True), ("D", None, False), ("D", ["D"], True), ("A", ["D"], False)]
)
def test_a_rule_is_about_use_that_is_sure_enough(grade: str, grades: list[str] | None, met: bool) -> None:
    made = overlay(rule=[rule(grades=grades) if grades else rule()])
    assert (decided(made, value="no", vendor=None, grade=grade).severity is not None) is met


@pytest.mark.parametrize(
    ("conditions", "named", "met"),
    [({"model_provider": "spacexai"}, True, True), ({}, False, False), ({"model_provider": "openai"}, False, False)],
)
def test_a_documented_default_rules_a_rule_out(conditions: dict[str, str], named: bool, met: bool) -> None:
    made = overlay(rule=[rule(conditions={"model_provider": ["spacexai"]})])
    found = decided(made, value="no", vendor=None, service="m365_copilot", account="entra", conditions=conditions)
    assert (found.severity is not None, found.named) == (met, named)


def test_what_nobody_observed_counts_as_met_and_is_said() -> None:
    made = overlay(rule=[rule(conditions={"region": ["eu"]})])
    found = decided(made, value="no", vendor=None, service="m365_copilot", account="entra")
    assert (found.severity, found.named, found.missing) == ("high", False, ("region = eu",))
    assert any("not observed: region = eu" in step for step in found.steps)
    known = decided(made, value="no", vendor=None, service="m365_copilot", account="entra", conditions={"region": "eu"})
    assert (known.named, known.missing) == (True, ())
    other = decided(made, value="no", vendor=None, service="m365_copilot", account="entra", conditions={"region": "uk"})
    assert other.severity is None


def test_a_rule_about_another_purpose_shows_that_answer() -> None:
    made = overlay(rule=[rule(purpose="product_ai_improvement", services=["security_copilot"])])
    found = decided(made, value="no", vendor=None, service="security_copilot", account="entra")
    assert (found.answer.purpose, found.answer.value) == ("product_ai_improvement", "yes_opt_out")
    assert "security-copilot.entra.sharing" in found.steps[0]


def test_an_accepted_use_keeps_the_vendors_answer() -> None:
    made = overlay(rule=[rule()], exception=[exemption()])
    kept = decided(made)
    assert (kept.verdict, kept.severity, kept.answer.value) == ("accepted", Severity.LOW, "yes_opt_out")
    assert decided(made, value="no", vendor=None).severity is None
    assert decided(made, value="opt_in", vendor=None).severity is Severity.LOW


def test_an_exception_from_one_rule_leaves_the_other_in_force() -> None:
    rules = [rule("R", severity="high"), rule("S", severity="medium")]
    found = decided(overlay(rule=rules, exception=[exemption()]), value="no", vendor=None)
    assert (found.verdict, found.severity, found.rule and found.rule.id) == ("deny", "medium", "S")


@pytest.mark.parametrize(("off", "in_force"), [(-1, False), (0, True), (50, True), (122, True), (123, False)])
def test_an_exception_holds_from_its_first_to_its_last_day(off: int, in_force: bool) -> None:
    made = overlay(rule=[rule()], exception=[exemption()])
    found = decided(made, date(2026, 8, 1) + timedelta(days=off))
    assert (found.verdict == "accepted") is in_force
    assert bool(found.missed) is (off == 123)
    assert found.severity == ("low" if in_force else "high")


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({"people": ["ANN@x.example"]}, True),
        ({"people": ["id-ann"]}, True),
        ({"people": ["Ann"]}, False),
        ({"people": ["bob@x.example"]}, False),
        ({"groups": ["lab"]}, True),
        ({"departments": ["sales"]}, True),
        ({"departments": ["Legal"]}, False),
        ({"devices": ["id-ann"]}, False),
        ({"everyone": True}, True),
    ],
)
def test_a_scope_covers_those_it_names(scope: dict[str, Any], covered: bool) -> None:
    groups = [{"id": "lab", "members": ["Ann@X.example"]}]
    made = overlay(rule=[rule()], exception=[exemption(scope=scope)], group=groups)
    assert (decided(made).verdict == "accepted") is covered


def test_a_device_is_covered_by_its_name_only() -> None:
    device = person("pc", kind=PrincipalKind.DEVICE, login="", department="Sales")
    for scope, covered in (
        ({"devices": ["PC"]}, True),
        ({"departments": ["Sales"]}, False),
        ({"people": ["pc"]}, False),
    ):
        made = overlay(rule=[rule()], exception=[exemption(scope=scope)])
        assert (decided(made, who=device).verdict == "accepted") is covered


NEEDS: dict[str, Any] = {"requires": [f"{TEXT}=off", f"{VOICE}=off"]}


@pytest.mark.parametrize(
    ("said", "met"),
    [
        (both_off(), True),
        ([attestation("a", TEXT)], False),
        ([attestation("a", TEXT), attestation("b", VOICE, "on")], False),
        (both_off(person="bob@x.example"), False),
        (both_off(person="ID-ANN"), True),
        (both_off(expires=date(2026, 9, 1)), False),
        (both_off(expires=DAY), True),
    ],
)
def test_requirements_are_met_by_that_persons_attestations_only(said: list[dict[str, Any]], met: bool) -> None:
    found = decided(overlay(rule=[rule()], exception=[exemption(**NEEDS)], attestation=said))
    assert (found.verdict == "accepted") is met
    assert any("not attested" in step for step in found.steps) is not met


def test_a_fact_about_the_tenant_meets_a_requirement_and_is_shown() -> None:
    fact = attestation("f", "tenant_restrictions_signalled", "yes", person=None, services=["copilot_consumer"])
    needs: dict[str, Any] = {"requires": ["tenant_restrictions_signalled=yes"]}
    found = decided(overlay(rule=[rule()], exception=[exemption(**needs)], attestation=[fact]))
    assert found.verdict == "accepted"
    assert any(step.startswith("attestation f: tenant_restrictions_signalled declared yes") for step in found.steps)
    alone = decided(overlay(attestation=[fact]))
    assert (alone.severity, alone.verdict) == ("high", "none")


def test_both_switches_declared_off_lower_by_one_step() -> None:
    for before, after in (("high", "medium"), ("medium", "low"), ("low", "low")):
        found = decided(overlay(attestation=both_off()), vendor=before)
        assert (found.severity, found.answer.value, len(found.declared_off)) == (after, "yes_opt_out", 2)


@pytest.mark.parametrize(
    "said",
    [
        [attestation("a", TEXT)],
        [attestation("a", VOICE)],
        [attestation("a", TEXT), attestation("b", VOICE, "on")],
        both_off(expires=date(2026, 9, 1)),
        [*both_off(), attestation("later", TEXT, "on", declared_on=date(2026, 8, 21))],
        [*both_off(), attestation("later", TEXT, "on", declared_on=date(2026, 8, 21), expires=date(2026, 8, 30))],
        [*both_off(), attestation("same-day", TEXT, "on")],
    ],
)
def test_anything_less_than_both_lowers_nothing(said: list[dict[str, Any]]) -> None:
    found = decided(overlay(attestation=said))
    assert (found.severity, found.declared_off) == ("high", ())
    assert any("not every switch" in step or "as if absent" in step for step in found.steps)


def test_declarations_do_not_bring_a_finding_below_a_rule_in_force() -> None:
    made = overlay(rule=[rule(severity="high")], attestation=both_off())
    assert decided(made).severity == "high"
    assert decided(overlay(rule=[rule(severity="low")], attestation=both_off())).severity == "medium"


def test_a_declaration_says_nothing_where_the_answer_has_no_such_switch() -> None:
    found = decided(overlay(attestation=both_off()), value="unknown")
    assert (found.severity, found.declared_off) == ("high", ())


def test_every_step_is_provenance_in_the_order_of_the_merge() -> None:
    made = overlay(rule=[rule()], exception=[exemption(**NEEDS)], attestation=both_off())
    starts = [step.split()[0].rstrip(":") for step in decided(made).steps]
    assert starts == ["vendor", "rule", "exception", "attestation", "attestation", "result"]


# Laws over generated overlays.

DAYS = st.dates(date(2026, 8, 1), date(2027, 3, 1))
PEOPLE = st.sampled_from(["ann@x.example", "id-ann", "bob@x.example"])
RULES = st.builds(
    lambda number, verdict, severity, match: rule(f"R{number}", verdict, severity, **match),
    st.integers(0, 3),
    st.sampled_from(["deny", "warn"]),
    st.sampled_from(["low", "medium", "high", None]),
    st.sampled_from(
        [
            {},
            {"accounts": ["msa"]},
            {"accounts": ["entra"]},
            {"services": ["copilot_consumer"]},
            {"grades": ["D"]},
            {"conditions": {"app": ["older"]}},
        ]
    ),
)
EXEMPTIONS = st.builds(
    lambda number, rules, who, start, days, requires: exemption(
        f"E{number}", tuple(rules), scope={"people": [who]}, starts=start, expires=start + timedelta(days=days),
        requires=requires,
    ),
    st.integers(0, 3),
    st.sets(st.sampled_from(["R0", "R1", "R2", "R3"]), min_size=1),
    PEOPLE,
    DAYS,
    st.integers(0, 180),
    st.sampled_from([[], [f"{TEXT}=off"], [f"{TEXT}=off", f"{VOICE}=off"]]),
)  # fmt: skip
ATTESTATIONS = st.builds(
    lambda number, about, value, who, day, more: attestation(
        f"A{number}", about, value, person=who, declared_on=day, expires=day + timedelta(days=more)
    ),
    st.integers(0, 30),
    st.sampled_from([TEXT, VOICE]),
    st.sampled_from(["off", "on"]),
    PEOPLE,
    DAYS,
    st.integers(0, 300),
)


def by_id(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["id"]: row for row in rows}.values())


TABLES = st.fixed_dictionaries(
    {
        "rule": st.lists(RULES, max_size=4).map(by_id),
        "exception": st.lists(EXEMPTIONS, max_size=4).map(by_id),
        "attestation": st.lists(ATTESTATIONS, max_size=6).map(by_id),
    }
)
CASES = st.fixed_dictionaries(
    {
        "value": st.sampled_from(["no", "customer_initiated", "opt_in", "unknown", "yes_opt_out"]),
        "vendor": st.sampled_from([None, "low", "medium", "high"]),
        "grade": st.sampled_from("ABCDE"),
        "account": st.sampled_from(["msa", "entra"]),
        "conditions": st.sampled_from([{}, {"app": "older"}, {"app": "updated"}]),
    }
)


@given(TABLES, CASES, DAYS, st.integers(0, 10**6))
@settings(max_examples=300, deadline=None)
def test_the_order_of_rows_decides_nothing(tables: Any, what: Any, day: date, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  # a seeded order, no secret
    mixed = {name: rng.sample(rows, len(rows)) for name, rows in tables.items()}
    assert decided(overlay(**tables), day, **what) == decided(overlay(**mixed), day, **what)


@given(TABLES, CASES, DAYS)
@settings(max_examples=300, deadline=None)
def test_never_looser_than_the_vendor(tables: Any, what: Any, day: date) -> None:
    found = decided(overlay(**tables), day, **what)
    assert found.answer.value == what["value"], "the vendor's answer stands"
    if what["vendor"] is not None:
        assert found.severity is not None, "a finding stays a finding"
    if (
        found.severity is not None
        and what["vendor"] is not None
        and found.severity.rank < Severity(what["vendor"]).rank
    ):
        assert found.lowered_by or found.declared_off, "only an exception or a declaration lowers"


@given(TABLES, CASES, DAYS, RULES)
@settings(max_examples=300, deadline=None)
def test_one_more_rule_is_never_less_strict(tables: Any, what: Any, day: date, more: Any) -> None:
    def rank(found: Decision) -> int:
        return found.severity.rank if found.severity else -1

    before = decided(overlay(**tables), day, **what)
    after = decided(overlay(**{**tables, "rule": [*tables["rule"], {**more, "id": "new"}]}), day, **what)
    assert rank(after) >= rank(before)


@given(TABLES, CASES, DAYS, EXEMPTIONS)
@settings(max_examples=300, deadline=None)
def test_one_more_exception_never_adds_a_finding_and_lowers_no_other_rule(
    tables: Any, what: Any, day: date, more: Any
) -> None:
    made = {**more, "id": "new"}
    before = decided(overlay(**tables), day, **what)
    after = decided(overlay(**{**tables, "exception": [*tables["exception"], made]}), day, **what)
    assert (after.severity is None) or before.severity is not None
    if not made["starts"] <= day <= made["expires"]:
        assert (after.verdict, after.severity) == (before.verdict, before.severity)
