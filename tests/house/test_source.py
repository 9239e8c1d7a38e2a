"""The rules of the house that no linter knows, held on the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "volunteer_hub"
TEMPLATES = ROOT / "templates"
LONGEST = 300
CHINESE = re.compile(r"[\u3400-\u9fff]")
MARKED = {"N_", "_", "_l", "gettext", "lazy_gettext", "ngettext"}
LOCKS = ("requirements.txt", "requirements-dev.txt", "scripts/uv.txt", "scripts/postgres.txt")
#: Chinese that is data, not a sentence to be translated.
DATA = {
    "activities/prohibited.py": "words searched for in what people wrote",
    "anomalies/opening_hours.py": "words read on stations' doors",
    "core/workbook_parts.py": "names of fonts",
    "imports/words.py": "headings and answers as they stand in people's spreadsheets",
    "regions/divisions.py": "headings of the statistical list",
    "web/i18n.py": "the language's own name",
    "demo": "the invented district's names and texts",
}


def sources(folder: Path, pattern: str = "*.py") -> list[Path]:
    return sorted(path for path in folder.rglob(pattern) if "vendor" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def found(pattern: str, *, but: tuple[str, ...] = ()) -> list[str]:
    """List the lines of the package that match, outside the files that may."""
    wanted = re.compile(pattern)
    return [
        f"{name(path)}:{number}  {line.strip()}"
        for path in sources(PACKAGE)
        if name(path) not in but
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if wanted.search(line)
    ]


def test_every_init_is_one_docstring() -> None:
    for path in sources(PACKAGE, "__init__.py"):
        body = tree(path).body
        assert len(body) == 1, name(path)
        assert ast.get_docstring(tree(path)), name(path)


def test_only_the_ground_floor_commits() -> None:
    """Undoing a transaction that an error has spoilt, before the error page reads, is the one exception."""
    assert found(r"\.commit\(", but=("core/db.py",)) == []
    assert found(r"\.rollback\(", but=("core/db.py", "web/errors.py")) == []


def test_transactions_are_opened_at_the_edges() -> None:
    doors = re.compile(r"(routes|api|jobs|cli|desk|scheduler|showing)\.py")
    opened = [line for line in found(r"with .*\btransaction\(\)") if not doors.search(line.split(":")[0])]
    assert opened == []


def test_only_the_clock_reads_the_time() -> None:
    pattern = r"datetime\.(now|utcnow)\(|date\.today\(|\btime\.(time|time_ns)\(|\bfunc\.(now|current_timestamp)\("
    assert found(pattern, but=("core/clock.py",)) == []


def test_only_the_crypto_file_touches_keys() -> None:
    assert found(r"\bimport (hmac|hkdf)\b|from cryptography|AESGCM|HKDF|key_for\(", but=("core/crypto.py",)) == []


def test_only_the_dialect_file_asks_which_engine_runs() -> None:
    assert found(r"dialect\.name|drivername|get_backend_name|PRAGMA|pg_advisory", but=("core/dialect.py",)) == []


def test_only_the_ledger_writes_the_ledger() -> None:
    """The demonstration fills it in bulk: the same columns, constraints and triggers."""
    pattern = r"HoursEntry\(|insert\(HoursEntry|update\(HoursEntry|delete\(HoursEntry"
    assert [line for line in found(pattern, but=("ledger/service.py",)) if "class HoursEntry" not in line] == []
    bulk = found(r"bulk\.write\(HoursEntry")
    assert [line.split(":")[0] for line in bulk] == ["demo/records.py"]


def test_imports_stand_at_the_top_and_are_absolute() -> None:
    wrong = []
    for path in sources(PACKAGE):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom | ast.Import) and node not in tree(path).body:
                wrong.append(f"{name(path)}:{node.lineno}")
            if isinstance(node, ast.ImportFrom) and node.level:
                wrong.append(f"{name(path)}:{node.lineno} relative")
    assert wrong == []


@pytest.mark.parametrize("folder", ["volunteer_hub", "tests", "scripts", "bench", "static/js", "static/css"])
def test_no_file_is_longer_than_a_reader_can_hold(folder: str) -> None:
    long = []
    for pattern in ("*.py", "*.js", "*.css"):
        for path in sources(ROOT / folder, pattern):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > LONGEST:
                long.append(f"{path.relative_to(ROOT)}: {lines}")
    assert long == []


def test_nothing_is_left_open() -> None:
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error"))
    assert found(rf"\b({words})\b") == []


def test_what_is_silenced_says_why() -> None:
    """`# type: ignore[code]  # reason` and `# noqa: CODE - reason`."""
    bare = r"# type: ignore\[[^\]]*\]\s*$|# type: ignore(?!\[)|# noqa: [A-Z0-9, ]+\s*$|# noqa\s*$"
    assert found(bare) == []


def _chinese_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield Chinese string constants that are neither marked for translation nor a docstring."""
    allowed: set[int] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in MARKED:
                allowed |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            allowed.add(id(node.value))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed:
            yield from [(node.lineno, node.value)] if CHINESE.search(node.value) else []


def test_every_chinese_sentence_goes_through_the_catalogue() -> None:
    wrong = [
        f"{name(path)}:{line}  {text}"
        for path in sources(PACKAGE)
        if name(path) not in DATA and path.relative_to(PACKAGE).parts[0] not in DATA
        for line, text in _chinese_strings(path)
    ]
    assert wrong == []


def test_template_folders_are_rooms() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert {path.name for path in TEMPLATES.iterdir()} <= rooms


def test_every_template_is_rendered_somewhere() -> None:
    """By its name, or by a name put together in code: `f"folder/{...}.html"`."""
    spoken = "\n".join(path.read_text(encoding="utf-8") for path in [*sources(PACKAGE), *TEMPLATES.rglob("*.html")])
    unused = []
    for path in TEMPLATES.rglob("*.html"):
        template = path.relative_to(TEMPLATES)
        if f'{template}"' not in spoken and f"{template}'" not in spoken and f'f"{template.parent}/{{' not in spoken:
            unused.append(str(template))
    assert unused == []


def test_every_style_and_script_is_used() -> None:
    spoken = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sources(ROOT / "static", "*.js"))
    sheets = "\n".join(path.read_text(encoding="utf-8") for path in sources(ROOT / "static", "*.css"))
    for path in [*sources(ROOT / "static" / "js", "*.js"), *sources(ROOT / "static" / "css", "*.css")]:
        assert path.name in spoken + scripts + sheets, path.name


def test_templates_keep_the_policy() -> None:
    forbidden = re.compile(
        r"\|\s*safe\b|autoescape false|\sstyle=[\"{]|\son[a-z]+=[\"{]|javascript:"
        r"|<style\b|<script(?![^>]*(src=|json))"
    )
    wrong = [
        f"{path.relative_to(ROOT)}:{number}  {line.strip()}"
        for path in TEMPLATES.rglob("*.html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert wrong == []


def test_scripts_build_no_markup_from_text() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(")
    wrong = [path.name for path in sources(ROOT / "static" / "js", "*.js") if forbidden.search(path.read_text())]
    assert wrong == []


def test_scripts_take_their_words_from_the_page() -> None:
    comment = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
    wrong = [
        path.name
        for path in sources(ROOT / "static" / "js", "*.js")
        if CHINESE.search(comment.sub("", path.read_text(encoding="utf-8")))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "lock", ["requirements.txt", "requirements-dev.txt", "scripts/uv.txt", "scripts/postgres.txt"]
)
def test_every_dependency_is_one_version_with_its_sums(lock: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text(encoding="utf-8"))
    pinned = [entry for entry in entries if not entry.startswith("#")]
    assert pinned
    for entry in pinned:
        assert re.match(r"[A-Za-z0-9_.\-\[\]]+==[^\s\\]+", entry), entry[:60]
        assert "--hash=sha256:" in entry, entry[:60]
