"""LibreOffice opens the workbook, renders every sheet, and shows no error value."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reports.workbook import write_workbook
from scanner.model import Assessment

pytestmark = [
    pytest.mark.office,
    pytest.mark.skipif(
        any(shutil.which(tool) is None for tool in ("soffice", "pdftoppm", "pdftotext")),
        reason="LibreOffice or the PDF tools are not installed",
    ),
]

SHEETS = ("Summary", "Findings", "People", "Apps", "Policy matrix", "Coverage", "Method")
ERRORS = re.compile(r"#NAME\?|#VALUE!|#DIV/0!|#NULL!|#NUM!|Err:\d+")


def render(workbook: Path, folder: Path) -> list[str]:
    """Turn the workbook into PDF, a PNG for each page, and give the text of each page."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    pdf = folder / f"{workbook.stem}.pdf"
    subprocess.run(["pdftoppm", "-r", "50", "-png", str(pdf), str(folder / "page")], check=True, timeout=180)
    printed = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, timeout=60)
    return printed.stdout.decode().split("\f")[:-1]


@pytest.mark.parametrize("which", ["rich", "empty"])
def test_every_sheet_is_rendered_without_an_error_value(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    assessment: Assessment = request.getfixturevalue(which)
    write_workbook(assessment, tmp_path / "ai-report.xlsx")
    pages = render(tmp_path / "ai-report.xlsx", tmp_path)
    pictures = sorted(tmp_path.glob("page*.png"))
    assert len(pictures) == len(pages) >= len(SHEETS)
    assert all(picture.stat().st_size > 2_000 for picture in pictures), "no page is blank"
    heads = [page.strip().split("\n")[0] for page in pages]
    assert all(head.startswith("Contoso & Söhne <test>") for head in heads), "the tenant stands on every page"
    for sheet in SHEETS:
        assert any(head.endswith(sheet) for head in heads), f"{sheet} has no page"
    everything = "\n".join(pages)
    assert not ERRORS.search(everything)
    assert f"Page {len(pages)} of {len(pages)}" in everything
    if which == "rich":
        flat = " ".join(everything.split())
        assert "#REF! used" in flat, "a name that looks like an error is shown as the text that it is"
        assert "_x0041_ and _x000D_" in flat, "a name that looks like an escape is shown as it was written"
