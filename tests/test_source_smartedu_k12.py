"""The national K12 platform and Shanghai's air classroom: what is read from a folder or an address, and what is not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from catalog import sources
from catalog.errors import BadValue, SourceError
from catalog.sources import Incomplete, Item, Options, Raw, sh_airclass, smartedu_k12

GOLDEN = Path(__file__).parent / "golden"
HOST = "https://s-file-1.example.cn/zxx/ndrs/national_lesson/teachingmaterials"


class Site:
    """A web server on this machine; `answers` is path → the (status, body)s it gives, one after another, the last one for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, object]]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = site.answers.get(self.path, [(404, "nothing here")])
                status, body = known.pop(0) if len(known) > 1 else known[0]
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body, ensure_ascii=False).encode())

            def log_message(self, *_: object) -> None:
                """Keeps the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


def _record(number: int) -> dict[str, Any]:
    return {"id": f"book-{number}", "title": f"小学数学第{number}册", "resource_type_code": "teachingmaterials", "tag_list": []}


def _module(folder: Path, urls: object, parts: dict[str, object]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data_version.json").write_text(json.dumps({"module": folder.name, "module_version": 1, "urls": urls}), encoding="utf-8")
    for name, part in parts.items():
        (folder / name).write_text(part if isinstance(part, str) else json.dumps(part, ensure_ascii=False), encoding="utf-8")
    return folder


def _read(location: object) -> tuple[list[Raw], list[Incomplete]]:
    items: list[Item] = list(smartedu_k12.extract(str(location), Options(settings={"pause": 0.0})))
    return [i for i in items if isinstance(i, Raw)], [i for i in items if isinstance(i, Incomplete)]


@pytest.mark.parametrize("urls", [[f"{HOST}/part_100.json", f"{HOST}/part_101.json"], f"{HOST}/part_100.json, {HOST}/part_101.json,"])
def test_parts_are_found_whether_urls_is_a_list_or_one_string(tmp_path: Path, urls: object) -> None:
    records, missing = _read(_module(tmp_path / "m", urls, {"part_100.json": [_record(1), _record(2)], "part_101.json": [_record(3)]}))
    assert [(r.row, r.value["id"]) for r in records] == [("part_100.json#0", "book-1"), ("part_100.json#1", "book-2"), ("part_101.json#0", "book-3")]
    assert missing == []


def test_a_missing_part_makes_the_run_incomplete_and_the_others_go_in(tmp_path: Path) -> None:
    records, missing = _read(_module(tmp_path / "m", [f"{HOST}/part_100.json", f"{HOST}/part_101.json"], {"part_101.json": [_record(3)]}))
    assert [r.value["id"] for r in records] == ["book-3"]
    assert [m.part for m in missing] == ["part_100.json"]


def test_a_part_that_is_cut_off_gives_what_stands_before_the_cut(tmp_path: Path) -> None:
    whole = json.dumps([_record(1), _record(2), _record(3)], ensure_ascii=False)
    records, missing = _read(_module(tmp_path / "m", [f"{HOST}/part_100.json"], {"part_100.json": whole[: len(whole) - 40]}))
    assert [r.value["id"] for r in records] == ["book-1", "book-2"]
    assert [m.part for m in missing] == ["part_100.json"]


@pytest.mark.parametrize("part", ["", "<html>login</html>"])
def test_a_part_that_is_no_json_makes_the_run_incomplete(tmp_path: Path, part: str) -> None:
    records, missing = _read(_module(tmp_path / "m", [f"{HOST}/part_100.json"], {"part_100.json": part}))
    assert records == [] and len(missing) == 1


def test_a_folder_of_modules_is_read_module_by_module(tmp_path: Path) -> None:
    _module(tmp_path / "raw" / "national_lesson", [f"{HOST}/part_100.json"], {"part_100.json": [_record(1)]})
    _module(tmp_path / "raw" / "tch_material", f"{HOST}/part_100.json,{HOST}/part_101.json", {"part_100.json": [_record(2)]})
    records, missing = _read(tmp_path / "raw")
    assert [r.row for r in records] == ["national_lesson/part_100.json#0", "tch_material/part_100.json#0"]
    assert [m.part for m in missing] == ["tch_material/part_101.json"]


def test_an_address_in_urls_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps([_record(9)]), encoding="utf-8")
    records, missing = _read(_module(tmp_path / "m", [f"{HOST}/%2e%2e%2fsecret.json", f"{HOST}/../secret.json"], {}))
    assert records == [] and [m.part for m in missing] == ["secret.json", "secret.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"urls": []}', '{"urls": 7}', '{"urls": [7, null]}'])
def test_a_version_file_that_names_no_parts_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "data_version.json").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=r"data_version\.json"):
        _read(tmp_path)


def test_an_empty_folder_a_file_and_a_missing_path_are_errors_that_say_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"data_version\.json"):
        _read(tmp_path)
    (tmp_path / "part_100.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SourceError, match="name the folder"):
        _read(tmp_path / "part_100.json")
    with pytest.raises(SourceError, match="does not exist"):
        _read(tmp_path / "nowhere")


def test_the_tag_tree_fills_a_dimension_that_the_record_lacks(tmp_path: Path) -> None:
    leaf = {"tag_id": "v1", "tag_dimension_id": "zxxbb", "tag_name": "苏教版", "hierarchies": None}
    tree = {"hierarchies": [{"children": [{"tag_id": "s1", "tag_dimension_id": "zxxk", "tag_name": "数学", "hierarchies": [{"children": [leaf]}]}]}]}
    record = {**_record(1), "tag_list": [{"tag_dimension_id": "zxxnj", "tag_name": "三年级"}], "tag_paths": ["root/s1/v1/unknown"]}
    folder = _module(tmp_path / "m", [f"{HOST}/part_100.json"], {"part_100.json": [record], "m_tag.json": tree})
    options = sources.prepare(sources.load("smartedu-k12"), str(folder), Options())
    resource = smartedu_k12.transform(_read(folder)[0][0].value, options)
    assert resource is not None
    assert (resource.version, resource.grade, resource.stage) == (("sujiao",), ("g3",), ("primary",))


def test_an_address_is_read_part_by_part_and_a_part_that_is_gone_is_named(site: Site) -> None:
    site.answers = {
        "/version/data_version.json": [(200, {"urls": ",".join(site.url(f"/part_{n}.json") for n in (100, 101, 102))})],
        "/part_100.json": [(200, [_record(1)])],
        "/part_102.json": [(200, [_record(2)])],
    }
    records, missing = _read(site.url("/version/data_version.json"))
    assert [r.value["id"] for r in records] == ["book-1", "book-2"]
    assert [m.part for m in missing] == ["part_101.json"] and "404" in missing[0].reason


def test_a_server_that_is_busy_once_is_asked_again(site: Site) -> None:
    site.answers = {
        "/data_version.json": [(200, {"urls": [site.url("/part_1.json")]})],
        "/part_1.json": [(503, "busy"), (200, [_record(1)])],
    }
    records, missing = _read(site.url("/data_version.json"))
    assert len(records) == 1 and missing == []


def test_an_address_without_a_version_file_is_an_error(site: Site) -> None:
    with pytest.raises(SourceError, match="answered 404"):
        _read(site.url("/nothing.json"))


OURS = sorted(p for name in ("smartedu-k12", "sh-airclass") for p in (GOLDEN / name).glob("*.raw.json"))


@pytest.mark.parametrize("path", OURS, ids=[p.name for p in OURS])
def test_a_field_of_the_wrong_shape_is_refused_or_left_out_but_never_breaks_the_source(path: Path) -> None:
    given = json.loads(path.read_text(encoding="utf-8"))
    source = sources.load(path.parent.name)
    options = Options(settings=given.get("settings", {}))
    for name in given["raw"]:
        for junk in (None, 7, -1.5, "", "\ud800", [], [None, 3, {}], {}, {"zh-CN": None}, {"x": [1]}, True):
            try:
                resource = source.transform({**given["raw"], name: junk}, options)
            except BadValue:
                continue
            assert resource is None or resource.to_json()


@pytest.mark.parametrize(
    ("name", "unit", "lesson"),
    [
        ("0319-小学-语文-统编版-4年级-下-第2单元-7.示例①-W.mp4", "第2单元", "7.示例①"),
        ("f1-1203-小学-英语-牛津上海版-3年级-上- M4-U1-Insects②-W.mp4", "M4 U1", "Insects②"),
        ("1106-英语-牛津上海版-5年级-上-M3U1-P1 Places-W.mp4", "M3U1", "P1 Places"),
        ("初中-数学-上教版-6-下-第6章圆与扇形-6.2面积-扇形的面积①.mp4", "第6章圆与扇形", "6.2面积-扇形的面积①"),
        ("0531-小学-语文-统编版-3年级-下-第1单元复习课-W.mp4", "第1单元", "第1单元复习课"),
        ("1127-小学-数学-上教版-4年级-第4单元-解决问题④-W.mp4", "第4单元", "解决问题④"),
        ("1104-小学-英语-牛津-3年级-上-M1&M2 Assessment①-W.mp4", "", "M1&M2 Assessment①"),
        ("第一课时 小数的运算1（720）.mp4", "", ""),
        ("", "", ""),
    ],
)
def test_the_name_of_an_uploaded_file_tells_unit_and_lesson(name: str, unit: str, lesson: str) -> None:
    found = sh_airclass.read_name(name)
    assert (found.unit, found.lesson) == (unit, lesson)
