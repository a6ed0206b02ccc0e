"""Archives are unpacked as far as they go, never further than the limits, and every loss is told."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.exports.containers import Member, Unreadable, members
from scanner.exports.items import DamagedError
from scanner.exports.limits import Limits

BODY = b'{"a": 1}\n' * 50_000


def unpack(path: Path, limits: Limits | None = None) -> tuple[dict[str, bytes], dict[str, str]]:
    """Give what could be read, and what was said about the rest, by label without the folder."""
    read: dict[str, bytes] = {}
    told: dict[str, str] = {}
    for item in members(path, limits or Limits()):
        label = item.label.removeprefix(f"{path.parent}/")
        if isinstance(item, Unreadable):
            told[label] = item.reason
            continue
        assert isinstance(item, Member)
        read[label] = b""
        try:
            for chunk in item.chunks:
                read[label] += chunk
        except DamagedError as error:
            told[label] = error.what
    return read, told


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return stream.getvalue()


def streamed_zip(entries: dict[str, bytes]) -> bytes:
    """A zip written to a pipe: sizes stand behind the entries, as Azure and many scripts write them."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]  # a buffer of bytes
            return len(data)  # type: ignore[arg-type]  # as above

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return pipe.data


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_plain_file(tmp_path: Path) -> None:
    assert unpack(put(tmp_path / "a.json", BODY)) == ({"a.json": BODY}, {})


def test_gzip_and_gzips_joined(tmp_path: Path) -> None:
    data = gzip.compress(BODY) + gzip.compress(b"more") + b"\0" * 10
    assert unpack(put(tmp_path / "a.gz", data)) == ({"a.gz": BODY + b"more"}, {})


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_zip_entries_in_the_order_of_their_names(tmp_path: Path, method: int) -> None:
    read, told = unpack(put(tmp_path / "a.zip", zipped({"z.json": b"z", "d/a.json": BODY, "d/": b""}, method)))
    assert list(read) == ["a.zip > d/a.json", "a.zip > z.json"]
    assert read["a.zip > d/a.json"] == BODY
    assert told == {}


@pytest.mark.parametrize(
    "packed",
    [
        zipped({"inner.gz": gzip.compress(BODY)}),
        gzip.compress(zipped({"inner.gz": BODY})),
        zipped({"inner.gz": zipped({"x": BODY})}),
    ],
)
def test_one_container_in_another(tmp_path: Path, packed: bytes) -> None:
    read, told = unpack(put(tmp_path / "a", packed))
    assert list(read.values()) == [BODY]
    assert told == {}


def test_deeper_nesting_is_named(tmp_path: Path) -> None:
    read, told = unpack(put(tmp_path / "a", gzip.compress(gzip.compress(gzip.compress(BODY)))))
    assert read == {}
    assert told == {"a": "it is packed too many times"}


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.999])
def test_a_gzip_that_is_cut_gives_what_it_has(tmp_path: Path, keep: float) -> None:
    import random

    body = random.Random(1).randbytes(2_000_000)  # noqa: S311 - bytes that do not compress
    packed = gzip.compress(body)
    read, told = unpack(put(tmp_path / "a.gz", packed[: int(len(packed) * keep)]))
    assert body.startswith(read["a.gz"])
    assert len(read["a.gz"]) > len(body) * keep * 0.9
    assert told == {"a.gz": "The gzip data is cut short."}


def test_a_gzip_that_is_damaged(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(BODY))
    packed[len(packed) // 2] ^= 0xFF
    _, told = unpack(put(tmp_path / "a.gz", bytes(packed)))
    assert "damaged" in told["a.gz"]


@pytest.mark.parametrize("pack", [zipped, streamed_zip])
def test_a_zip_that_is_cut_gives_its_first_entries(tmp_path: Path, pack: object) -> None:
    import random

    body = random.Random(1).randbytes(500_000)  # noqa: S311 - bytes that do not compress
    entries = {"1.json": BODY, "2.json": body, "3.json": BODY}
    packed = pack(entries)  # type: ignore[operator]  # one of the two functions above
    assert unpack(put(tmp_path / "whole.zip", packed))[0] == {
        f"whole.zip > {name}": data for name, data in entries.items()
    }
    read, told = unpack(put(tmp_path / "a.zip", packed[: packed.index(b"2.json") + 300_000]))
    assert read["a.zip > 1.json"] == BODY
    assert body.startswith(read["a.zip > 2.json"])
    assert len(read["a.zip > 2.json"]) > 200_000
    assert "cut short" in told["a.zip > 2.json"]
    assert "entries behind the cut" in told["a.zip"]


def test_a_zip_cut_in_its_directory_loses_nothing_but_says_so(tmp_path: Path) -> None:
    packed = zipped({"1.json": BODY, "2.json": b"second"})
    read, told = unpack(put(tmp_path / "a.zip", packed[:-30]))
    assert read == {"a.zip > 1.json": BODY, "a.zip > 2.json": b"second"}
    assert list(told) == ["a.zip"]


def test_a_damaged_entry_does_not_spoil_the_next(tmp_path: Path) -> None:
    packed = bytearray(zipped({"1.json": BODY, "2.json": b"second"}, zipfile.ZIP_STORED))
    packed[100] ^= 0xFF
    read, told = unpack(put(tmp_path / "a.zip", bytes(packed)))
    assert read["a.zip > 2.json"] == b"second"
    assert "damaged" in told["a.zip > 1.json"]


def test_an_encrypted_entry_is_named(tmp_path: Path) -> None:
    packed = bytearray(zipped({"1.json": BODY}))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    assert unpack(put(tmp_path / "a.zip", bytes(packed))) == ({}, {"a.zip > 1.json": "it is encrypted"})


def test_a_gzip_bomb(tmp_path: Path) -> None:
    limits = Limits(ratio_floor=1_000_000, ratio=100)
    read, told = unpack(put(tmp_path / "a.gz", gzip.compress(b"\0" * 50_000_000)), limits)
    assert len(read["a.gz"]) < 10_000_000
    assert "bomb" in told["a.gz"]


def test_a_zip_bomb_over_many_entries_and_levels(tmp_path: Path) -> None:
    inner = zipped({f"{number}.json": b" " * 2_000_000 for number in range(20)})
    limits = Limits(ratio_floor=1_000_000, ratio=100)
    read, told = unpack(put(tmp_path / "a.zip", zipped({"inner.zip": inner})), limits)
    assert sum(map(len, read.values())) < 5_000_000
    assert all("bomb" in reason for reason in told.values())
    assert told


def test_an_absolute_limit(tmp_path: Path) -> None:
    limits = Limits(unpacked_bytes=100_000)
    read, told = unpack(put(tmp_path / "a.gz", gzip.compress(BODY)), limits)
    assert sum(map(len, read.values())) <= 100_000
    assert "far more" in told["a.gz"]


def test_too_many_entries(tmp_path: Path) -> None:
    path = put(tmp_path / "a.zip", zipped({f"{number}.json": b"x" for number in range(30)}))
    with pytest.raises(DamagedError, match="more than 20 entries"):
        unpack(path, Limits(entries=20))


def test_an_office_document_says_what_to_do(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}))
    assert unpack(path)[1] == {"a.xlsx": "it is an Office document; save the sheet as CSV"}


def test_names_of_entries_cannot_steer_a_terminal_or_a_path(tmp_path: Path) -> None:
    read, _ = unpack(put(tmp_path / "a.zip", zipped({"../../evil\x1b[2J.json": b"x"})))
    assert list(read) == ["a.zip > ../../evil?[2J.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_tar_is_not_taken_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("x"))
    assert list(unpack(path)[0]) == ["a.tar"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("cut", [10, 40, 60_000, 470_000])
def test_stored_and_packed_entries_before_a_cut(tmp_path: Path, method: int, cut: int) -> None:
    packed = zipped({"1.json": BODY, "2.json": b"second " * 70_000}, method)
    read, told = unpack(put(tmp_path / "a.zip", packed[: min(cut, len(packed) - 40)]))
    first = read.get("a.zip > 1.json", b"")
    assert BODY.startswith(first)
    assert "a.zip" in told
    assert (first == BODY) or "cut short" in str(told)


def test_sizes_behind_an_entry_without_their_mark(tmp_path: Path) -> None:
    """The mark before the sizes is optional, and old writers leave it out."""
    packed = streamed_zip({"1.json": BODY, "2.json": b"second"})
    whole = put(tmp_path / "a.zip", packed.replace(b"PK\x07\x08", b"")[:-40])
    assert unpack(whole)[0] == {"a.zip > 1.json": BODY, "a.zip > 2.json": b"second"}


def test_a_zip_that_is_cut_and_holds_an_encrypted_entry(tmp_path: Path) -> None:
    packed = bytearray(zipped({"1.json": BODY, "2.json": b"second"}))
    packed[6] |= 1
    assert unpack(put(tmp_path / "a.zip", bytes(packed[:-40])))[0] == {}


def test_a_cut_zip_in_a_cut_gzip(tmp_path: Path) -> None:
    inner = zipped({"1.json": BODY, "2.json": b"second"}, zipfile.ZIP_STORED)
    packed = gzip.compress(inner)
    read, told = unpack(put(tmp_path / "a", packed[: len(packed) // 2]))
    assert BODY.startswith(read["a > 1.json"])
    assert told["a"] == "The gzip data is cut short."


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kind=st.sampled_from(["zip", "streamed", "gzip", "zip in gzip", "gzip in zip"]))
def test_any_damage_ends_in_words(tmp_path: Path, data: st.DataObject, kind: str) -> None:
    body = {"1.json": b'{"a": 1}\n' * 50, "2.json": b"second"}
    packed = bytearray(
        {
            "zip": lambda: zipped(body),
            "streamed": lambda: streamed_zip(body),
            "gzip": lambda: gzip.compress(body["1.json"]),
            "zip in gzip": lambda: gzip.compress(zipped(body)),
            "gzip in zip": lambda: zipped({"x.gz": gzip.compress(body["1.json"])}),
        }[kind]()
    )
    for _ in range(data.draw(st.integers(0, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    kept = packed[: data.draw(st.integers(0, len(packed)))]
    read, told = unpack(put(tmp_path / "a", bytes(kept)))
    assert all(isinstance(reason, str) and reason for reason in told.values())
    assert read or told
