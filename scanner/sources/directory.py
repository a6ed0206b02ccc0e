"""The directory: who is in the tenant, which identity provider they come from, which AI licences they hold.

Sources: https://learn.microsoft.com/en-us/graph/api/user-list and https://learn.microsoft.com/en-us/graph/api/subscribedsku-list
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.records.users import parse_sku, parse_user
from scanner.sources.base import Context, Tally
from scanner.tenant.client import GraphClient

_USERS = "/v1.0/users"
_SKUS = "/v1.0/subscribedSkus"
_ORGANIZATION = "/v1.0/organization"
_USER_FIELDS = (
    "id,userPrincipalName,displayName,mail,department,userType,creationType,externalUserState,identities,"
    "accountEnabled,createdDateTime,usageLocation,ageGroup,assignedPlans"
)
_SKU_FIELDS = "skuId,skuPartNumber,capabilityStatus,consumedUnits,prepaidUnits,servicePlans"


@dataclass(frozen=True, slots=True)
class Organization:
    """The tenant's own name and id."""

    id: str
    name: str


async def read_organization(client: GraphClient) -> Organization:
    """Give the tenant's id and name; also proves that the sign-in works at all.

    Raises:
        ScannerError: the request failed.
    """
    answer = await client.get(_ORGANIZATION, {"$select": "id,displayName"})
    rows = answer.get("value") or [{}]
    return Organization(str(rows[0].get("id", "")), str(rows[0].get("displayName", "")))


async def read_directory(context: Context, tally: Tally) -> None:
    """Read all users (999 a page) and the subscribed licences."""
    await tally.step("users", _users(context, tally), _USERS)
    await tally.step("subscribed licences", _skus(context, tally), _SKUS)


async def _users(context: Context, tally: Tally) -> None:
    async for page in context.client.pages(_USERS, {"$select": _USER_FIELDS, "$top": "999"}):
        tally.keep("users", page.rows, parse_user)


async def _skus(context: Context, tally: Tally) -> None:
    async for page in context.client.pages(_SKUS, {"$select": _SKU_FIELDS}):
        tally.keep("skus", page.rows, parse_sku)
