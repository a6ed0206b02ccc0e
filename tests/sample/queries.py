"""The two hunting queries that a scan runs, as the tests know them."""

NETWORK = """DeviceNetworkEvents
| where Timestamp >= datetime(2026-08-03T00:00:00Z) and Timestamp < datetime(2026-09-02T00:00:00Z)
| where ActionType in ("ConnectionSuccess", "HttpConnectionInspected", "SslConnectionInspected")
| where RemoteUrl has_any ("copilot.microsoft.com", "copilot.com", "m365.cloud.microsoft", "copilot.cloud.microsoft", "login.live.com")
| extend Host = tolower(extract(@"^(?:[a-zA-Z]+://)?([^/:?#]+)", 1, RemoteUrl))
| summarize Events = count(), FirstSeen = min(Timestamp), LastSeen = max(Timestamp) by Hour = bin(Timestamp, 1h), DeviceId, DeviceName,
  InitiatingProcessAccountUpn, InitiatingProcessAccountObjectId, Host, InitiatingProcessFileName,
  InitiatingProcessVersionInfoProductVersion"""

PROCESS = """DeviceProcessEvents
| where Timestamp >= datetime(2026-08-03T00:00:00Z) and Timestamp < datetime(2026-09-02T00:00:00Z)
| where FileName in~ ("mscopilot.exe")
| extend AutoStart = ProcessCommandLine has "--no-startup-window"
| summarize Events = count(), FirstSeen = min(Timestamp), LastSeen = max(Timestamp) by Hour = bin(Timestamp, 1h), DeviceId, DeviceName,
  AccountUpn, AccountObjectId, FileName, ProcessVersionInfoProductVersion, AutoStart"""
