"""What is missing on this machine, in plain Chinese."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FREE_SPACE_MB = 500
NAME_END = re.compile(r"[^A-Za-z0-9._-]")  # extras, versions and markers follow the name


@dataclass(frozen=True)
class Diagnosis:
    """One look at the machine.

    Attributes
    ----------
    subject : str
        What was looked at.
    healthy : bool
        False where something must be done before pbgov works as documented.
    finding : str
        What was seen and, where unhealthy, what to do next (Chinese).
    """

    subject: str
    healthy: bool
    finding: str


def diagnose(folder: Path) -> list[Diagnosis]:
    """Every check, run in the study folder `folder`; none of them changes anything."""
    return [check(folder) for check in CHECKS]


def _python(folder: Path) -> Diagnosis:
    running = ".".join(map(str, sys.version_info[:3]))
    healthy = (3, 11) <= sys.version_info[:2] <= (3, 13)
    advice = "" if healthy else "；请安装 Python 3.11、3.12 或 3.13"
    return Diagnosis("Python 版本", healthy, f"{running}{advice}")


def _packages(folder: Path) -> Diagnosis:
    missing = []
    for requirement in requires("pbgov") or []:
        if "extra ==" in requirement:
            continue
        name = NAME_END.split(requirement, maxsplit=1)[0]
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Diagnosis(
            "依赖的包", False, f"缺少 {'、'.join(missing)}；请重新运行 python -m nox -s report"
        )
    return Diagnosis("依赖的包", True, "都已安装")


def _fonts(folder: Path) -> Diagnosis:
    fonts = Path(__file__).parent / "exhibits" / "fonts"
    missing = [
        weight
        for weight in ("Regular", "Bold")
        if not (fonts / f"PBGovSansSC-{weight}.ttf").is_file()
    ]
    if missing:
        return Diagnosis(
            "中文字体", False, f"缺少 {'、'.join(missing)}；安装不完整，请重新安装 pbgov"
        )
    return Diagnosis("中文字体", True, "图表字体随包提供，不依赖本机字体")


def _dictionary(folder: Path) -> Diagnosis:
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        return Diagnosis("分词词典", False, "没有 jieba；请重新安装")
    if not (Path(spec.origin).parent / "dict.txt").is_file():
        return Diagnosis("分词词典", False, "jieba 的 dict.txt 不见了；请重新安装 jieba")
    from pbgov.mining.tokens import Tokenizer

    reason = Tokenizer([]).engine_reason[0]
    return Diagnosis("分词词典", True, f"jieba {version('jieba')}；{reason}")


def _pdf(folder: Path) -> Diagnosis:
    if importlib.util.find_spec("typst") is None:
        said = '没有装 typst，不写 report.pdf；要写，请运行 pip install "pbgov[pdf]"'
        return Diagnosis("PDF 报告", True, said)
    return Diagnosis("PDF 报告", True, f"typst {version('typst')}")


def _chinese_lab(folder: Path) -> Diagnosis:
    overrides = Path(sys.prefix) / "share/jupyter/lab/settings/overrides.d/pbgov.json"
    if not overrides.is_file():
        return Diagnosis("JupyterLab 中文界面", False, "界面会是英文；请重新安装 pbgov")
    return Diagnosis("JupyterLab 中文界面", True, "已设为默认")


def _terminal(folder: Path) -> Diagnosis:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    healthy = encoding in {"utf8", "gbk", "gb18030", "cp936"}
    advice = "" if healthy else "；终端可能显示乱码，请设置环境变量 PYTHONUTF8=1"
    return Diagnosis("终端编码", healthy, f"{sys.stdout.encoding}{advice}")


def _writable(folder: Path) -> Diagnosis:
    if not os.access(folder, os.W_OK):
        return Diagnosis("写入权限", False, f"不能写入 {folder.resolve()}；请换一个文件夹")
    free = shutil.disk_usage(folder).free // 2**20
    healthy = free >= FREE_SPACE_MB
    advice = "" if healthy else f"；请至少留出 {FREE_SPACE_MB} MB"
    return Diagnosis("磁盘", healthy, f"可用 {free:,} MB{advice}")


def _study(folder: Path) -> Diagnosis:
    from pbgov.errors import StudyError
    from pbgov.study import read_study

    try:
        study = read_study(folder)
    except StudyError as error:
        return Diagnosis("研究文件", False, str(error).splitlines()[1].strip())
    return Diagnosis("研究文件", True, f"《{study.title}》")


CHECKS: tuple[Callable[[Path], Diagnosis], ...] = (
    _python,
    _packages,
    _fonts,
    _dictionary,
    _pdf,
    _chinese_lab,
    _terminal,
    _writable,
    _study,
)
