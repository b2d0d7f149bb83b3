#!/usr/bin/env bash
# Builds everything and runs every test. The last line is 'N passed, N failed'; the exit code is 0 only if all went well.
set -uo pipefail

root=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
cd "$root" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# Build servers would outlive this script.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

# Debian packages that tests need beyond the .NET SDK, each as 'command:package'. A package is installed only where its command is missing.
needs=(initdb:postgresql)
# For root file systems that run as machines. Only root can make them; for others these tests are skipped, and say so.
machine_needs=(debootstrap:debootstrap dpkg-deb:dpkg gpg:gnupg xz:xz-utils unshare:util-linux nsenter:util-linux mount:mount)
machines=Imago.Machines.Tests
acceptance_needs=(debootstrap:debootstrap node:nodejs npm:npm)
# Azure's own clients against the server process: a stage of its own, because they want the machine for themselves.
acceptance=Imago.Acceptance.Tests

results=$root/artifacts/test-results
at_a_time=2
only=
filter=
with_acceptance=1

usage() {
    cat <<'TEXT'
Usage: ./test.sh [--project NAME] [--filter EXPRESSION] [--no-acceptance] [--soak]

Installs what the tests need, builds the solution (Release) and runs every project under test/: first the quick ones, then
Imago.Acceptance.Tests, which runs the real Azure CLI and SDKs against the server and needs root.

  --project NAME       Run one project only; 'Domain' is enough for 'Imago.Domain.Tests'.
  --filter EXPRESSION  Run matching tests only, for example 'FullyQualifiedName~Schedule' or 'Rule=MW-42'.
  --no-acceptance      Leave the acceptance tests out: some minutes less, and no root needed.
  --soak               Run the long simulations, too (sets IMAGO_SOAK=1).
  --help               Show this text.

Logs and TRX files are left in artifacts/test-results. IMAGO_UPDATE_GOLDENS=1 rewrites golden files instead of comparing with them.
TEXT
}

# Ends before any test has run: says why and closes with a line that counts it as a failure.
give_up() {
    echo "test.sh: $1" >&2
    echo "0 passed, 1 failed"
    exit 1
}

while (($# > 0)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --soak) export IMAGO_SOAK=1; shift ;;
        --no-acceptance) with_acceptance=; shift ;;
        --project | --filter)
            (($# > 1)) || { echo "test.sh: option $1 needs a value. Try './test.sh --help'." >&2; exit 2; }
            if [[ $1 == --project ]]; then only=$2; else filter=$2; fi
            shift 2
            ;;
        *) echo "test.sh: '$1' is not an option. Try './test.sh --help'." >&2; exit 2 ;;
    esac
done

# Debian keeps the programs of a PostgreSQL server off the PATH, in a folder per version.
is_there() { command -v "$1" >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null; }

install_needs() {
    local need missing=()
    for need in "$@"; do
        is_there "${need%%:*}" || missing+=("${need##*:}")
    done
    ((${#missing[@]} > 0)) || return 0
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        give_up "these Debian packages are missing: ${missing[*]}. Install them (apt-get install ${missing[*]}) and try again."
    fi
    echo "Installing ${missing[*]} …"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } \
        >"$results/install.log" 2>&1 || { tail -n 20 "$results/install.log"; give_up "apt-get could not install ${missing[*]}."; }
}

# Runs a step of the build; its output is shown only if it fails.
step() {
    local text=$1 log=$results/$2.log begun=$SECONDS
    shift 2
    echo "$text …"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        grep -E '(error|warning) ' "$log" | sort -u || tail -n 40 "$log"
        give_up "$text failed; the whole output is in $log."
    fi
    echo "  done in $((SECONDS - begun)) s"
}

run_project() {
    local name=$1 dll
    local log=$results/$name.log arguments=(--logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" --results-directory "$results")
    [[ -z $filter ]] || arguments+=(--filter "$filter")
    dll=$(ls -t "test/$name"/bin/Release/*/"$name.dll" | head -n 1)
    dotnet test "$dll" "${arguments[@]}" >"$log" 2>&1 </dev/null
    echo $? >"$results/$name.exit"
}

counter() { sed -n "s/.*<Counters[^>]* $2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

# One line per project; what failed is shown in full below it.
passed=0 failed=0 skipped=0
report() {
    local name=$1 trx=$results/$1.trx log=$results/$1.log code total=0 good=0 skip=0 bad=0 note='' outcome
    code=$(<"$results/$name.exit")
    if [[ -e $trx ]]; then
        total=$(counter "$trx" total) good=$(counter "$trx" passed)
        for outcome in failed error timeout aborted passedButRunAborted notRunnable disconnected; do
            bad=$((bad + $(counter "$trx" $outcome)))
        done
        skip=$((total - good - bad))
    fi
    # A host that crashed, or a project without a test, must not look like a success because nothing failed in it.
    if ((bad == 0 && code != 0)); then
        bad=1 note=" - did not run to its end (exit code $code)"
    elif ((total == 0)) && [[ -z $filter ]]; then
        bad=1 note=" - ran no test"
    fi
    ((skip == 0)) || note=", $skip skipped$note"
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skip))
    printf '  %-32s %5d passed, %d failed%s\n' "$name" "$good" "$bad" "$note"
    if ((bad > 0)); then
        grep -vE '^(VSTest version|Starting test execution|A total of|Results File:|Passed! )|^ *$' "$log" | sed 's/^/    | /'
    fi
}

command -v dotnet >/dev/null || give_up "the .NET 10 SDK is missing: 'dotnet' is not on the PATH. Install it (https://dotnet.microsoft.com/download) and try again."
rm -rf -- "$results"
mkdir -p "$results"

projects=() wants_acceptance=
for file in test/*.Tests/*.csproj; do
    name=$(basename "$file" .csproj)
    if [[ -z $only || $name == "$only" || $name == "Imago.$only.Tests" ]]; then
        [[ $name == "$acceptance" ]] && wants_acceptance=$with_acceptance || projects+=("$name")
    fi
done
[[ -z $wants_acceptance ]] || needs+=("${acceptance_needs[@]}")
if ((EUID == 0)) && [[ " ${projects[*]-} " == *" $machines "* ]]; then needs+=("${machine_needs[@]}"); fi
((${#projects[@]} > 0)) || [[ -n $wants_acceptance ]] || give_up "no project under test/ is called '$only'. There are: $(cd test && echo *.Tests/ | tr -d /)."

install_needs "${needs[@]}"
# Locked: what is restored is what the lock files say, or it is an error.
step "Restoring packages" restore dotnet restore Imago.slnx --locked-mode -v minimal -tl:off
step "Building" build dotnet build Imago.slnx -c Release --no-restore --nologo -v minimal -tl:off
for name in ${projects[@]+"${projects[@]}"} ${wants_acceptance:+"$acceptance"}; do
    compgen -G "test/$name/bin/Release/*/$name.dll" >/dev/null || give_up "test/$name was not built; is it in Imago.slnx?"
done

echo "Testing${filter:+ what matches '$filter'}${IMAGO_SOAK:+, long simulations included} …"
begun=$SECONDS
running=0
for name in ${projects[@]+"${projects[@]}"}; do
    ((running < at_a_time)) || { wait -n; running=$((running - 1)); }
    run_project "$name" &
    running=$((running + 1))
done
wait
for name in ${projects[@]+"${projects[@]}"}; do report "$name"; done
echo "  done in $((SECONDS - begun)) s"

if [[ -n $wants_acceptance ]]; then
    echo "Asking Azure's own clients …"
    begun=$SECONDS
    run_project "$acceptance"
    report "$acceptance"
    echo "  done in $((SECONDS - begun)) s"
fi

if ((passed + failed == 0)); then
    failed=1
    echo "test.sh: no test matches '$filter'." >&2
fi
line="$passed passed, $failed failed"
((skipped == 0)) || line+=", $skipped skipped"
echo "$line"
((failed == 0))
