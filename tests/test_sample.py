"""The sample catalogue: complete, sourced, free of personal contacts, its examples marked as such, its jobs never stale."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

import data
from catalog.demo import JOBS, fill
from catalog.errors import BadRequest, BadValue
from catalog.resource import Resource
from catalog.sample_jobs import postings, roles
from catalog.sources import Options, Raw, _mapping, sample_fairs, sample_jobs
from catalog.store import Store
from catalog.vocab import vocabulary

SAMPLE = data.path("sample")
TABLES = sorted(SAMPLE.glob("*.tsv"))
TODAY = date(2026, 11, 21)
# 138-1234-5678 and 021-61234567, but no ids, which are longer or stand in a link
_PHONE = re.compile(r"(?<![\w/=-])(?:\+?86[- ]?)?(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8})(?![\w-])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@pytest.fixture(scope="module")
def jobs() -> list[Resource]:
    return [sample_jobs.transform(raw, Options()) for raw in postings(1500, TODAY)]


@pytest.mark.parametrize(
    ("name", "least"),
    [("textbooks", 2505), ("lessons", 1736), ("courses", 5000), ("vocational", 12_000)]
    + [(f"example_{kind}", 12) for kind in ("library", "case", "article", "live", "fair")],
)
def test_a_table_has_its_rows(name: str, least: int) -> None:
    assert len(_rows(SAMPLE / f"{name}.tsv")) >= least


def test_every_table_is_named_with_its_source_and_its_script_is_there() -> None:
    manifest = [line for line in (SAMPLE / "SOURCES.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    for path in SAMPLE.iterdir():
        if path.suffix in (".toml", ".md"):
            continue
        line = next((found for found in manifest if path.name in found), "")
        assert line, f"{path.name} has no line in SOURCES.md"
        script = line.strip("| ").split(" | ")[-1]
        assert script == "–" or data.ROOT.parent.joinpath(script).is_file(), line


def test_every_mapping_fits_its_table() -> None:
    for path in SAMPLE.glob("*.toml"):
        mapping = _mapping.read(str(path))
        assert set(mapping.columns) <= _rows(path.with_suffix(".tsv"))[0].keys(), path.name


def test_the_sample_stays_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 6_000_000


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.stem)
def test_no_table_holds_a_telephone_number_or_a_mail_address(path: Path) -> None:
    for row in _rows(path):
        for column, value in row.items():
            if column not in ("id", "url"):
                assert not _PHONE.search(value) and not _MAIL.search(value), f"{path.name}: {value}"


@pytest.mark.parametrize("path", sorted(SAMPLE.glob("example_*.tsv")), ids=lambda p: p.stem)
def test_examples_say_that_they_are_examples_and_lead_nowhere(path: Path) -> None:
    for row in _rows(path):
        assert row["title"].endswith("（示例）")
        assert not any("http" in value for value in row.values())
        for column in {"school", "employer", "teacher"} & row.keys():
            assert row[column].startswith("示例")


def test_the_same_seed_and_day_give_the_same_jobs_and_another_seed_others() -> None:
    first = list(postings(50, TODAY))
    assert list(postings(50, TODAY)) == first
    assert list(postings(80, TODAY))[:50] == first
    assert list(postings(50, TODAY, seed=1)) != first


def test_another_day_moves_the_dates_and_nothing_else() -> None:
    dated = ("published", "expires", "year")
    for one, other in zip(postings(200, TODAY), postings(200, TODAY + timedelta(days=300)), strict=True):
        assert {k: v for k, v in one.items() if k not in dated} == {k: v for k, v in other.items() if k not in dated}
        assert one["published"] != other["published"]


def test_jobs_were_posted_in_the_last_60_days_and_stay_open_for_1_to_90(jobs: list[Resource]) -> None:
    for job in jobs:
        assert TODAY - timedelta(days=60) < date.fromisoformat(job.published) <= TODAY
        assert TODAY < date.fromisoformat(job.expires) <= TODAY + timedelta(days=90)


def test_every_made_up_job_says_so_and_has_no_link(jobs: list[Resource]) -> None:
    for job in jobs:
        assert job.employer[0].startswith("示例") and job.platform == ("示例平台",) and job.summary.startswith("示例")
        assert not job.url and not _PHONE.search(job.summary) and not _MAIL.search(job.summary)


def test_jobs_stand_in_real_regions_industries_and_occupations(jobs: list[Resource]) -> None:
    for job in jobs:
        for field in ("region", "industry", "occupation", "degree", "experience", "job_type"):
            codes = job.values(field)
            assert len(codes) == 1 and codes[0] in vocabulary(field), f"{job.id}: {field} {codes}"
        assert set(job.unmapped) <= {"major"}  # a major that two catalogues know stays words
    assert len({job.region[0][:2] for job in jobs}) >= 30


def test_pay_rises_with_degree_and_city_and_is_never_absurd(jobs: list[Resource]) -> None:
    full = [j for j in jobs if j.salary and j.salary.min and j.job_type[0] not in ("internship", "internship-summer", "part-time")]
    assert all(2500 <= j.salary.min <= j.salary.max < 100_000 for j in full)  # type: ignore[union-attr, operator]

    def mean(group: list[Resource]) -> float:
        return sum(j.salary.min for j in group) / len(group)  # type: ignore[union-attr, misc]

    by_degree = [mean([j for j in full if j.degree == (code,)]) for code in ("secondary", "bachelor", "master")]
    assert by_degree == sorted(by_degree)
    first = [j for j in full if j.region[0].startswith(("11", "31"))]
    assert mean(first) > 1.1 * mean([j for j in full if j not in first])


def test_graduate_jobs_name_their_years_and_others_do_not(jobs: list[Resource]) -> None:
    campus = [j for j in jobs if j.job_type[0].startswith("campus")]
    assert campus and all(j.year and set(j.year) <= {"2026", "2027"} for j in campus)
    assert not any(j.year for j in jobs if j.job_type == ("full-time",))


def test_every_role_knows_its_occupation_and_industries() -> None:
    for role in roles():
        raw = {"id": 1, "title": role.name, "occupation": role.occupation, "industry": list(role.industries)}
        job = sample_jobs.transform(raw, Options())
        assert job.occupation and len(job.industry) == len(role.industries), role


@pytest.mark.parametrize("location", ["", "0", "-5", "many", "5000.5", "²", "99999999999"])
def test_a_location_that_is_no_number_of_postings_is_refused(location: str) -> None:
    with pytest.raises(BadRequest, match="postings"):
        next(iter(sample_jobs.extract(location, Options())))


def test_example_fairs_are_still_to_come_on_any_day_and_told_before_they_begin() -> None:
    rows = [item.value for item in sample_fairs.extract(str(SAMPLE / "example_fair.tsv"), Options()) if isinstance(item, Raw)]
    for today in (TODAY, TODAY + timedelta(days=400)):
        for fair in (sample_fairs.transform({**row, "today": today.isoformat()}, Options()) for row in rows):
            run = fair.offers[0]
            assert fair.published <= run.opens <= run.closes == fair.expires and fair.expires >= today.isoformat() >= fair.published, fair.id
            assert fair.region and fair.industry and not fair.unmapped, fair.id
    with pytest.raises(BadValue, match="after"):
        sample_fairs.transform({**rows[0], "after": "soon"}, Options())


def test_the_sample_fills_a_store_once_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    seen: list[int] = []
    rows = fill(store, lambda done, _: seen.append(done))
    counts = store.count()
    assert rows == sum(counts.values()) and counts["job"] == JOBS, "nothing is rejected or taken for another"
    assert seen == sorted(seen) and seen[-1] == rows
    at = store.sequence()
    assert fill(store, lambda done, _: None) == rows
    assert store.count() == counts and store.sequence() == at
    store.close()
