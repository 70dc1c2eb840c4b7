"""国家大学生就业服务平台 (ncss.cn, 24365): answers of its job list, data.list[].

Pay is in thousands of yuan a month (lowMonthPay 15 is 15K), times are epoch milliseconds. `sourcesNameCh` names the job site
that a posting comes from; those without one come from employers that the platform itself has checked. A login wall is
reported in global[].des, with an empty list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.normalize import assemble
from catalog.resource import Resource
from catalog.sources import Incomplete, Item, Options, Raw
from catalog.sources._files import Answer, answers, objects, walk

ABOUT = "国家大学生就业服务平台 24365: downloaded answers of the job list"
SOURCE, PLATFORM = "ncss", "国家大学生就业服务平台"

_LINK = "https://www.ncss.cn/student/jobs/{}/detail.html"


def extract(location: str, options: Options) -> Iterator[Item]:
    """One Raw for each posting; Incomplete for an answer that is a login wall or a refusal, and for missing pages."""
    read = named = 0
    for answer in answers(location):
        if not isinstance(answer, Answer):
            yield answer
            continue
        said = [str(note["des"]) for note in objects(answer.value.get("global")) if note.get("des")]
        if said or answer.value.get("flag") is False or not isinstance(walk(answer.value, "data", "list"), list):
            yield Incomplete(answer.row, "; ".join(said) or str(answer.value.get("errorMessages") or "the answer has no data.list"))
        count = walk(answer.value, "data", "pagenation", "count")
        named = max(named, count if isinstance(count, int) else 0)
        for index, item in enumerate(objects(walk(answer.value, "data", "list"))):
            read += 1
            yield Raw(f"{answer.row}#{index}", item)
    if read < named:
        yield Incomplete(location, f"{read} of {named} postings are here: pages are missing")


def transform(raw: Mapping[str, Any], options: Options) -> Resource:
    """A posting."""
    origin, native, recruit = raw.get("sourcesNameCh"), raw.get("jobId"), str(raw.get("recruitType") or "")
    tags = raw.get("recTags")
    fields = {
        "id": native,
        "title": raw.get("jobName"),
        "url": _LINK.format(native) if native else None,
        "employer": raw.get("recName"),
        "employer_type": raw.get("recProperty"),
        "employer_size": raw.get("recScale"),
        "region": raw.get("areaCodeName"),
        "degree": raw.get("degreeName"),
        "major": raw.get("major"),
        "salary": _pay(raw.get("lowMonthPay"), raw.get("highMonthPay")),
        "headcount": raw.get("headCount"),
        # A bare number is a code of the site that says nothing to a reader.
        "job_type": None if recruit.isdecimal() else recruit,
        "tags": tags.replace("，", ",").split(",") if isinstance(tags, str) else tags,
        "published": raw.get("publishDate"),
        "updated": raw.get("updateDate"),
        "verified": None if origin else True,
        "platform": [PLATFORM, origin],
    }
    return assemble(fields, source=SOURCE, kind="job")


def _pay(low: object, high: object) -> str | None:
    """15 and 20 → 15-20K; amounts from 1,000 up are yuan; 0 and 0 mean that no pay is named."""
    ends = [float(v) for v in (low, high) if isinstance(v, int | float) and v > 0]
    if not ends:
        return None
    text = "-".join(f"{v:g}" if v < 1e6 else f"{v:.0f}" for v in ends)
    return text + ("元" if ends[-1] >= 1000 else "K")
