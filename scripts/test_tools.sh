#!/usr/bin/env bash
# Tools that only the tests need: Chromium with Chinese fonts, and PostgreSQL's
# server binaries, with which the tests start clusters of their own
# (tests/postgres.py). Without root or apt the tests that want them are skipped,
# and pytest's summary says so.
set -uo pipefail

# The list is read to its end first: a grep that leaves early would fail the pipe.
has_chromium() {
  local fonts
  fonts=$(fc-list 2>/dev/null)
  command -v chromium >/dev/null 2>&1 && grep -qi 'noto.*cjk' <<<"$fonts"
}

# A server that is given stands for binaries; Debian keeps these off the path.
has_postgres() {
  [ -n "${WENBAN_TEST_POSTGRES_URL:-}" ] && return
  command -v postgres >/dev/null 2>&1 && command -v initdb >/dev/null 2>&1 && return
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

is_updated=no
install() {
  [ "$is_updated" = yes ] || apt-get update -qq || return
  is_updated=yes
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Debian makes and starts a cluster when the server is installed for the first
# time; the tests do not use it, so this file forbids it for the moment.
install_postgres() {
  local folder=/etc/postgresql-common/createcluster.d status
  mkdir -p "$folder" && echo 'create_main_cluster = false' >"$folder/wenban-tests.conf" || return
  install postgresql
  status=$?
  rm -f "$folder/wenban-tests.conf"
  rmdir --ignore-fail-on-non-empty "$folder"
  return "$status"
}

if has_chromium; then
  :
elif ! command -v apt-get >/dev/null 2>&1; then
  echo "浏览器测试需要 Chromium 和中文字体，请自行安装；现在将跳过这些测试。"
elif [ "$(id -u)" != 0 ]; then
  echo "浏览器测试需要 Chromium。请运行：sudo apt-get install chromium fonts-noto-cjk；现在将跳过这些测试。"
else
  echo "安装 Chromium 和中文字体（约 1 分钟）…"
  install chromium fonts-noto-cjk fontconfig || echo "安装失败，将跳过浏览器测试。"
fi

if has_postgres; then
  :
elif ! command -v apt-get >/dev/null 2>&1; then
  echo "数据库测试需要 PostgreSQL 的服务器程序，请自行安装，或用 WENBAN_TEST_POSTGRES_URL 指定一个测试用的数据库；现在只测试 SQLite。"
elif [ "$(id -u)" != 0 ]; then
  echo "数据库测试需要 PostgreSQL。请运行：sudo apt-get install postgresql，或用 WENBAN_TEST_POSTGRES_URL 指定一个测试用的数据库；现在只测试 SQLite。"
else
  echo "安装 PostgreSQL 的服务器程序（约 1 分钟，不启动数据库）…"
  install_postgres || echo "安装失败，PostgreSQL 将不被测试，只测试 SQLite。"
fi
exit 0
