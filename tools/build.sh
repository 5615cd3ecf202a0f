# Shared by ./simrun, ./check and .ci/run, which source it with `root` set to the repository: installs
# what is missing, chooses the compiler, configures and builds only what is needed. Everything it
# says goes to stderr, because the program that follows owns stdout.

program=${0##*/}

say() { printf '%s: %s\n' "$program" "$*" >&2; }

# fail CODE MESSAGE...
fail() { say "${@:2}"; exit "$1"; }

listed_packages() { sed 's/#.*//' "$@" | tr -s '[:space:]' '\n' | sed '/^$/d'; }

missing_packages() {
  local package
  for package in $(listed_packages "$@"); do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      printf '%s\n' "$package"
  done
}

# apt_get AS_ROOT... -- ARGUMENTS...
apt_get() {
  local as_root=()
  while [[ $1 != -- ]]; do as_root+=("$1"); shift; done
  shift
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# install_packages LIST_FILE...: installs what the lists name and the machine lacks.
install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "no Debian packages here; assuming that what ${1#"$root/"} lists is installed"
    return
  fi
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  local by_hand="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  if ((EUID != 0)); then
    as_root=(sudo)
    [[ -t 0 ]] || as_root+=(-n)
    command -v sudo >/dev/null && "${as_root[@]}" true ||
      fail 2 "packages are missing; as root, type: $by_hand"
  fi
  say "installing ${missing[*]}"
  local log=$root/build/install.log
  mkdir -p "$root/build"
  local install=(install -y --no-install-recommends "${missing[@]}")
  # A machine whose package lists are absent or too old needs the update first.
  apt_get "${as_root[@]}" -- "${install[@]}" >"$log" 2>&1 ||
    { apt_get "${as_root[@]}" -- update && apt_get "${as_root[@]}" -- "${install[@]}"; } \
      >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; fail 2 "could not install; as root, type: $by_hand"; }
}

# Sets `compiler`, and `suffix`, which keeps the build folders of the two compilers apart.
choose_compiler() {
  if command -v clang++-19 >/dev/null; then
    compiler=clang++-19 suffix=
  elif command -v g++ >/dev/null; then
    compiler=g++ suffix=-gcc
    local version
    version=$(g++ -dumpfullversion)
    ((${version%%.*} >= 12)) || fail 2 "g++ $version is too old: simloop needs g++ 12 or clang++-19"
  else
    fail 2 "no C++ compiler: simloop needs g++ 12 or clang++-19"
  fi
}

# run_logged LOG COMMAND...: runs the command, shows its latest line in place on a terminal, and on
# failure what it said beyond progress lines.
run_logged() {
  local log=$1 line width=${COLUMNS:-80} status
  shift
  : >"$log"
  if [[ -t 2 ]]; then
    "$@" 2>&1 </dev/null | tee -a "$log" | while IFS= read -r line; do
      printf '\r\033[K%s' "${line:0:width-1}" >&2
    done
    status=${PIPESTATUS[0]}
    printf '\r\033[K' >&2
  else
    "$@" >>"$log" 2>&1 </dev/null
    status=$?
  fi
  if ((status != 0)); then
    grep -Ev '^\[[0-9]+/[0-9]+\] ' "$log" | tail -n 200 >&2
    say "failed; the whole log: $log"
  fi
  return "$status"
}

# configure_and_build PRESET DIRECTORY TARGET CMAKE_ARGUMENTS...: what is up to date is left alone.
# One process at a time builds in a directory; others wait for it.
configure_and_build() {
  local preset=$1 dir=$2 target=$3 lock
  shift 3
  mkdir -p "$dir"
  exec {lock}>"$dir/lock"
  flock -n "$lock" || { say "waiting for another build in ${dir#"$root/"}"; flock "$lock"; }
  local args=(--preset "$preset" -S "$root" -B "$dir" "$@") wanted status=0
  wanted="$root ${args[*]} $(cksum <"$root/CMakePresets.json")"
  # A folder that was configured otherwise, or in a checkout that has moved since, starts anew.
  if [[ ! -e $dir/build.ninja || $(cat "$dir/configured" 2>/dev/null) != "$wanted" ]]; then
    rm -f "$dir/configured"
    (cd "$root" && run_logged "$dir/configure.log" cmake --fresh "${args[@]}") || status=$?
    ((status != 0)) || printf '%s\n' "$wanted" >"$dir/configured"
  fi
  ((status != 0)) || run_logged "$dir/log" cmake --build "$dir" --target "$target" || status=$?
  exec {lock}>&-
  return "$status"
}

# junit_count ATTRIBUTE FILE: a number from the head of ctest's JUnit file.
junit_count() { grep -m 1 -oP "^\s*$1=\"\K[0-9]+" "$2" || echo 0; }

# build_and_test PRESET DIRECTORY LONG CMAKE_ARGUMENTS...: builds everything and runs its tests, the
# long ones too where LONG is true. Returns 1 when something did not build or a test failed.
build_and_test() {
  local preset=$1 dir=$2 long=$3 began=$SECONDS name=${2#"$root/"} status
  shift 3
  say "building $name"
  configure_and_build "$preset" "$dir" all "$@" || return 1
  say "built $name in $((SECONDS - began)) s; running the tests"
  began=$SECONDS
  local junit=$dir/tests.xml select=(-LE '^long$' --timeout 300)
  if $long; then
    export SIMLOOP_LONG=1
    select=(--timeout 3600)
  fi
  rm -f "$junit"
  # Tests that pass are counted, not shown.
  ctest --test-dir "$dir" -j 2 --output-on-failure --no-tests=error --output-junit "$junit" \
    "${select[@]}" </dev/null 2>&1 | tee "$dir/tests.log" |
    grep -Ev '^ *Start +[0-9]+: |^ *[0-9]+/[0-9]+ Test +#.* Passed |^(Internal ctest|Test project) '
  status=${PIPESTATUS[0]}
  [[ -e $junit ]] || { say "no test ran; see $dir/tests.log"; return 1; }
  local total bad idle
  total=$(junit_count tests "$junit")
  bad=$(junit_count failures "$junit")
  idle=$(($(junit_count skipped "$junit") + $(junit_count disabled "$junit")))
  printf '%s: %d passed, %d failed, %d skipped in %d s\n' \
    "$name" $((total - bad - idle)) "$bad" "$idle" $((SECONDS - began))
  ((status == 0))
}
