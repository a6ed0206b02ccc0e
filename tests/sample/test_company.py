"""The company is repeatable, has the size it promises, and its truth agrees with its raw data, read here in the simplest way."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import scanner.sample
from scanner.sample import NOW, PLANTED_PROMPT, PLANTED_WORD, START, Company, ExpectedPerson, company
from scanner.sample.facts import facts

CONSUMER = ("copilot.microsoft.com", "copilot.com")


def raw(world: Company) -> str:
    parts = (world.organization, world.users, world.skus, world.sign_ins, world.audit, world.network, world.processes)
    return json.dumps(parts, sort_keys=True)


def host(row: dict[str, Any]) -> str:
    text: str = row["RemoteUrl"].removeprefix("https://")
    return re.split("[/?:]", text, maxsplit=1)[0].lower()


def is_consumer(row: dict[str, Any]) -> bool:
    return (
        any(host(row) == name or host(row).endswith(f".{name}") for name in CONSUMER)
        and "Failed" not in row["ActionType"]
    )


def who(row: dict[str, Any]) -> str:
    prefix = "InitiatingProcess" if "RemoteUrl" in row else ""
    found = row[f"{prefix}AccountObjectId"] or row[f"{prefix}AccountUpn"] or row["DeviceName"]
    return str(found).lower()


def with_case(world: Company, text: str) -> list[ExpectedPerson]:
    found = [person for person in world.truth.people if text in person.case]
    assert found, text
    return found


def test_the_same_seed_gives_the_same_company() -> None:
    first, second = company.__wrapped__(11), company.__wrapped__(11)
    assert first is not second
    assert raw(first) == raw(second)
    assert first.truth == second.truth


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_another_seed_gives_other_people_and_the_same_cases(seed: int, world: Company) -> None:
    other = company(seed)
    assert raw(other) != raw(world)
    assert Counter((f.rule, f.grade, f.service, f.training) for f in other.truth.findings) == Counter(
        (f.rule, f.grade, f.service, f.training) for f in world.truth.findings
    )


def test_the_size_of_the_company(world: Company) -> None:
    assert 480 <= len(world.users) <= 520
    logins = [user["userPrincipalName"].lower() for user in world.users]
    assert len(set(logins)) == len(logins) == len({user["id"] for user in world.users})
    licensed = [
        p
        for p in world.truth.people
        if ("m365_copilot", "entra", "A") in p.expected or "Holds a Copilot licence" in p.case
    ]
    assert len(licensed) == 90


def test_the_findings_that_the_cases_promise(world: Company) -> None:
    assert Counter((f.rule, f.service, f.account, f.grade, f.training) for f in world.truth.findings) == {
        ("personal-account-use", "m365_copilot_chat", "msa", "A", "unknown"): 4,
        ("personal-account-use", "foundry_direct", "msa", "A", "unknown"): 1,
        ("personal-account-exposure", "m365_copilot", "msa", "E", "unknown"): 1,
        ("personal-account-use", "copilot_consumer", "msa", "B", "yes_opt_out"): 7,
        ("personal-account-use", "copilot_consumer", "msa", "C", "yes_opt_out"): 17,
        ("personal-account-possible", "copilot_consumer", "msa", "D", "yes_opt_out"): 8,
        ("agent-open-to-anyone", "copilot_studio", "none", "E", "unknown"): 1,
    }


def test_every_user_and_every_finding_has_a_truth_with_a_reason(world: Company) -> None:
    people = {person.principal: person for person in world.truth.people}
    assert {user["id"] for user in world.users} <= set(people)
    assert len(people) == len(world.truth.people) == len(world.users) + 2
    assert all(person.case for person in people.values())
    agents = {app.id for app in world.truth.apps if app.kind == "agent"}
    for finding in world.truth.findings:
        assert finding.principal in people or finding.principal in agents
        if finding.principal in people:
            person = people[finding.principal]
            assert finding in person.findings
            assert (finding.service, finding.account, finding.grade) in person.expected


def test_personal_accounts_are_findings_only_with_successful_ai_use_or_a_licence(world: Company) -> None:
    msa = {
        user["id"]: user
        for user in world.users
        if user["identities"][0]["issuer"].replace(" ", "").lower() == "microsoftaccount"
    }
    assert len(msa) == 8
    ai = {facts().apps[name].id for name in ("copilot", "chat_client", "foundry_portal")}
    signed_in = {
        row["userId"]
        for row in world.sign_ins
        if row["userId"] in msa and row["status"]["errorCode"] == 0 and {row["appId"], row["resourceId"]} & ai
    }
    recorded = {
        identifier
        for identifier, user in msa.items()
        if any(r["UserId"] == user["mail"] and r["Operation"] == "CopilotInteraction" for r in world.audit)
    }
    holders = {identifier for identifier, user in msa.items() if user["assignedLicenses"]}
    found = {f.principal: f.grade for f in world.truth.findings if f.principal in msa}
    assert {key for key, grade in found.items() if grade == "A"} == signed_in | recorded
    assert {key for key, grade in found.items() if grade == "E"} == holders - signed_in - recorded
    assert {row["userType"] for row in world.sign_ins if row["userId"] in signed_in} == {"member", "guest"}


def test_licences_follow_the_plans_and_not_the_sku(world: Company) -> None:
    paid = facts().skus["copilot"].plans[0].id
    people = {person.principal: person for person in world.truth.people}
    off = 0
    for user in world.users:
        holds = any(row["skuId"] == facts().skus["copilot"].id for row in user["assignedLicenses"])
        works = any(
            p["servicePlanId"] == paid and p["capabilityStatus"] == "Enabled" for p in user["assignedPlans"]
        ) and not any(paid in row["disabledPlans"] for row in user["assignedLicenses"])
        off += holds and not works
        used = {
            service for service, account, grade in people[user["id"]].expected if account == "entra" and grade == "A"
        }
        assert not (used & {"m365_copilot"} and not works)
        assert not (used & {"m365_copilot_chat", "m365_copilot_maa"} and works)
    assert off == 6


def test_grades_of_device_evidence_follow_from_days_and_sign_ins(world: Company) -> None:
    days: dict[str, set[str]] = defaultdict(set)
    personal: dict[str, set[str]] = defaultdict(set)
    work: dict[str, set[str]] = defaultdict(set)
    for row in world.network:
        day = row["Timestamp"][:10] + row["InitiatingProcessFileName"].lower()
        if is_consumer(row):
            days[who(row)].add(day)
        elif host(row) == "login.live.com":
            personal[who(row)].add(day)
        elif host(row) == "m365.cloud.microsoft":
            work[who(row)].add(day)
    by_hand = {who(row) for row in world.processes if "--no-startup-window" not in row["ProcessCommandLine"]}
    for person in world.truth.people:
        key = person.principal
        grades = {grade for service, _, grade in person.expected if service == "copilot_consumer"}
        signed_in = days[key] & personal[key]
        only_auto = key in {who(row) for row in world.processes} - by_hand
        if "C" in grades:
            assert len(days[key]) >= 2, person
            assert signed_in, person
            assert not only_auto, person
        elif "D" in grades:
            assert days[key], person
            assert only_auto or not signed_in, person
        elif "B" not in grades and days[key]:
            assert "sent on" in person.case, person
            assert days[key] <= work[key], person
            assert not signed_in, person


def test_only_the_updated_app_since_its_day_is_use_without_a_finding(world: Company) -> None:
    first = tuple(int(part) for part in facts().updated_app_version.split("."))
    found = {f.principal for f in world.truth.findings}
    by_person: dict[str, set[bool]] = defaultdict(set)
    for row in world.network:
        if is_consumer(row) and row["InitiatingProcessFileName"].lower() == "mscopilot.exe":
            version = tuple(int(part) for part in row["InitiatingProcessVersionInfoProductVersion"].split("."))
            late = row["Timestamp"][:10] >= facts().updated_app_day.isoformat()
            by_person[who(row)].add(version >= first and late)
    cleared = {key for key, states in by_person.items() if states == {True}}
    assert len(cleared) == 3
    assert not cleared & found
    assert set(by_person) - cleared <= found
    assert sum(states == {True, False} for states in by_person.values()) == 2


def test_the_latest_revision_decides(world: Company) -> None:
    latest: dict[str, dict[str, Any]] = {}
    for record in world.audit:
        if record["Id"] not in latest or record["Version"] > latest[record["Id"]]["Version"]:
            latest[record["Id"]] = record
    named = {
        record["UserId"].lower()
        for record in latest.values()
        if record.get("AppIdentity") == "AIApp.SaaS.Microsoft Copilot"
        and record["CreationTime"] >= START.strftime("%Y-%m-%d")
    }
    assert named == {p.login.lower() for p in world.truth.people if any(f.grade == "B" for f in p.findings)}
    (cleared,) = with_case(world, "latest revision names ChatGPT")
    assert cleared.findings == ()


def test_the_audit_log_repeats_records_and_writes_revisions_later(world: Company) -> None:
    places: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(world.audit):
        places[record["Id"]].append(place)
    assert sum(len(found) > 1 for found in places.values()) >= 40
    revised = [record for record in world.audit if record["Version"] == 2]
    assert len({record["Id"] for record in revised}) == 2
    for record in revised:
        assert world.audit[places[record["Id"]][0]]["Version"] == 1


def test_the_open_agent_is_the_one_whose_last_setting_is_none(world: Company) -> None:
    last: dict[str, str] = {}
    for record in sorted(world.audit, key=lambda r: str(r["CreationTime"])):
        if record["Operation"] == "BotUpdateOperation-BotAuthUpdate":
            last[record["BotId"]] = record["AuthenticationMode"]
    opened = {bot for bot, mode in last.items() if mode == "None"}
    assert opened == {f.principal for f in world.truth.findings if f.rule == "agent-open-to-anyone"}
    agents = {app.id for app in world.truth.apps if app.kind == "agent"}
    assert len(agents) == 6
    assert agents == {record["AgentId"] for record in world.audit if "AgentId" in record}


def test_events_lie_in_the_window_and_some_audit_records_before_it(world: Company) -> None:
    times = [row["createdDateTime"] for row in world.sign_ins]
    assert times == sorted(times, reverse=True)
    times += [row["Timestamp"] for row in (*world.network, *world.processes)]
    assert all(START <= datetime.fromisoformat(time) < NOW for time in times)
    created = [datetime.fromisoformat(r["CreationTime"]).replace(tzinfo=UTC) for r in world.audit]
    assert max(created) < NOW
    assert any(time < START for time in created)


def test_the_prompt_is_planted_wherever_content_could_be(world: Company) -> None:
    assert PLANTED_WORD in PLANTED_PROMPT.lower()
    assert all(user["aboutMe"] == PLANTED_PROMPT for user in world.users)
    assert any(PLANTED_PROMPT in row["RemoteUrl"] for row in world.network)
    assert any(PLANTED_PROMPT in row["ProcessCommandLine"] for row in world.processes)
    assert any(record.get("PromptText") == PLANTED_PROMPT for record in world.audit)
    events = [record["CopilotEventData"] for record in world.audit if "CopilotEventData" in record]
    assert any(PLANTED_PROMPT in message.get("Text", "") for event in events for message in event["Messages"])
    assert any(PLANTED_PROMPT in item["Name"] for event in events for item in event["AccessedResources"])


def test_names_are_hard_on_readers_and_some_belong_to_flagged_people(world: Company) -> None:
    flagged = [person.name for person in world.truth.people if person.findings]
    assert any(name.startswith("=") for name in flagged)
    assert any('"' in name for name in flagged)
    assert any(name != name.encode("ascii", "ignore").decode() for name in flagged)
    everyone = [str(user["displayName"]) for user in world.users]
    assert any(len(name) > 200 for name in everyone)
    assert any("🚀" in name for name in everyone)
    assert max(len(name) for name in everyone) <= 256


def test_the_sample_is_a_stranger_to_the_scanner() -> None:
    folder = Path(str(scanner.sample.__file__)).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if name.split(".")[0] in ("scanner", "reports"):
                    assert name.startswith("scanner.sample") or name == "scanner.errors", (path, name)
