#!/usr/bin/env bash
# Publishes the node agent as one file that needs no runtime on the machine: eng/publish-agent.sh [FOLDER] [linux-x64|linux-arm64]
# It is trimmed; a warning of the trimmer is an error like any other.
set -euo pipefail

root=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
folder=$(realpath -m -- "${1:-$root/artifacts/agent}")
runtime=${2:-linux-x64}

# Restoring for a runtime writes other lock files than those that are checked in: it is done on a copy of the sources.
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
(cd "$root" && tar --exclude=bin --exclude=obj -cf - src eng .editorconfig global.json Directory.Build.props Directory.Packages.props) | tar -xf - -C "$work"

dotnet publish "$work/src/Imago.Agent/Imago.Agent.csproj" -c Release -r "$runtime" --nologo -v quiet -tl:off -o "$work/out" >&2
install -D -m 0755 "$work/out/Imago.Agent" "$folder/imago-agent"
echo "$folder/imago-agent"
