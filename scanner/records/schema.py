"""The evidence tables: every column that the scanner keeps, with its type. What is not named here is never stored.

Types are declared, never inferred. Times are UTC; `list` columns are never null (an empty list instead); text is null where the
source does not say. No column holds a prompt, a response, a file name, a command line or a message.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from scanner.errors import ScannerError

Row = dict[str, Any]
"""One record of a table: column name to value. Columns that are left out are null."""

_TIME: Final = pa.timestamp("us", tz="UTC")
_TEXTS: Final = pa.list_(pa.string())


def _table(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


SCHEMAS: Final[dict[str, pa.Schema]] = {
    # One row per directory user. `issuers` are identities[].issuer, lower case without blanks; `plans` the effective service plan ids.
    "users": _table(
        id=pa.string(),
        user_principal_name=pa.string(),
        display_name=pa.string(),
        mail=pa.string(),
        department=pa.string(),
        user_type=pa.string(),
        creation_type=pa.string(),
        external_user_state=pa.string(),
        issuers=_TEXTS,
        account_enabled=pa.bool_(),
        created=_TIME,
        usage_location=pa.string(),
        age_group=pa.string(),
        plans=_TEXTS,
    ),
    # One row per subscribed licence of the tenant.
    "skus": _table(
        sku_id=pa.string(),
        part_number=pa.string(),
        status=pa.string(),
        consumed=pa.int64(),
        enabled=pa.int64(),
        plans=_TEXTS,
    ),
    # One row per sign-in. `event_type` is interactiveUser, nonInteractiveUser, servicePrincipal or managedIdentity.
    "sign_ins": _table(
        id=pa.string(),
        time=_TIME,
        event_type=pa.string(),
        user_id=pa.string(),
        user_principal_name=pa.string(),
        user_display_name=pa.string(),
        user_type=pa.string(),
        cross_tenant_access_type=pa.string(),
        home_tenant_id=pa.string(),
        resource_tenant_id=pa.string(),
        token_issuer_type=pa.string(),
        app_id=pa.string(),
        app_name=pa.string(),
        resource_id=pa.string(),
        resource_name=pa.string(),
        service_principal_id=pa.string(),
        service_principal_name=pa.string(),
        error_code=pa.int64(),
    ),
    # One row per audit record id; `revision` and `sequence` decide which of several copies is the latest.
    # `record_type` is the canonical name (CopilotInteraction), whatever form it came in. `user_type` is the numeric audit user type.
    "audit": _table(
        id=pa.string(),
        revision=pa.int64(),
        sequence=pa.int64(),
        time=_TIME,
        record_type=pa.string(),
        operation=pa.string(),
        workload=pa.string(),
        organization_id=pa.string(),
        user_id=pa.string(),
        user_key=pa.string(),
        user_type=pa.int64(),
        app_host=pa.string(),
        app_identity=pa.string(),
        agent_id=pa.string(),
        agent_name=pa.string(),
        authentication_mode=pa.string(),
        model_providers=_TEXTS,
        model_names=_TEXTS,
        plugins=_TEXTS,
    ),
    # One row per group of device events: one process of one account on one device reached one host (source_table
    # DeviceNetworkEvents) or was started (DeviceProcessEvents, host null). `events` is 1 for raw rows,
    # and 0 for a connection that was blocked or failed.
    "device_events": _table(
        source_table=pa.string(),
        time_first=_TIME,
        time_last=_TIME,
        events=pa.int64(),
        device_id=pa.string(),
        device_name=pa.string(),
        account_upn=pa.string(),
        account_object_id=pa.string(),
        host=pa.string(),
        process=pa.string(),
        process_version=pa.string(),
        auto_start=pa.bool_(),
    ),
    # One row per user and surface of a Copilot usage report. `concealed` is true where names are 32-digit digests.
    "usage_reports": _table(
        user_principal_name=pa.string(),
        display_name=pa.string(),
        concealed=pa.bool_(),
        surface=pa.string(),
        last_activity=pa.date32(),
        report_refresh_date=pa.date32(),
        report_period=pa.string(),
    ),
}

TABLES: Final[tuple[str, ...]] = tuple(SCHEMAS)


class BadRow(ScannerError):  # noqa: N818  # it is a row, and an outcome that is counted
    """One record cannot be used; `what` says why. It is counted in Coverage, never dropped silently."""
