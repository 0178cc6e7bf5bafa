"""A study laid out in a folder for the tests of tracing: damaged documents, sixteen districts."""

from __future__ import annotations

import csv
import random
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DISTRICTS = {
    "110101": "东城区",
    "110102": "西城区",
    "110105": "朝阳区",
    "110106": "丰台区",
    "110107": "石景山区",
    "110108": "海淀区",
    "110109": "门头沟区",
    "110111": "房山区",
    "110112": "通州区",
    "110113": "顺义区",
    "110114": "昌平区",
    "110115": "大兴区",
    "110116": "怀柔区",
    "110117": "平谷区",
    "110118": "密云区",
    "110119": "延庆区",
}
PRACTISED = (
    "{place}成立党建工作协调委员会，与驻区单位签订共建协议，建立联席会议制度。",
    "{place}开展志愿服务活动，组织党员到社区报到，为老人送餐。",
    "{place}建立居民议事会，就停车难问题开展协商，形成居民公约。",
    "{place}搭建网格化管理平台，依托大数据实现精准派单。",
)
DECLARED = """
[study]
title = "追溯试验"
seed = 7
output = "reports"

[inputs]
cases = "data/cases"
codebook = "data/codebook"
lexicon = "data/lexicon"
regions = "data/regions"
indicators = "data/indicators"

[satisfaction]
indicator = "接诉即办满意率"
family = "MODE"
"""
HOSTILE_TITLE = "</script><!-- =1+1 \\u202e 𠮷"


def lay_out(folder: Path, root: Path, seed: int = 3) -> Path:
    """A study of two damaged articles and a rate of each of the sixteen districts."""
    drawn = random.Random(seed)
    for name in ("codebook", "lexicon", "regions"):
        shutil.copytree(root / "data" / name, folder / "data" / name)
    cases = folder / "data" / "cases"
    cases.mkdir(parents=True)
    for number, damage in enumerate((_with_readings, _with_marks)):
        lines = [
            drawn.choice(PRACTISED).format(place=place)
            for place in DISTRICTS.values()
            for _ in range(drawn.randint(1, 3))
        ]
        title = HOSTILE_TITLE if number else "各区做法"
        front = f'+++\nid = "article-{number}"\ntitle = "{title}"\n+++\n\n'
        text = damage(front + "\n\n".join(lines) + "\n")
        (cases / f"article-{number}.md").write_bytes(text.replace("\n", "\r\n").encode())
    indicators = folder / "data" / "indicators"
    indicators.mkdir()
    for name in ("register.csv",):
        shutil.copy(root / "data" / "indicators" / name, indicators / name)
    with (indicators / "rates.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            [
                "region_code",
                "period",
                "indicator",
                "value",
                "unit",
                "status",
                "source_tier",
                "source_url",
                "note",
            ]
        )
        for code in DISTRICTS:
            rate = round(drawn.uniform(60, 99), 2)
            url = f"https://example.org/{code}"
            rows.writerow([code, "2024", "接诉即办满意率", rate, "%", "实际", "A", url, ""])
            rows.writerow([code, "2023", "接诉即办满意率", rate - 1, "%", "实际", "A", url, ""])
    (folder / "study.toml").write_text(DECLARED, encoding="utf-8")
    return folder


def _with_readings(text: str) -> str:
    """A reading behind characters, as articles copied from a reader for learners have them."""
    for char, reading in (("党", "dǎnɡ"), ("议", "yì"), ("务", "wù")):
        text = text.replace(char, f"{char}({reading})")
    return text


def _with_marks(text: str) -> str:
    """No-break spaces and zero-width characters, a byte order mark and a character beyond 16 bits."""
    return "\ufeff" + text.replace("，", "，\u00a0").replace("为老人", "为𠮷家\u200b的老人")
