"""Raw events in the shapes that Microsoft's services publish: sign-ins, audit records, and device events.

Pure functions from a builder and plain values to JSON objects; no case and no truth. Sources:
https://learn.microsoft.com/en-us/graph/api/resources/signin?view=graph-rest-beta,
https://learn.microsoft.com/en-us/office/office-365-management-api/copilot-schema,
https://learn.microsoft.com/en-us/defender-xdr/advanced-hunting-devicenetworkevents-table
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scanner.sample.builder import Builder, Person
from scanner.sample.facts import PLANTED_PROMPT, AppFact, Json, facts, shapes

INTERACTIVE = "interactiveUser"
NON_INTERACTIVE = "nonInteractiveUser"
SERVICE_PRINCIPAL = "servicePrincipal"
MANAGED_IDENTITY = "managedIdentity"

REFUSED = 53003
"""Sign-in error code of access that Conditional Access blocked. https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes"""

_FOLDERS = {
    "msedge.exe": r"C:\Program Files (x86)\Microsoft\Edge\Application",
    "chrome.exe": r"C:\Program Files\Google\Chrome\Application",
    "mscopilot.exe": r"C:\Program Files (x86)\Microsoft\Copilot\Application",
}
_BROWSER_VERSIONS = ("138.0.3351.121", "139.0.3405.86", "140.0.3485.14", "140.0.3485.54")


def stamp(when: datetime) -> str:
    """Give a time as Microsoft Graph writes it: `2026-08-11T09:12:33Z`."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def user_sign_in(
    b: Builder,
    person: Person,
    when: datetime,
    app: AppFact,
    resource: AppFact,
    *,
    event_type: str = INTERACTIVE,
    error: int = 0,
    changes: Mapping[str, object] | None = None,
) -> None:
    """Add a sign-in of a person; `changes` overwrites single properties."""
    outside = person.home_tenant != facts().tenant_id
    row = _sign_in(b, when, app, resource, event_type, error=error) | {
        "isInteractive": event_type == INTERACTIVE,
        "userId": person.id,
        "userPrincipalName": person.address,
        "userDisplayName": person.name,
        "userType": "guest" if outside else "member",
        "crossTenantAccessType": "b2bCollaboration" if outside else "none",
        "homeTenantId": person.home_tenant,
        "signInIdentifier": person.address,
    }
    b.sign_ins.append({**row, **(changes or {})})


def workload_sign_in(
    b: Builder, identifier: str, app: AppFact, when: datetime, *, resource: AppFact, event_type: str
) -> None:
    """Add a sign-in of a service principal or managed identity, which names no user."""
    row = _sign_in(b, when, app, resource, event_type) | {
        "servicePrincipalId": identifier,
        "servicePrincipalName": app.name,
        "clientCredentialType": "clientSecret" if event_type == SERVICE_PRINCIPAL else "none",
    }
    b.sign_ins.append(row)


def _sign_in(b: Builder, when: datetime, app: AppFact, resource: AppFact, event_type: str, *, error: int = 0) -> Json:
    row: Json = dict.fromkeys((*shapes().sign_in, *shapes().sign_in_beta))
    return row | {
        "id": b.guid(),
        "createdDateTime": stamp(when),
        "appId": app.id,
        "appDisplayName": app.name,
        "resourceId": resource.id,
        "resourceDisplayName": resource.name,
        "resourceTenantId": facts().tenant_id,
        "homeTenantId": facts().tenant_id,
        "homeTenantName": "",
        "correlationId": b.guid(),
        "originalRequestId": "",
        "uniqueTokenIdentifier": f"{b.rng.getrandbits(96):024x}",
        "userId": "",
        "userPrincipalName": "",
        "userDisplayName": "",
        "servicePrincipalId": "",
        "isInteractive": False,
        "ipAddress": f"203.0.113.{b.rng.randint(1, 254)}",
        "clientAppUsed": "Browser",
        "userAgent": "",
        "signInEventTypes": [event_type],
        "crossTenantAccessType": "none",
        "incomingTokenType": "none",
        "authenticationProtocol": "none",
        "authenticationRequirement": "singleFactorAuthentication",
        "clientCredentialType": "none",
        "tokenIssuerType": "AzureAD",
        "tokenIssuerName": "",
        "isTenantRestricted": False,
        "flaggedForReview": False,
        "processingTimeInMilliseconds": b.rng.randint(40, 900),
        "resourceServicePrincipalId": "",
        "conditionalAccessStatus": "failure" if error else "notApplied",
        "appliedConditionalAccessPolicies": [],
        "riskEventTypes_v2": [],
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "status": {
            "errorCode": error,
            "failureReason": "Access has been blocked by Conditional Access policies." if error else "Other.",
            "additionalDetails": None,
        },
        "location": {"city": "Deventer", "state": "Overijssel", "countryOrRegion": "NL", "geoCoordinates": {}},
        "deviceDetail": _DEVICE_DETAIL,
    }


_DEVICE_DETAIL = {
    "deviceId": "",
    "displayName": "",
    "operatingSystem": "Windows11",
    "browser": "Edge 140.0.0",
    "isCompliant": False,
    "isManaged": False,
    "trustType": "",
}


def audit(
    b: Builder, record_type: str, user: str, when: datetime, *, user_key: str = "", user_type: int = 0, **fields: object
) -> Json:
    """Add an audit record and give it; `fields` are added at its top level, and None takes a field away."""
    kind = shapes().record_types[record_type]
    record: Json = {
        "CreationTime": when.strftime("%Y-%m-%dT%H:%M:%S"),
        "Id": b.guid(),
        "Operation": record_type,
        "OrganizationId": facts().tenant_id,
        "RecordType": kind.number,
        "UserKey": user_key,
        "UserType": user_type,
        "Version": 1,
        "Workload": kind.workload,
        "ClientIP": f"::ffff:198.51.100.{b.rng.randint(1, 254)}",
        "ClientRegion": facts().country,
        "UserId": user,
    }
    record |= fields
    b.audit.append({name: value for name, value in record.items() if value is not None})
    return b.audit[-1]


def interaction(b: Builder, host: str, *, document: str = "", model: str = "") -> Json:
    """Give the CopilotEventData of one interaction, with the planted prompt in every place that could hold content."""
    thread = f"19:{b.rng.getrandbits(128):032x}@thread.v2"
    resources = [{"Action": "Read", "Id": b.guid(), "Name": f"{PLANTED_PROMPT}.{document}", "Type": document}]
    return {
        "AppHost": host,
        "ThreadId": thread,
        "Contexts": [{"Id": f"https://{facts().domain}/docs/{PLANTED_PROMPT}.{document}", "Type": document}]
        if document
        else [],
        "MessageIds": [],
        "Messages": [
            {"Id": str(b.rng.randrange(10**12, 10**13)), "isPrompt": True, "Size": 64, "Text": PLANTED_PROMPT},
            {"Id": str(b.rng.randrange(10**12, 10**13)), "isPrompt": False, "Size": 512},
        ],
        "PromptText": PLANTED_PROMPT,
        "AccessedResources": resources if document else [],
        "AISystemPlugin": [{"Id": "BingWebSearch", "Name": "BuiltIn"}] if b.rng.randrange(10) in range(3) else [],
        "ModelTransparencyDetails": [{"ModelProviderName": "OpenAI", "ModelName": model}] if model else [],
    }


def connection(
    b: Builder,
    person: Person,
    when: datetime,
    url: str,
    process: str,
    *,
    version: str = "",
    action: str = "ConnectionSuccess",
) -> None:
    """Add a network connection of a person's process on their device."""
    row = _device(person, when) | {
        "ActionType": action,
        "RemoteIP": f"192.0.2.{b.rng.randint(1, 254)}",
        "RemotePort": 443,
        "RemoteUrl": url,
        "Protocol": "Tcp",
        "InitiatingProcessFileName": process,
        "InitiatingProcessFolderPath": _FOLDERS.get(process.lower(), r"C:\Windows\System32"),
        "InitiatingProcessCommandLine": f'"{process}" --type=utility --note "{PLANTED_PROMPT}"',
        "InitiatingProcessVersionInfoProductVersion": version or _browser_version(person, when),
        "ReportId": b.rng.randint(1, 10**6),
    }
    b.network.append(row | {f"InitiatingProcess{name}": value for name, value in _account(person).items()})


def process_start(
    b: Builder, person: Person, when: datetime, version: str, *, auto: bool, file: str = "mscopilot.exe"
) -> None:
    """Add a start of the consumer Copilot app, by hand or (`auto`) by itself at logon."""
    folder = _FOLDERS["mscopilot.exe"]
    tail = "--no-startup-window --win-session-start" if auto else f'--single-argument "{PLANTED_PROMPT}"'
    row = _device(person, when) | {
        "ActionType": "ProcessCreated",
        "FileName": file,
        "FolderPath": f"{folder}\\{file}",
        "ProcessId": b.rng.randint(1000, 30_000),
        "ProcessCommandLine": f'"{folder}\\{file}" {tail}',
        "ProcessVersionInfoProductVersion": version,
        "InitiatingProcessFileName": "explorer.exe",
        "ReportId": b.rng.randint(1, 10**6),
    }
    b.processes.append(row | _account(person))


def _browser_version(person: Person, when: datetime) -> str:
    """Devices are not all equally up to date, and each gets one update in the middle of the month."""
    start = int(person.device_id[:2], 16) % 3
    return _BROWSER_VERSIONS[start + (when.day in range(15, 32))]


def _device(person: Person, when: datetime) -> Json:
    # The hunting API gives seven digits of a second's fraction.
    fraction = (when.minute * 60 + when.second) * 1237 % 1_000_000
    return {
        "Timestamp": f"{when.strftime('%Y-%m-%dT%H:%M:%S')}.{fraction:06d}0Z",
        "DeviceId": person.device_id,
        "DeviceName": person.device_name,
    }


def _account(person: Person) -> Json:
    local = person.login.split("@")[0] or "labuser"
    return {
        "AccountDomain": "ardenfall" if person.login else person.device_name.split(".")[0],
        "AccountName": local,
        "AccountUpn": person.login,
        "AccountObjectId": person.id,
    }
