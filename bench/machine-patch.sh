#!/usr/bin/env bash
# Patches copies of one Debian 12 root file system with the agent and with unattended-upgrades, in turn, and prints both side by side as Markdown.
#   bench/machine-patch.sh [ROUNDS]
# Needs root, debootstrap, util-linux and apt-cacher-ng. Everything is fetched through a cache on loopback that stops asking the internet once the first round, which is not
# counted, has filled it: all see the same archive, and the network's moods are in none of the times. Bytes are those that the cache handed out, not what anybody says of itself.
#   IMAGO_BENCH_WORK   folder for root file systems, cache and results; kept, so that a second call starts where this one ended [a new one below /var/tmp]
#   IMAGO_BENCH_AGENT  the published agent [published by this script]
#   IMAGO_BENCH_PORT   port of the cache on loopback [3199]
set -euo pipefail

rounds=${1:-3}
repository=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
work=${IMAGO_BENCH_WORK:-$(mktemp -d /var/tmp/imago-machine-patch.XXXXXX)}
port=${IMAGO_BENCH_PORT:-3199}
mirror=http://deb.debian.org/debian
security=http://deb.debian.org/debian-security

# What makes a node of a minimal system. The kernel is the machine's own, so that a new one needs a restart.
node_packages=(systemd systemd-sysv dbus openssh-server curl perl python3 containerd runc iptables linux-image-amd64 unattended-upgrades)

for program in debootstrap unshare apt-cacher-ng; do
    command -v "$program" >/dev/null || { echo "machine-patch: '$program' is missing; install it and try again." >&2; exit 1; }
done
[[ $EUID == 0 ]] || { echo "machine-patch: root file systems are made and entered by root only." >&2; exit 1; }
mkdir -p "$work"/{cache,log,identity,results}

say() { echo "$(date -u +%T) $*" >&2; }

# --- The cache -------------------------------------------------------------------------------------------------------

cacher=
stop_cache() { [[ -z $cacher ]] || { kill "$cacher" 2>/dev/null || true; wait "$cacher" 2>/dev/null || true; cacher=; }; }
trap stop_cache EXIT

# start_cache OFFLINE: 0 asks the internet, 1 serves only what it has.
start_cache() {
    stop_cache
    apt-cacher-ng foreground=1 CacheDir="$work/cache" LogDir="$work/log" Port="$port" BindAddress=127.0.0.1 SocketPath= ReportPage= Offlinemode="$1" \
        >"$work/log/cacher" 2>&1 &
    cacher=$!
    for _ in $(seq 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
        sleep 0.1
    done
    echo "machine-patch: the cache does not answer on port $port; see $work/log/cacher." >&2
    return 1
}

log_lines() { if [[ -f $work/log/apt-cacher.log ]]; then wc -l <"$work/log/apt-cacher.log"; else echo 0; fi; }

# handed_out AFTER_LINE: bytes of indexes and of packages since then.
handed_out() {
    sleep 1.5 # It writes its log a moment later.
    tail -n "+$(($1 + 1))" "$work/log/apt-cacher.log" |
        awk -F'|' '$2 == "O" { if ($5 ~ /\.deb$/) packages += $3; else indexes += $3 } END { printf "%d %d\n", indexes, packages }'
}

# --- Machines --------------------------------------------------------------------------------------------------------

# in_machine ROOT BOOT COMMAND…: runs a command in PID, mount and UTS namespaces of its own, with a /run, a boot id and a kernel release of its own.
in_machine() {
    local root=$1 boot=$2
    shift 2
    printf '00000000-0000-4000-8000-%012d\n' "$boot" >"$work/identity/boot_id"
    # A boot loader starts the newest kernel that is there.
    ls "$root/boot" 2>/dev/null | sed -n 's/^vmlinuz-//p' | sort -V | tail -n 1 >"$work/identity/osrelease"
    [[ -s $work/identity/osrelease ]] || cat /proc/sys/kernel/osrelease >"$work/identity/osrelease"
    unshare --pid --mount --uts --fork --kill-child=KILL /bin/sh -c '
        set -e
        root=$1 identity=$2
        shift 2
        echo machine >/proc/sys/kernel/hostname
        mount --bind "$root" "$root"
        cd "$root"
        mount -t proc proc proc
        mount -t tmpfs -o mode=755 tmpfs run
        mkdir -p run/lock
        mount --rbind /dev dev
        mount --bind "$identity/boot_id" proc/sys/kernel/random/boot_id
        mount --bind "$identity/osrelease" proc/sys/kernel/osrelease
        pivot_root . mnt
        cd /
        umount -l /mnt
        exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"' machine "$root" "$work/identity" "$@"
}

make_base() {
    local root=$work/base
    [[ -d $root ]] && return
    say "making the root file system: minimal, then ${#node_packages[@]} packages of a node, all from the release pocket"
    rm -rf "$root.partial"
    http_proxy=http://127.0.0.1:$port debootstrap --variant=minbase --include=ca-certificates bookworm "$root.partial" "$mirror" >"$work/log/debootstrap"
    rm -f "$root.partial"/etc/resolv.conf
    cp /etc/resolv.conf "$root.partial/etc/resolv.conf"
    printf '127.0.0.1 localhost machine\n' >"$root.partial/etc/hosts"
    printf '#!/bin/sh\nexit 101\n' >"$root.partial/usr/sbin/policy-rc.d"
    chmod 755 "$root.partial/usr/sbin/policy-rc.d"
    printf 'Acquire::http::Proxy "http://127.0.0.1:%s";\n' "$port" >"$root.partial/etc/apt/apt.conf.d/00cache"
    printf 'deb %s bookworm main\n' "$mirror" >"$root.partial/etc/apt/sources.list"
    in_machine "$root.partial" 0 apt-get -q update >"$work/log/base" 2>&1
    in_machine "$root.partial" 0 env DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install "${node_packages[@]}" >>"$work/log/base" 2>&1
    # From here on it is a machine like any other: with all three suites, and indexes that are fetched anew.
    cat >"$root.partial/etc/apt/sources.list" <<SOURCES
deb $mirror bookworm main
deb $mirror bookworm-updates main
deb $security bookworm-security main
SOURCES
    in_machine "$root.partial" 0 sh -c 'apt-get clean; rm -rf /var/lib/apt/lists/*; mkdir -p /var/lib/apt/lists/partial; rm -f /run/reboot-required*'
    mkdir -p "$root.partial/etc/imago"
    # The machine's own sources; a restart is only written down, because this script is what restarts the machine.
    printf '{ "ownSources": true, "restartCommand": ["touch", "/run/restart-asked-for"] }\n' >"$root.partial/etc/imago/agent.json"
    mv "$root.partial" "$root"
}

copy_base() {
    rm -rf "${work:?}/$1"
    cp -a --reflink=auto "$work/base" "$work/$1"
    install -m 755 "$agent" "$work/$1/usr/local/bin/imago-agent"
    # Writing the copy out is nobody's work here.
    sync -f "$work/$1"
}

installed() { chroot "$work/$1" dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n' | awk '$1 == "ii" { print $2, $3 }' | sort; }

# pending COPY: what the release and security pockets alone have that the copy has not; looked at with apt's own eyes, on lists of their own.
pending() {
    in_machine "$work/$1" 90 sh -ec "
        mkdir -p /tmp/look/lists/partial /tmp/look/cache/archives/partial
        printf 'deb $mirror bookworm main\ndeb $security bookworm-security main\n' >/tmp/look/sources
        look='-o Dir::Etc::sourcelist=/tmp/look/sources -o Dir::Etc::sourceparts=- -o Dir::State::Lists=/tmp/look/lists -o Dir::Cache=/tmp/look/cache -o APT::Install-Recommends=0'
        apt-get -qq \$look --error-on=any update
        apt-get \$look -s dist-upgrade
        rm -rf /tmp/look" | sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\?(\([^ ]*\) .*/\1 \3/p' | sort
}

# --- One way each ----------------------------------------------------------------------------------------------------

now() { echo "$EPOCHREALTIME"; }
seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b - a }'; }

# by_agent COPY: as a user would: plan, apply, restart if it was asked for, apply again to have it verified, status.
by_agent() {
    local root=$work/$1 level t0 t1 t2 t3 t4 code
    level=$(date -u +%Y%m%dT%H%M%SZ)
    t0=$(now)
    in_machine "$root" 1 imago-agent plan --level "$level" >"$root.out" 2>"$root.err"
    t1=$(now)
    code=0
    in_machine "$root" 1 imago-agent apply --level "$level" --allow-reboot >>"$root.out" 2>>"$root.err" || code=$?
    t2=$(now)
    in_machine "$root" 2 imago-agent apply --level "$level" --allow-reboot >>"$root.out" 2>>"$root.err" || code=$?
    t3=$(now)
    in_machine "$root" 2 imago-agent status >>"$root.out" 2>>"$root.err" || code=$?
    t4=$(now)
    echo "$code $(seconds "$t1" "$t2") plan $(seconds "$t0" "$t1"), after the restart $(seconds "$t2" "$t3"), status $(seconds "$t3" "$t4")"
}

# by_updater COPY MINIMAL_STEPS: what apt-daily.service and apt-daily-upgrade.service do.
by_updater() {
    local root=$work/$1 t0 t1 t2 code=0
    [[ $2 == defaults ]] || printf 'Unattended-Upgrade::MinimalSteps "false";\n' >"$root/etc/apt/apt.conf.d/99steps"
    t0=$(now)
    in_machine "$root" 1 apt-get -qq update >"$root.out" 2>"$root.err"
    t1=$(now)
    in_machine "$root" 1 unattended-upgrade -v >>"$root.out" 2>>"$root.err" || code=$?
    t2=$(now)
    echo "$code $(seconds "$t0" "$t2") indexes $(seconds "$t0" "$t1"), of which"
}

# measure WAY ROUND: a copy, the way, and what became of the copy; one line of results.
measure() {
    local way=$1 copy=$1-$2 mark answer indexes packages
    say "round $2: $way"
    copy_base "$copy"
    installed "$copy" >"$work/$copy.before"
    mark=$(log_lines)
    case $way in
        agent) answer=$(by_agent "$copy") ;;
        updater) answer=$(by_updater "$copy" defaults) ;;
        updater-whole) answer=$(by_updater "$copy" whole) ;;
    esac
    read -r indexes packages < <(handed_out "$mark")
    installed "$copy" >"$work/$copy.after"
    comm -13 "$work/$copy.before" "$work/$copy.after" >"$work/$copy.changed"
    pending "$copy" >"$work/$copy.left"
    local code time rest gone
    read -r code time rest <<<"$answer"
    gone=$(join -v 1 <(cut -d' ' -f1 "$work/$copy.before" | sort -u) <(cut -d' ' -f1 "$work/$copy.after" | sort -u) | wc -l)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$way" "$2" "$time" "$code" "$(wc -l <"$work/$copy.changed")" \
        "$(comm -13 "$work/pending" "$work/$copy.changed" | wc -l)" "$gone" "$(wc -l <"$work/$copy.left")" "$indexes" "$packages" "$rest" >>"$work/results/rounds"
    rm -rf "${work:?}/$copy"
}

# --- The whole -------------------------------------------------------------------------------------------------------

say "working in $work"
agent=${IMAGO_BENCH_AGENT:-$("$repository/eng/publish-agent.sh" "$work/agent")}
start_cache 0
make_base
: >"$work/results/rounds"
copy_base probe
pending probe >"$work/pending"
rm -rf "${work:?}/probe"
say "$(wc -l <"$work/pending") security fixes are pending of $(installed base | wc -l) packages"
for way in agent updater updater-whole; do measure "$way" 0; done
start_cache 1
for round in $(seq "$rounds"); do
    for way in agent updater updater-whole; do measure "$way" "$round"; done
done

echo "$(wc -l <"$work/pending") fixes pending, $(installed base | wc -l) packages installed; $(date -u +%F); load $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores."
echo
echo '| Way | Round | Time | Exit code | Changed | of them not pending | Removed | Fixes left | Indexes | Packages | |'
echo '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|'
awk -F'\t' '{ printf "| %s | %s | %s s | %s | %s | %s | %s | %s | %.1f MB | %.1f MB | %s |\n", $1, $2 == 0 ? "warm-up" : $2, $3, $4, $5, $6, $7, $8, $9 / 1e6, $10 / 1e6, $11 }' "$work/results/rounds"
