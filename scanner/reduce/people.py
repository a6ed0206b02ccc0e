"""The directory, cut down to the people that judging needs: those who appear in usage, and those whose identity or licence matters."""

from __future__ import annotations

from collections.abc import Collection

import ibis
from ibis import _

from scanner.catalog import Catalog
from scanner.reduce.common import latest, lower


def directory(users: ibis.Table, keys: Collection[str], catalog: Catalog) -> ibis.Table:
    """Give the users that a key names (object id, user principal name or mail, lower case), and every personal account.

    Columns as in the `users` table, ids, names and mails in lower case as `key_id`, `key_upn`, `key_mail`.
    """
    personal = [entry.issuer for entry in catalog.issuer if entry.account == "msa"]
    people = latest(users, "id", "user_principal_name").mutate(
        key_id=lower(_.id), key_upn=lower(_.user_principal_name), key_mail=lower(_.mail)
    )
    wanted = ibis.memtable({"key": sorted({*keys, ""})}, schema={"key": "string"})
    matches = ibis.or_(
        people.key_id.isin(wanted.key),
        people.key_upn.isin(wanted.key),
        people.key_mail.isin(wanted.key) & (people.key_mail != ""),
        *[people.issuers.contains(issuer) for issuer in personal],
    )
    return people.filter(matches)


def count(users: ibis.Table) -> ibis.Value:
    """Give the number of different people in the directory."""
    return users.id.nunique()
