"""Reduction keeps what judging needs: latest revisions, periods, whole-host matches, redirects."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rows import at, audit, hit, reduced, sign_in, start, user


def test_the_latest_revision_of_a_record_wins_and_copies_count_once(tmp_path: Path) -> None:
    consumer = {"record_type": "AIAppInteraction", "app_identity": "AIApp.SaaS.Microsoft Copilot"}
    rows = [
        audit("1", "ann", **consumer),
        audit("1", "ann", **consumer, sequence=5),
        audit("1", "ann", revision=2, sequence=2, record_type="AIAppInteraction", app_identity="AIApp.SaaS.ChatGPT"),
    ]
    frame = reduced(tmp_path, audit=rows).audit
    assert frame[["app_identity", "events"]].to_numpy().tolist() == [["AIApp.SaaS.ChatGPT", 1]]


def test_usage_is_never_added_up_over_a_policy_boundary(tmp_path: Path) -> None:
    rows = [audit("1", "ann", time=at(17, 23, 59)), audit("2", "ann", time=at(18, 0))]
    frame = reduced(tmp_path, [date(2026, 8, 18)], audit=rows).audit.sort_values("period")
    assert frame[["period", "events", "active_days"]].to_numpy().tolist() == [[0, 1, 1], [1, 1, 1]]


def test_failed_sign_ins_and_other_applications_are_no_use(tmp_path: Path) -> None:
    rows = [
        sign_in("1", "ann"),
        sign_in("2", "bob", error_code=50126),
        sign_in("3", "cid", app_id="00000002-0000-0ff1-ce00-000000000000", app_name="Exchange"),
        sign_in("4", "dee", app_id="11111111-0000-0000-0000-000000000000", app_name="Our Copilot bot"),
    ]
    assert set(reduced(tmp_path, sign_ins=rows).sign_ins.user_id) == {"ann", "dee"}


def test_a_repeated_sign_in_row_counts_once(tmp_path: Path) -> None:
    frame = reduced(tmp_path, sign_ins=[sign_in("1", "ann"), sign_in("1", "ann")]).sign_ins
    assert frame.events.tolist() == [1]


def test_look_alike_hosts_are_not_copilot(tmp_path: Path) -> None:
    hosts = ["copilot.microsoft.com.evil.example", "notcopilot.com", "mycopilot.com", "copilot.comx"]
    rows = [hit("ann", at(5), host) for host in hosts] + [hit("bob", at(5), "www.copilot.com")]
    assert reduced(tmp_path, device_events=rows).devices.account_object_id.tolist() == ["bob"]


def test_a_redirect_to_the_work_site_is_not_use_even_over_the_hour(tmp_path: Path) -> None:
    rows = [
        hit("ann", at(5, 10, 59), events=2),
        hit("ann", at(5, 11, 1), "m365.cloud.microsoft"),
        hit("bob", at(5, 10), events=2),
        hit("bob", at(5, 13), "m365.cloud.microsoft"),
        hit("cid", at(5, 10), events=2),
        hit("cid", at(5, 10), "m365.cloud.microsoft"),
        hit("cid", at(5, 10), "login.live.com"),
    ]
    assert sorted(reduced(tmp_path, device_events=rows).devices.account_object_id) == ["bob", "cid"]


def test_a_browser_that_updates_itself_between_two_hits_is_still_one_browser(tmp_path: Path) -> None:
    rows = [
        hit("ann", at(5, 10, 1), events=1, process_version="139.0"),
        hit("ann", at(5, 10, 2), events=1, process_version="140.0"),
        hit("ann", at(5, 10, 3), "m365.cloud.microsoft", process_version="140.1"),
    ]
    assert reduced(tmp_path, device_events=rows).devices.empty


def test_a_connection_that_was_blocked_is_no_use(tmp_path: Path) -> None:
    assert reduced(tmp_path, device_events=[hit("ann", at(5), events=0)]).devices.empty


def test_features_count_days_over_all_devices_of_a_person(tmp_path: Path) -> None:
    rows = [
        hit("ann", at(5)),
        hit("ann", at(6), device_name="PC-2"),
        hit("ann", at(6), "login.live.com", device_name="PC-2"),
        hit("ann", at(6), "login.live.com", process="svchost.exe"),
    ]
    frame = reduced(tmp_path, device_events=rows).device_features
    browser = frame[frame.process_kind == "browser"]
    assert browser[["days", "msa_days", "busiest_day"]].to_numpy().tolist() == [[2, 1, 3]]


def test_starts_of_the_app_are_told_apart(tmp_path: Path) -> None:
    rows = [start("ann", at(5), auto=True), start("ann", at(6), auto=True), start("ann", at(6, 12), auto=False)]
    frame = reduced(tmp_path, device_events=rows).app_starts
    assert frame[["manual_starts", "auto_starts"]].to_numpy().tolist() == [[1, 2]]


def test_people_are_found_by_id_name_and_mail(tmp_path: Path) -> None:
    users = [user("ann"), user("bob", mail="robert@ardenfall.example"), user("cid"), user("dee")]
    rows = [audit("1", "ann"), audit("2", "robert"), audit("3", "CID")]
    frame = reduced(tmp_path, users=users, audit=rows)
    assert set(frame.people.id) == {"ann", "bob", "cid"}
    assert frame.people_count == 4


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)))
def test_the_order_of_records_does_not_change_the_sums(tmp_path_factory: object, order: list[int]) -> None:
    folder = tmp_path_factory.mktemp("order")  # type: ignore[attr-defined]  # pytest's factory has no public type here
    rows = [audit(str(number), "ann", time=at(5 + number % 3)) for number in range(6)]
    frame = reduced(folder, audit=[rows[index] for index in order]).audit
    assert frame[["events", "active_days"]].to_numpy().tolist() == [[6, 3]]
