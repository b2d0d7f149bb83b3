#!/usr/bin/env bash
# Makes a folder with Debian trixie and the real Azure CLI and kubectl from Debian's packages, for the acceptance tests.
# Usage: make-az.sh FOLDER. Does nothing if the folder is there and was made by this very script.
# The last line of the output names the version of az that the folder holds.
set -euo pipefail

script=$(readlink -f -- "${BASH_SOURCE[0]}")
folder=$(readlink -m -- "${1:?"make-az.sh: name the folder to make, for example artifacts/az-trixie."}")
# The folder is remade when this script changes: a recipe and its result must not drift apart.
recipe=$(sha256sum <"$script" | cut -d ' ' -f 1)
stamp=$folder/.made-by

refuse() {
    echo "make-az.sh: $1" >&2
    exit 1
}

version_of() { chroot "$1" dpkg-query --show --showformat 'azure-cli ${Version}\n' azure-cli; }

((EUID == 0)) || refuse "a Debian folder can be made and entered by root only. Run the tests as root, or leave this stage out with './test.sh --no-acceptance'."
# Of two that start at once, one makes the folder and the other waits and finds it made.
mkdir -p "$(dirname -- "$folder")"
exec 9>"$folder.lock"
flock 9
if [[ -e $stamp && $(<"$stamp") == "$recipe" ]]; then
    version_of "$folder"
    exit 0
fi
for need in debootstrap apt-get; do
    command -v "$need" >/dev/null || refuse "'$need' is missing. Install it (apt-get install debootstrap) and try again; ./test.sh does so by itself."
done

# Where this machine gets its own packages, trixie comes from, too: whatever is reachable for apt is reachable for us.
archive() { apt-get indextargets --format '$(ORIGIN) $(SITE)' 'Created-By: Packages' 2>/dev/null | sed -n '/security/d; s/^Debian //p' | head -n 1; }
mirror=${IMAGO_DEBIAN_MIRROR:-$(archive)}
if [[ -z $mirror ]]; then
    # Without its lists, apt does not know which of its sources is Debian.
    apt-get update -q
    mirror=$(archive)
fi
[[ -n $mirror ]] || refuse "apt of this machine knows no Debian archive. Name one in IMAGO_DEBIAN_MIRROR."

# A keyring older than trixie cannot check its signature; debootstrap then stops with the name of the missing key.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -e $keyring ]] || refuse "$keyring is missing, so trixie's signature cannot be checked. Install debian-archive-keyring and try again."
recipes=/usr/share/debootstrap/scripts
arguments=(--variant=minbase --keyring="$keyring" --include=python3-minimal,ca-certificates)
# debootstrap of a host older than trixie does not know the name; every Debian since 2009 is made in the way of sid.
how=()
[[ -e $recipes/trixie ]] || how=("$recipes/sid")

part=$folder.part
# debootstrap mounts /proc in there while it works. Nothing may stay mounted, however this ends, or however a run before it ended.
unmount() {
    local mounted
    while read -r _ mounted _; do
        [[ $mounted == "$part"/* ]] && umount -- "$mounted"
    done < <(tac /proc/mounts)
    return 0
}
trap unmount EXIT
trap 'exit 1' INT TERM
unmount
rm -rf --one-file-system -- "$part"
mkdir -p "$part"
debootstrap "${arguments[@]}" trixie "$part" "$mirror" ${how[@]+"${how[@]}"}

# Proxies, certificates and credentials for the archive are what apt of this machine uses; hooks for its desktop are not for the folder.
cp /etc/apt/apt.conf.d/* "$part/etc/apt/apt.conf.d/" 2>/dev/null || true
grep -lsE 'Post-Invoke|Pre-Install-Pkgs' "$part/etc/apt/apt.conf.d/"* | xargs -r rm -f --
# az brings thousands of Python files, and compiling each for nobody takes four of five minutes. Its first start, below, compiles those it imports.
chroot "$part" dpkg-divert --local --rename --add /usr/bin/py3compile >/dev/null
ln -s /bin/true "$part/usr/bin/py3compile"
# No service starts in there.
printf '#!/bin/sh\nexit 101\n' >"$part/usr/sbin/policy-rc.d"
chmod +x "$part/usr/sbin/policy-rc.d"
DEBIAN_FRONTEND=noninteractive chroot "$part" apt-get install -q -y --no-install-recommends azure-cli kubernetes-client
chroot "$part" /usr/bin/env -i HOME=/tmp/first AZURE_CORE_COLLECT_TELEMETRY=no az version >/dev/null 2>&1
rm -rf "$part/tmp/first" "$part/var/cache/apt/archives/"*.deb "$part/var/lib/apt/lists/"*

# The stamp comes last: a folder that is half done has none, and is made again.
rm -rf --one-file-system -- "$folder"
mv "$part" "$folder"
echo "$recipe" >"$stamp"
version_of "$folder"
