"""Make docs/policy-matrix.md and the JSON Schema of the data files: `python -m scanner.policy.docs [--check]`.

`guide.md` has the words and the places; the functions below fill each place from the data. With `--check` nothing is written, and
the exit code is 1 if a file is not current.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from scanner.model import AccountKind, Training
from scanner.policy import Matrix, load, resolve, resolver
from scanner.policy.explain import as_text
from scanner.policy.question import Question
from scanner.policy.rows import Cell, ClaimQuestion, DataFile
from scanner.policy.words import ANSWERS, PURPOSES, condition_words

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
GUIDE = _ROOT / "docs" / "policy-matrix.md"
SCHEMA = _HERE / "data" / "policy.schema.json"

_WORST = Training.UNKNOWN.badness
_GRADES = {
    "primary": "the vendor's own file in its public repository",
    "primary-mirror": "a verbatim copy of the vendor's page elsewhere, with source and date",
    "primary-excerpt": "a stored copy of the vendor's page, an excerpt",
    "primary-unattributed": "a text that reads as the vendor's, its place not known",
    "secondary-quote": "a third party's quotation of the vendor's page, with its own check date",
    "press": "journalism or a forum",
    "seed": "the recorded walkthrough",
}
_STANDING = {
    "holds": "holds",
    "holds_with_conditions": "holds with conditions",
    "moved": "the documents have moved on",
    "not_a_policy": "not a statement about policy",
}


def schema() -> str:
    """Give the JSON Schema of a data file, as text."""
    made = DataFile.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Policy matrix data file (dates as YYYY-MM-DD)"
    return json.dumps(made, indent=2, sort_keys=True) + "\n"


def guide(matrix: Matrix) -> str:
    """Give docs/policy-matrix.md, as text."""
    header = matrix.header
    parts = {
        "version": matrix.version,
        "compiled": str(header.compiled),
        "counts": f"{len(matrix.cells)} rows on {len(matrix.services)} services, {len(matrix.sources)} documents",
        "answers": _answers(),
        "purposes": "; ".join(f"`{purpose.value}` ({words})" for purpose, words in PURPOSES.items()),
        "grades": _lines(f"| `{grade}` | {words} | {_days(matrix, grade)} |" for grade, words in _GRADES.items()),
        "resolver": _resolver(),
        "attributes": _attributes(matrix),
        "assumptions": _assumptions(matrix),
        "rows": _rows(matrix),
        "settings": _settings(matrix),
        "personalization": _personalization(matrix),
        "names": _names(matrix),
        "claims_table": _lines(
            f"| [{claim.id}](#{claim.id.lower()}) {_cell(claim.claim)} | {_STANDING[claim.standing]} |"
            for claim in matrix.claims.values()
        ),
        "claims": _claims(matrix),
        "open_questions": _lines(f"- {text}" for text in header.open_questions),
        "sources": _sources(matrix),
    }
    text = (_HERE / "guide.md").read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace("{{" + name + "}}", part)
    return text


def explain_command(question: ClaimQuestion, as_of: str) -> list[str]:
    """Give the words after `ai-scanner policy` that put a claim's question."""
    words = ["explain", question.service, question.account, "--on", str(question.on), "--as-of", as_of]
    if question.purpose.value != "foundation_training":
        words += ["--purpose", question.purpose.value]
    for name, value in question.conditions.items():
        words += ["--condition", f"{name}={value}"]
    return words


def explain_output(matrix: Matrix, question: ClaimQuestion) -> str:
    """Give what that command prints, as of the day of compilation."""
    asked = Question(
        question.service, AccountKind(question.account), question.purpose, question.on, question.conditions
    )
    as_of = matrix.header.compiled
    return as_text(matrix, resolve(matrix, asked, as_of=as_of), as_of)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _cell(text: object) -> str:
    """Make a text safe for a table cell."""
    return str(text).replace("|", "\\|").replace("<", "&lt;")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    body = (f"| {' | '.join(_cell(value) for value in row)} |" for row in rows)
    return _lines([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *body])


def _answers() -> str:
    ranked = sorted(Training, key=lambda value: (-value.badness, value is Training.UNKNOWN))
    return _lines(f"| `{value.value}` | {ANSWERS[value]} |" for value in ranked)


def _days(matrix: Matrix, grade: str) -> str:
    days = getattr(matrix.header.staleness, grade.replace("-", "_"))
    return f"{days} days"


def _resolver() -> str:
    text = inspect.cleandoc(resolver.__doc__ or "")
    return text.split("\n\n", 1)[1]


def _attributes(matrix: Matrix) -> str:
    rows = []
    for item in matrix.attributes.values():
        values = "; ".join(f"`{value.id}`: {value.meaning}" for value in item.value) or f"fits `{item.pattern}`"
        rows.append((f"`{item.id}`", item.title, values, item.notes or ""))
    return _table(["condition", "what it is", "values", "note"], rows)


def _assumptions(matrix: Matrix) -> str:
    blocks = []
    for item in matrix.assumptions.values():
        defaults = "; ".join(
            f"{' or '.join(default.values)}{_period(default.valid_from, default.valid_to, ' (', ')')}"
            for default in item.default
        )
        sources = ", ".join(f"[{name}](#{name})" for name in item.sources) or "none"
        blocks.append(
            f"- **`{item.id}`**: {item.statement} (`{item.attribute}` = {defaults}; for {', '.join(item.services)})\n"
            f"  - To confirm: {item.confirm}\n  - Documents: {sources}"
        )
    return _lines(blocks)


def _period(start: object, end: object, before: str = "", after: str = "") -> str:
    if not start and not end:
        return ""
    said = f"{start} to {end}" if start and end else f"since {start}" if start else f"until {end}"
    return f"{before}{said}{after}"


def _rows(matrix: Matrix) -> str:
    families: dict[str, list[Cell]] = {}
    for service in matrix.services.values():
        families.setdefault(service.family, [])
    for cell in matrix.cells.values():
        families[matrix.services[cell.services[0]].family].append(cell)
    blocks = []
    for family, cells in families.items():
        blocks.append(f"### {family}\n")
        blocks.append(_family(matrix, cells) if cells else "Listed where seen, not judged.\n")
    return _lines(blocks)


def _family(matrix: Matrix, cells: Sequence[Cell]) -> str:
    table = _table(
        ["row", "account", "conditions", "purpose", "answer", "valid", "proof"],
        (
            (
                f"[`{cell.id}`](#{_anchor(cell.id)})", cell.account, condition_words(cell.when) or "any", cell.purpose.value,
                f"**{cell.training.value}**{'' if cell.may_clear or cell.training.badness == _WORST else ' (counts as unknown)'}",
                _period(cell.valid_from, cell.valid_to), f"{cell.confidence}, {cell.evidence or 'no source'}",
            )
            for cell in cells
        ),
    )  # fmt: skip
    return _lines([table, "", *(_detail(matrix, cell) for cell in cells)])


def _anchor(name: str) -> str:
    return name.replace(".", "")


def _detail(matrix: Matrix, cell: Cell) -> str:
    facts: Mapping[str, object] = {
        "Services": ", ".join(cell.services),
        "Plan": cell.plan,
        "Exception": "goes before every row that is not one" if cell.exception else "",
        "Once taken up": f"with {condition_words(cell.taken_up)} it counts as yes_opt_out" if cell.taken_up else "",
        "Opt-out": f"{cell.opt_out_by.replace('_', ' ')}: {cell.opt_out}",
        "Settings": ", ".join(f"`{name}`" for name in cell.settings),
        "Exclusions": "; ".join(cell.exclusions),
        "Data": cell.data,
        "Role": cell.role,
        "Subprocessors": "; ".join(cell.subprocessors),
        "Terms": "; ".join(cell.terms),
        "Location": cell.location,
        "Retention": cell.retention,
        "Human review": cell.human_review,
        "Personalization": f"`{cell.personalization}`" if cell.personalization else "",
        "Documents": ", ".join(f"[{name}](#{name})" for name in cell.sources) or "none",
        "Reviewed": matrix.reviewer(cell) or "nobody yet",
        "Note": cell.notes,
    }
    lines = [f"- {name}: {text}" for name, text in facts.items() if text]
    return _lines([f"#### {cell.id}", "", f"{cell.title}.", "", *lines, ""])


def _settings(matrix: Matrix) -> str:
    return _table(
        ["setting", "name", "who", "where", "default", "effect"],
        (
            (
                f"`{item.id}`",
                item.name + (f" (earlier: {item.earlier_name})" if item.earlier_name else ""),
                item.who_exactly or item.who.replace("_", " "),
                "; ".join(f"{place.replace('_', ' ')}: {path}" for place, path in item.path.items()),
                item.default,
                "; ".join(text for text in (item.applies, item.effect) if text),
            )
            for item in matrix.settings.values()
        ),
    )


def _personalization(matrix: Matrix) -> str:
    return _table(
        ["entry", "account", "explicit", "implicit", "custom instructions", "deletion", "administrator's view", "more"],
        (
            (
                f"`{item.id}`", item.account, item.explicit, item.implicit, item.custom_instructions, item.deletion,
                item.admin_view,
                "; ".join(
                    text
                    for text in (
                        f"kept in {item.store}" if item.store else "",
                        f"advertising: {item.advertising}" if item.advertising else "",
                        f"not available in {', '.join(item.not_available)}" if item.not_available else "",
                    )
                    if text
                ),
            )
            for item in matrix.personalization.values()
        ),
    )  # fmt: skip


def _names(matrix: Matrix) -> str:
    return _table(
        ["name or host", "service", "valid", "note"],
        (
            (item.name, f"`{item.service}`", _period(item.valid_from, item.valid_to), item.notes or "")
            for item in matrix.aliases
        ),
    )


def _claims(matrix: Matrix) -> str:
    blocks = []
    as_of = str(matrix.header.compiled)
    for claim in matrix.claims.values():
        places = [f"[`{name}`](#{_anchor(name)})" for name in claim.cells]
        places += [f"[{name}](#{name})" for name in claim.sources]
        places += [f"`{name}`" for name in (*claim.settings, *claim.personalization)]
        blocks += [
            f"### {claim.id}\n",
            f"{claim.claim}\n",
            f"**Today** ({_STANDING[claim.standing]}): {claim.today}\n",
            f"In the matrix: {', '.join(places)}.\n",
        ]
        for question in claim.question:
            command = " ".join(explain_command(question, as_of))
            blocks += ["```console", f"$ ai-scanner policy {command}", explain_output(matrix, question), "```\n"]
    return _lines(blocks)


def _sources(matrix: Matrix) -> str:
    blocks = []
    for item in matrix.sources.values():
        title = f"[{item.title}]({item.url})" if item.url else item.title
        inferred = [what for what, so in (("title", item.title_inferred), ("address", item.url_inferred)) if so]
        doubts = f" ({' and '.join(inferred)} inferred)" if inferred else ""
        dated = f"page of {item.updated}" if item.updated else "page without a date"
        blocks.append(
            f'- <a id="{item.id}"></a>**{item.id}**: {title}{doubts}; {dated}; `{item.grade}`; read {item.read} in: '
            f"{item.copy_read}. Look for: *{item.phrase}*.{f' {item.notes}' if item.notes else ''}"
        )
    return _lines(blocks)


def main(arguments: Sequence[str]) -> int:
    """Write both files, or with `--check` say which is not current (exit code 1)."""
    made = {GUIDE: guide(load()), SCHEMA: schema()}
    old = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in old:
        if "--check" in arguments:
            sys.stdout.write(f"not current: {path}; run python -m scanner.policy.docs\n")
        else:
            path.write_text(made[path], encoding="utf-8")
            sys.stdout.write(f"written: {path}\n")
    return 1 if old and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
