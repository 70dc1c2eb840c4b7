"""Career sites of universities (keys are initials of pinyin, as at 上海财经大学): the list of notices and their positions.

An answer is a page of the list – data.list[] or list.data.list[] – and may bring the positions of a notice, zwxxList, in the
notice itself, in `detail` or as `detail.zwxxList`. Raw is {"notice": {…}, "position": {…} or null, "number": n}: one job a
position; a notice without positions is one job, or a fair where xxlb says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.normalize import assemble
from catalog.resource import Resource
from catalog.sources import Incomplete, Item, Options, Raw
from catalog.sources._files import Answer, an_object, answers, objects, walk

ABOUT = "university career sites (上海财经大学 and alike): downloaded lists of notices with their positions"
SOURCE, PLATFORM = "univ-career", "高校就业信息网"

_FAIRS = ("zph", "zphxx", "szzph", "xjh", "xjhxx")  # 招聘会, 双选会, 宣讲会


def extract(location: str, options: Options) -> Iterator[Item]:
    """One Raw for each position, or for each notice without positions."""
    read = named = 0
    for answer in answers(location):
        if not isinstance(answer, Answer):
            yield answer
            continue
        page = walk(answer.value, "list") if isinstance(answer.value.get("list"), dict) else answer.value
        data = walk(page, "data")
        notices = objects(walk(data, "list")) if isinstance(walk(data, "list"), list) else objects([data])
        if page.get("code", 200) not in (200, "200", 0, "0") or not notices:
            yield Incomplete(answer.row, str(page.get("msg") or page.get("message") or "the answer has no data.list"))
            continue
        total = str(walk(data, "total") or "0")
        named, read = max(named, int(total) if total.isdecimal() else 0), read + len(notices)
        detail = an_object(answer.value.get("detail"))
        loose = objects(answer.value.get("detail.zwxxList")) or objects(walk(detail, "zwxxList"))
        about = walk(detail, "zpxxid") or (notices[0].get("zpxxid") if len(notices) == 1 else None)
        if loose and about is None:
            yield Incomplete(answer.row, "positions stand beside several notices, and none says which it belongs to")
        for index, notice in enumerate(notices):
            row = f"{answer.row}#{index}"
            positions = objects(notice.get("zwxxList")) or (loose if about is not None and notice.get("zpxxid") == about else [])
            kept = {key: value for key, value in notice.items() if key != "zwxxList"}
            for number, position in enumerate(positions, 1):
                yield Raw(f"{row}.{number}", {"notice": kept, "position": position, "number": number})
            if not positions:
                yield Raw(row, {"notice": kept, "position": None, "number": 0})
    if read < named:
        yield Incomplete(location, f"{read} of {named} notices are here: pages are missing")


def transform(raw: Mapping[str, Any], options: Options) -> Resource:
    """A job, or a fair."""
    notice: Mapping[str, Any] = an_object(raw.get("notice"))
    position: Mapping[str, Any] = an_object(raw.get("position"))
    native = notice.get("zpxxid")
    own = position.get("zwid") or position.get("zwxxid") or raw.get("number")
    fields = {
        "id": f"{native}-{own}" if native and position else native,
        "title": position.get("zwmc") or notice.get("zpzt"),
        "titles": [notice.get("zpzt")] if position.get("zwmc") else None,
        "employer": notice.get("dwmc"),
        "employer_size": notice.get("rsgmmc"),
        "industry": notice.get("hyyjmc"),
        "region": position.get("gzszxmc") or notice.get("szxmc") or notice.get("szsmc"),
        "job_type": position.get("gzlxmc"),
        "occupation": position.get("zwlbymc"),
        "salary": position.get("yxmc"),
        "degree": position.get("xlyqmc"),
        "major": position.get("zyyqmc"),
        "headcount": position.get("xqrs") or notice.get("xqrs"),
        "summary": position.get("zwms"),
        "published": notice.get("fbrq"),
        "expires": notice.get("zpjzrq"),
    }
    kind = "fair" if notice.get("xxlb") in _FAIRS else "job"
    return assemble(fields, source=SOURCE, kind=kind, platform=PLATFORM)
