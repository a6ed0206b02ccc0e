"""Paper: landscape A4 (A3 for long tables), fitted to width, with the tenant in the header and page numbers in the footer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from openpyxl import Workbook
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.text import one_line
from scanner.model import Assessment

A3 = 8
A4 = 9
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says beside its sheet.

    Attributes:
        tenant: the tenant's name, for the header.
        stamp: tool and matrix version, for the footer.
        tab: the color of the sheet's tab, as RGB digits.
    """

    tenant: str
    stamp: str
    tab: str


def page_facts(assessment: Assessment, tab: str) -> PageFacts:
    """Give the page facts of an assessment for a sheet with this tab color."""
    scan = assessment.scan
    return PageFacts(
        tenant=scan.tenant_name or scan.tenant,
        stamp=f"ai-scanner {scan.tool_version}, policy matrix {scan.matrix_version}",
        tab=tab,
    )


def new_sheet(book: Workbook, name: str) -> Worksheet:
    """Add a sheet at the end of a write-only workbook.

    Such a sheet shares what is used here with `Worksheet`, but openpyxl's type stubs do not say so.
    """
    return cast("Worksheet", book.create_sheet(name))


def set_up_page(sheet: Worksheet, facts: PageFacts, *, pages_wide: int = 1, paper: int = A4) -> None:
    """Set tab color, paper, fit, margins, header and footer. Call it before the first row is appended."""
    sheet.sheet_properties.tabColor = facts.tab
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = paper
    sheet.page_setup.fitToWidth = pages_wide
    sheet.page_setup.fitToHeight = 0  # as many pages long as it takes
    sheet.page_setup.pageOrder = "overThenDown"
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.75, bottom=0.65, header=0.35, footer=0.3)
    header, footer = cast("HeaderFooterItem", sheet.oddHeader), cast("HeaderFooterItem", sheet.oddFooter)
    header.left.text, header.right.text = page_text(facts.tenant), "&A"
    footer.left.text, footer.right.text = page_text(facts.stamp), "Page &P of &N"


def page_text(text: str) -> str:
    """Give text that is safe in a header or footer, where an ampersand begins a code (ECMA-376 part 1, 18.3.1.39)."""
    return one_line(text, _NAME_LENGTH).replace("&", "&&")
