"""``pbgov export``: a study as one file that a colleague can check."""

from __future__ import annotations

import hashlib
import json
import shutil
import warnings
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbgov.cache import relative_name, table_of
from pbgov.errors import DataFileError, DataFileWarning, InputError, StudyError
from pbgov.findings import Finding
from pbgov.replay.contents import MOST_MEMBERS, MOST_UNPACKED, clashes, is_safe_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbgov.study import Study

FORMAT = 1
MANIFEST = "BUNDLE.json"
README = "README.md"
CONSTRAINTS = "constraints.txt"
STUDY = "study"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
SHOWN = 12
AGAIN = "，再在临时文件夹里从头算一遍，逐个比较，说明能否得到同样的结果；不一样时，说明哪里不一样、为什么。"
AGAIN_EN = (
    ", computes the study again in a temporary folder and says what differs and why. That it reproduces"
    " means that these numbers come from this material by this program, not that the material is true."
)


@dataclass(frozen=True)
class Remarks:
    """What whoever hands on a bundle should know.

    Attributes
    ----------
    rights : tuple of str
        Documents that state no rights; a colleague gets copies of them.
    coders : tuple of str
        Names of coders, which stand in the codings as they are.
    """

    rights: tuple[str, ...]
    coders: tuple[str, ...]


def export_bundle(
    study: Study,
    path: str | Path,
    *,
    documents: bool = True,
    on_step: Callable[[str, bool], None] | None = None,
) -> Path:
    """Write a study with its report as a bundle, for `check_bundle`.

    Parameters
    ----------
    study : Study
        Its report must be up to date.
    path : path
        A zip file where it ends in ``.zip``, else a folder; neither may exist.
    documents : bool, default True
        False leaves the files of the documents out and states their digests only. Then a colleague
        can see that nothing was changed, but cannot compute anything again; and the report, its
        evidence and the codings still quote the documents.
    on_step : callable, optional
        Told each step, as `pbgov.run.run_study` tells it.

    Returns
    -------
    Path
        The bundle. The same study gives the same bytes.

    Raises
    ------
    StudyError
        Where the report is not up to date (E801: run ``pbgov run`` first), or the study names
        files outside its folder (E802).
    DataFileError
        Where a name cannot stand in a bundle (E803) or there is too much (E805).
    InputError
        Where something stands at `path` already, or its folder does not exist.

    Warns
    -----
    DataFileWarning
        Which documents state no rights (W801), whose names the codings hold (W802), and that
        documents were left out (W803).
    """
    path = Path(path)
    if path.exists():
        raise InputError(
            f"{path} is there already and is not overwritten; choose another name."
            f" {path} 已经存在，不会覆盖；请换一个名字。"
        )
    if not path.parent.is_dir():
        raise InputError(
            f"{path.parent} is no folder; make it first, or choose another place."
            f" {path.parent} 不是文件夹；请先建好，或换一个地方。"
        )
    provenance = require_current(study)
    files = _files_of(study, provenance)
    left_out = [] if documents else [name for name in files if _is_document(study, files[name])]
    remarks = bundle_remarks(study, on_step)
    for finding in said_of(remarks, study, left_out):
        warnings.warn(str(finding), DataFileWarning, stacklevel=2)
    texts = _own_texts(study, provenance, files, left_out, remarks)
    kept = {name: file for name, file in files.items() if name not in left_out}
    _refuse_too_much(study, kept)
    write = _write_zip if path.suffix.lower() == ".zip" else _write_folder
    write(path, kept, texts)
    return path


def require_current(study: Study) -> dict[str, Any]:
    """What provenance.json records, where the report is as the last run left it.

    Raises
    ------
    StudyError
        Where it is not (E801).
    """
    from pbgov.run import PROVENANCE, is_current, state_of

    if not is_current(study.output, state_of(study)):
        raise StudyError(str(Finding("E801", str(study.output))))
    recorded: dict[str, Any] = json.loads((study.output / PROVENANCE).read_text(encoding="utf-8"))
    return recorded


def bundle_remarks(study: Study, on_step: Callable[[str, bool], None] | None = None) -> Remarks:
    """Documents without stated rights and the names of coders, from the results of the last run."""
    from pbgov.run import compute, state_of

    results, _ = compute(study, state_of(study), on_step or (lambda title, made: None))
    documents = table_of(results, "read", "documents")
    stated = documents["rights"].fillna("").astype(str).str.strip().ne("")
    silent = documents.loc[~stated, "doc_id"].astype(str)
    return Remarks(tuple(silent), _coders(study))


def said_of(remarks: Remarks, study: Study, left_out: list[str]) -> list[Finding]:
    """The remarks as findings: W801 rights, W802 coders, W803 documents left out."""
    where = str(study.root)
    found = []
    if remarks.rights and not left_out:
        found.append(Finding("W801", where, seen=_listed(remarks.rights)))
    if remarks.coders:
        found.append(Finding("W802", where, seen=_listed(remarks.coders)))
    if left_out:
        found.append(Finding("W803", where, seen=str(len(left_out))))
    return found


def _coders(study: Study) -> tuple[str, ...]:
    if study.codings is None:
        return ()
    from pbgov.coding.codings import read_codings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataFileWarning)  # the run has told them
        codings = read_codings(study.codings)
    return tuple(sorted(codings["coder"].dropna().astype(str).unique()))


def _files_of(study: Study, provenance: dict[str, Any]) -> dict[str, Path]:
    """Every file of the study that a run reads or wrote, by its name in the bundle."""
    from pbgov.run import PROVENANCE

    declared = [file for file in (study.report.template, study.report.references) if file]
    files = [study.root / name for name in provenance["inputs"]]
    files += declared
    files += [study.output / name for name in provenance["outputs"]]
    files.append(study.output / PROVENANCE)
    found = {}
    for file in files:
        name = relative_name(file, study.root)
        if (
            name.startswith("../")
            or name == PROVENANCE
            or not file.resolve().is_relative_to(study.root.resolve())
        ):
            raise StudyError(str(Finding("E802", str(study.root), seen=name)))
        found[f"{STUDY}/{name}"] = file
    unfit = [name for name in found if not is_safe_name(name)] or clashes(list(found))
    if unfit:
        raise DataFileError([Finding("E803", str(study.root), seen=name) for name in unfit])
    return dict(sorted(found.items()))


def _is_document(study: Study, file: Path) -> bool:
    return file.is_relative_to(study.cases)


def _refuse_too_much(study: Study, files: dict[str, Path]) -> None:
    total = sum(file.stat().st_size for file in files.values())
    if total > MOST_UNPACKED or len(files) > MOST_MEMBERS - 3:
        seen = f"{total / 1024**2:,.0f} MB, {len(files):,} files"
        wanted = f"{MOST_UNPACKED / 1024**2:,.0f} MB, {MOST_MEMBERS - 3:,}"
        raise DataFileError([Finding("E805", str(study.root), seen=seen, wanted=wanted)])


def _own_texts(
    study: Study,
    provenance: dict[str, Any],
    files: dict[str, Path],
    left_out: list[str],
    remarks: Remarks,
) -> dict[str, bytes]:
    """README, constraints and, last because it lists them, the manifest."""
    constraints = study.root / CONSTRAINTS
    texts = {
        README: _readme(study, left_out, remarks).encode(),
        CONSTRAINTS: (
            constraints.read_bytes() if constraints.is_file() else _pins(provenance["versions"])
        ),
    }
    digests = {
        **{name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
        **{name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()},
    }
    sizes = {name: len(text) for name, text in texts.items()}
    sizes |= {name: file.stat().st_size for name, file in files.items()}
    manifest = {
        "bundle": FORMAT,
        "pbgov": version("pbgov"),
        "title": study.title,
        "study": STUDY,
        "output": relative_name(study.output, study.root),
        "how_to_check": {
            "zh": f"安装 pbgov {version('pbgov')}（所依赖软件的版本见 {CONSTRAINTS}），"
            "再运行 pbgov check 加这个包的文件名。",
            "en": f"Install pbgov {version('pbgov')} (what it needs stands in {CONSTRAINTS}), then"
            " run 'pbgov check' with the name of this bundle.",
        },
        "rights_not_stated": list(remarks.rights),
        "coders": list(remarks.coders),
        "left_out": {name: digests[name] for name in left_out},
        "files": [
            {"path": name, "sha256": digests[name], "size": sizes[name]}
            for name in sorted(digests)
            if name not in left_out
        ],
    }
    written = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return texts | {MANIFEST: written.encode()}


def _pins(versions: dict[str, str]) -> bytes:
    pins = [f"pbgov=={version('pbgov')}"]
    pins += [f"{name}=={number}" for name, number in sorted(versions.items()) if name != "python"]
    head = (
        f"# Python {versions['python']}; the versions the report was made with 生成报告时的版本\n"
    )
    return (head + "\n".join(pins) + "\n").encode()


def _readme(study: Study, left_out: list[str], remarks: Remarks) -> str:
    output = relative_name(study.output, study.root)
    lines = [
        f"# 《{' '.join(study.title.split())}》的核对包",
        "",
        f"里面有这份研究的{'输入（没有文档原文）' if left_out else '全部输入'}、按它们算出的报告，"
        "以及每个文件的摘要。核对的办法：",
        "",
        f"1. 安装 pbgov {version('pbgov')}；所依赖软件的版本见 `{CONSTRAINTS}`。",
        "2. 在终端运行 `pbgov check`，后面加上这个包的文件名。",
        "",
        "它先看文件有没有改动、增加或缺少"
        + ("；没有文档原文，不能从头再算。" if left_out else AGAIN)
        + "包里的任何东西都不会被当作程序运行。",
        "",
        "| 位置 | 内容 |",
        "|---|---|",
        f"| `{MANIFEST}` | 清单：每个文件的 SHA-256 和大小 |",
        f"| `{CONSTRAINTS}` | 所用软件的版本 |",
        f"| `{STUDY}/study.toml` | 研究读什么、声明检验什么、随机数种子 |",
        f"| `{STUDY}/data/` 等 | 文档、编码手册、词典、编码记录、指标 |",
        f"| `{STUDY}/{output}/` | 报告、图表、依据，和 provenance.json（输入、输出、版本的摘要） |",
        "",
        "## 请留意",
        "",
        "- 能够复算，只说明这些数字确实由这些材料按这套程序算出；不说明材料真实、编码正确或结论成立。",
        "- 清单的摘要挡不住连清单一起改的人；要确认来源，请另行核对发送者给出的清单指纹"
        f"（{MANIFEST} 的 SHA-256，`pbgov check` 会显示）。",
    ]
    if left_out:
        lines.append(
            f"- 有 {len(left_out)} 个文档的原文没有放进来，清单里只有摘要：只能核对文件有没有改动，不能复算。"
            "报告、依据和编码记录里仍有对它们的引文。"
        )
    elif remarks.rights:
        lines.append(f"- 以下文档没有写明使用权利，转发之前请先弄清：{_listed(remarks.rights)}。")
    if remarks.coders:
        lines.append(f"- 编码记录里有编码者的名字，照原样放入：{_listed(remarks.coders)}。")
    lines += [
        "",
        "## In English",
        "",
        f"Install pbgov {version('pbgov')} and run `pbgov check` on this file: it verifies that every file"
        " is the one listed"
        + (
            f". {len(left_out)} document(s) were left out, so nothing can be computed again."
            if left_out
            else AGAIN_EN
        )
        + " Nothing in here is run as a program. Digests do not stop somebody who rewrites the list as"
        " well: compare its fingerprint with the one that the sender names.",
        "",
    ]
    return "\n".join(lines)


def _listed(names: tuple[str, ...]) -> str:
    more = f" …（{len(names)}）" if len(names) > SHOWN else ""
    return "、".join(" ".join(name.split()) for name in names[:SHOWN]) + more


def _write_zip(path: Path, files: dict[str, Path], texts: dict[str, bytes]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name in sorted([*files, *texts]):
                member = zipfile.ZipInfo(name, ZIP_TIME)
                member.create_system = 3
                member.external_attr = 0o100644 << 16
                member.compress_type = zipfile.ZIP_DEFLATED
                content = texts[name] if name in texts else files[name].read_bytes()
                archive.writestr(member, content)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_folder(path: Path, files: dict[str, Path], texts: dict[str, bytes]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    try:
        for name in sorted([*files, *texts]):
            target = partial / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(texts[name] if name in texts else files[name].read_bytes())
        partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
