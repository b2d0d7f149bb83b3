#!/usr/bin/env bash
# Publishes the node agent as one file that needs no runtime on the machine: eng/publish-agent.sh [FOLDER] [linux-x64|linux-arm64] [portable|native]
# It is trimmed; a warning of the trimmer is an error like any other.
# portable: compiled where it runs, and runs with any C library of the last years. native: machine code, with half the memory at rest. It needs gcc here, is made for the
# architecture of this machine only, and runs where the C library is not older than here: make it on the oldest system that you have.
set -euo pipefail

root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
folder=$(realpath -m -- "${1:-$root/artifacts/agent}")
runtime=${2:-linux-x64}
case ${3:-portable} in
    portable) native=false ;;
    native) native=true ;;
    *) echo "publish-agent: '$3' is neither 'portable' nor 'native'." >&2; exit 2 ;;
esac
if $native && ! command -v gcc >/dev/null; then
    echo "publish-agent: 'gcc' is missing, which links a native agent. Install it with the headers of the C library, or publish a portable one." >&2
    exit 1
fi

# Restoring for a runtime writes other lock files than those that are checked in: it is done on a copy of the sources.
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
(cd "$root" && tar --exclude=bin --exclude=obj -cf - src eng .editorconfig global.json Directory.Build.props Directory.Packages.props) | tar -xf - -C "$work"

dotnet publish "$work/src/Imago.Agent/Imago.Agent.csproj" -c Release -r "$runtime" -p:AgentNative=$native --nologo -v quiet -tl:off -o "$work/out" >&2
install -D -m 0755 "$work/out/Imago.Agent" "$folder/imago-agent"
echo "$folder/imago-agent"
