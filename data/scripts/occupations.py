"""Builds data/vocab/occupation.tsv (中华人民共和国职业分类大典, 2022) and data/crosswalk/occupation.tsv.

Reads occupation_dadian.jsonl: codes and names of 大类 2–6. The table has no occupations of 大类 1, 7 and 8; these
three stand as single entries. L (green) and S (digital) after a name become attrs.
"""

from __future__ import annotations

import json
import re

from _write import Row, apply_curated, read_crosswalk, ref_dir, write_crosswalk, write_vocab

LEVELS = ("major", "medium", "minor")
OTHERS = {
    "1": "党的机关、国家机关、群众团体和社会组织、企事业单位负责人",
    "7": "军队人员",
    "8": "不便分类的其他从业人员",
}


def group(text: str) -> tuple[str, str]:
    """2-01（GBM20100）科学研究人员 → ("2-01", "科学研究人员")."""
    found = re.fullmatch(r"([\d-]+)（[^）]*）\s*(.+)", text)
    assert found, text
    return found[1], found[2].strip()


def main() -> None:
    rows: dict[str, Row] = {code: Row(code, label, attrs={"level": "major"}) for code, label in OTHERS.items()}
    for line in (ref_dir() / "occupation_dadian.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        parent = ""
        for level in LEVELS:
            code, label = group(record[level])
            rows.setdefault(code, Row(code, label, parent, attrs={"level": level}))
            parent = code
        found = re.fullmatch(r"(.+?)(L/S|L|S)?", record["name"].strip())
        assert found
        marks = found[2] or ""
        attrs = {"level": "occupation", "green": "1" if "L" in marks else "", "digital": "1" if "S" in marks else ""}
        rows.setdefault(record["code"], Row(record["code"], found[1], parent, attrs=attrs))
    ordered = sorted(rows.values(), key=lambda row: row.code)
    apply_curated("occupation", ordered)
    write_vocab("occupation", ordered, source="中华人民共和国职业分类大典 (2022); everyday names collected by hand", script=__file__)
    source = "category names of job sites, mapped by hand to 职业分类大典 2022"
    write_crosswalk("occupation", read_crosswalk("occupation"), known=set(rows), source=source, script=__file__)


if __name__ == "__main__":
    main()
