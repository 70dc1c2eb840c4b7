"""A job as schema.org's JobPosting, in the words that job search engines know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from catalog.vocab import vocabulary
from web import present, wording
from web.ldparts import Thing, organization, place

Record = Mapping[str, Any]
#: Our kinds of posts → schema.org's words for employmentType; what only says how one is hired (campus, civil-servant) has none.
EMPLOYMENT = {"full-time": "FULL_TIME", "part-time": "PART_TIME", "internship": "INTERN", "west-plan": "VOLUNTEER"}
#: The lowest degree asked → the words that search engines know
CREDENTIALS = {
    "senior": "high school", "secondary": "professional certificate", "college": "associate degree", "bachelor": "bachelor degree",
    "master": "postgraduate degree", "doctor": "postgraduate degree",
}  # fmt: skip
NONE = "no requirements"


def posting(record: Record) -> Thing:
    """The advertisement. It is answered at its source: directApply is false."""
    source, _colon, native = str(record["id"]).partition(":")
    published, expires = str(record.get("published") or ""), str(record.get("expires") or "")
    return {
        "@type": "JobPosting",
        "title": record["title"],
        "name": record["title"],
        "description": description(record),
        "identifier": {"@type": "PropertyValue", "name": source, "value": native},
        "datePosted": published,
        # a day is whole: one may apply until it ends
        "validThrough": expires if "T" in expires or not expires else f"{expires}T23:59:59+08:00",
        "hiringOrganization": employer(record),
        "jobLocation": locations(record),
        "baseSalary": salary(record.get("salary") or {}),
        "employmentType": list(dict.fromkeys(word for code in present.values(record, "job_type") if (word := employment(code)))),
        "educationRequirements": education(present.values(record, "degree")),
        "experienceRequirements": experience(present.values(record, "experience")),
        "totalJobOpenings": record.get("headcount"),
        "industry": wording.labels("industry", present.values(record, "industry")),
        "occupationalCategory": wording.labels("occupation", present.values(record, "occupation")),
        "skills": list(record.get("tags") or ()),
        "directApply": False,
    }


def description(record: Record) -> str:
    """The text as HTML paragraphs, as job search engines want it; the title where there is none."""
    lines = [line.strip() for line in str(record.get("summary") or "").split("\n")]
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line) or str(escape(record["title"]))


def employer(record: Record) -> Thing | None:
    """Who hires."""
    names = present.values(record, "employer")
    if not names:
        return None
    numbers = [int(n) for n in re.findall(r"\d+", str(record.get("employer_size") or ""))[:2]]
    size = {"@type": "QuantitativeValue", "minValue": numbers[0], "maxValue": numbers[1]} if len(numbers) == 2 and numbers[0] < numbers[1] else None
    return organization(names[0]) | {"numberOfEmployees": size}


def locations(record: Record) -> list[Thing]:
    """Where the work is; a street belongs to the one place there is."""
    codes, street = present.values(record, "region"), str(record.get("address") or "")
    if not codes:
        return [place("", street)] if street else []
    return [place(code, street if len(codes) == 1 else "") for code in codes]


def salary(pay: Mapping[str, Any]) -> Thing | None:
    """Yuan a month; nothing where the source gives no number."""
    low, high = pay.get("min"), pay.get("max")
    if low is None and high is None:
        return None
    amount = {"value": low} if low == high else {"minValue": low, "maxValue": high}
    return {"@type": "MonetaryAmount", "currency": "CNY", "value": {"@type": "QuantitativeValue", "unitText": "MONTH"} | amount}


def employment(code: str) -> str:
    """schema.org's word for a kind of post, or for the nearest kind above it; "" when there is none."""
    return next((EMPLOYMENT[c] for c in reversed(vocabulary("job_type").path(code)) if c in EMPLOYMENT), "")


def education(degrees: tuple[str, ...]) -> Thing | str | None:
    """The lowest degree that will do."""
    lowest = min(degrees, key=vocabulary("degree").rank, default="")
    if lowest == "none":
        return NONE
    credential = CREDENTIALS.get(lowest)
    return {"@type": "EducationalOccupationalCredential", "credentialCategory": credential} if credential else None


def experience(asked: tuple[str, ...]) -> Thing | str | None:
    """The least experience that will do, in months."""
    entry = vocabulary("experience").get(min(asked, key=vocabulary("experience").rank, default=""))
    if entry is None:
        return None
    years = int(entry.attrs.get("min", "0"))
    return {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": 12 * years} if years else NONE
