"""Builds data/vocab/major.tsv: undergraduate majors (`ug:080901`) and vocational ones (`voc:510203`), parents in discipline.tsv.

Reads undergrad_majors_2026.csv and voc_majors_from_standards.csv, and moe_voc_courses.csv from ../voc beside REF_DIR when it
is there (majors named by their courses only). A name may stand in several catalogues: attrs `stage` tells them apart.
"""

from __future__ import annotations

import re
from pathlib import Path

from _write import Row, apply_curated, read_csv, ref_dir, write_vocab

SOURCE = "普通高等学校本科专业目录 (2026); 职业教育专业教学标准 (2025), Ministry of Education"
STAGES = {"中职": "vocational-secondary", "高职专科": "vocational-college", "职业本科": "vocational-bachelor"}
TO_COLLEGE = {"2": 20, "3": 20, "4": 0, "5": 0, "6": -20, "7": -20}  # first digit of a code → what makes it the 高职专科 one


def undergraduate(ref: Path) -> list[Row]:
    """Undergraduate majors; K (state-controlled) and T (special) of the printed code become attrs mark."""
    rows = []
    for record in read_csv(ref / "undergrad_majors_2026.csv"):
        code = record["code"].rstrip("TK")  # six digits, seven where a class has more than 99 majors (0502100T 语言学)
        mark = record["code"].removeprefix(code)
        rows.append(Row(f"ug:{code}", record["name"].strip(), f"ug:{code[:4]}", attrs={"stage": "bachelor", "mark": mark}))
    return rows


def vocational(ref: Path) -> list[Row]:
    """Vocational majors of the three levels, each below its class (高职专科 digits)."""
    found: dict[str, tuple[str, str]] = {}
    for record in read_csv(ref / "voc_majors_from_standards.csv"):
        found.setdefault(record["code"], (record["name"].strip(), record["level_zh"]))
    courses = ref.parent / "voc" / "moe_voc_courses.csv"
    for record in read_csv(courses) if courses.exists() else []:
        found.setdefault(record["major_code"], (record["major_name"].strip(), record["level_zh"]))
    rows = []
    for code in sorted(found):
        name, level = found[code]
        # About 2 % of the parsed standards are noise: no code, no name.
        if re.fullmatch(r"[2-7]\d{5}", code) and name:
            parent = f"voc:{int(code[:2]) + TO_COLLEGE[code[0]]}{code[2:4]}"
            rows.append(Row(f"voc:{code}", name, parent, attrs={"stage": STAGES[level]}))
    return rows


def main() -> None:
    ref = ref_dir()
    rows = undergraduate(ref) + vocational(ref)
    apply_curated("major", rows)
    write_vocab("major", rows, source=SOURCE, script=__file__)


if __name__ == "__main__":
    main()
