"""Where an Azure resource gets its managed identity's tokens: the two forms that matter, virtual machine and App Service.

https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token and
https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Collection

from scanner.sample.server.messages import Request, Response

VIRTUAL_MACHINE = "/metadata/identity/oauth2/token"
APP_SERVICE = "/msi/token"
_NAMES = ("client_id", "mi_res_id", "msi_res_id", "object_id")
_LIFETIME_SECONDS = 86399


def answer(request: Request, identities: Collection[str], header: str, issue: Callable[[str], str | None]) -> Response:
    """Answer a request for a token.

    Args:
        request: to one of the two addresses.
        identities: ids of the user-assigned identities that the resource has.
        header: what App Service put into the resource's environment.
        issue: gives a token for a resource, or None if there is no such resource.
    """
    on_app_service = request.path == APP_SERVICE
    if on_app_service and not hmac.compare_digest(request.headers.get("x-identity-header", ""), header):
        return Response(401, {"statusCode": 401, "message": "The identity header is not valid."})
    if not on_app_service and request.headers.get("metadata") != "true":
        return _refused("invalid_request", "Required metadata header not specified")
    wanted = [request.query[name] for name in _NAMES if name in request.query]
    if any(name not in identities for name in wanted):
        return _refused("invalid_request", "Identity not found", on_app_service)
    token = issue(request.query.get("resource", ""))
    if token is None:
        return _refused("invalid_resource", "AADSTS500011: The resource principal was not found.", on_app_service)
    body = {"access_token": token, "token_type": "Bearer", "resource": request.query["resource"]}
    if on_app_service:
        return Response(200, {**body, "expires_on": str(int(time.time()) + _LIFETIME_SECONDS)})
    return Response(200, {**body, "expires_in": str(_LIFETIME_SECONDS)})


def _refused(error: str, message: str, on_app_service: bool = False) -> Response:
    if on_app_service:
        return Response(400, {"statusCode": 400, "message": message})
    return Response(400, {"error": error, "error_description": message})
