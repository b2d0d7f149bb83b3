#!/usr/bin/env bash
# What the node agent takes while it has nothing to do: memory, processor and wake-ups of the published program, which watches the node of this machine in a cluster that a
# real server serves over TLS. A stand-in for the kubelet renews the status of the node every minute, five times as often as a kubelet that has nothing new to say.
#   bench/agent-at-rest.sh [MINUTES]
# Needs root on Debian or Ubuntu (the agent reads the machine's packages; it is ordered nothing and changes nothing), and kubectl.
#   IMAGO_BENCH_AGENT  the published agent [published by this script]
set -euo pipefail

minutes=${1:-10}
repository=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
work=$(mktemp -d /var/tmp/imago-at-rest.XXXXXX)
node=rack-1
server= agent=
trap 'for p in $agent $server; do kill "$p" 2>/dev/null || true; done; wait; rm -rf -- "$work"' EXIT
export IMAGO_CONFIG_DIR=$work/profile

imago() { "$repository/imago" "$@"; }
until_ready() { for _ in $(seq 300); do "$@" >/dev/null 2>&1 && return; sleep 0.2; done; "$@"; }

program=${IMAGO_BENCH_AGENT:-$("$repository/eng/publish-agent.sh" "$work/agent")}
imago server init --data "$work/data" >"$work/init"
told() { sed -n "s/^ *$1  *//p" "$work/init"; }
id=$(told 'client id') IMAGO_CLIENT_SECRET=$(told 'client secret')
export IMAGO_CLIENT_SECRET
"$repository/imago" server --data "$work/data" --listen https://127.0.0.1:0 >"$work/server.log" 2>&1 &
server=$!
address() { grep -oE 'https://127\.0\.0\.1:[1-9][0-9]*' "$work/server.log" | head -n 1 | grep .; }
until_ready address
until_ready imago login --server "$(address)" --ca-file "$work/data/ca.crt" --client-id "$id"
imago group create rg-rest --location westeurope >/dev/null
imago cluster create rest -g rg-rest --node-count 0 --tags imago-nodes=registered --channel None >/dev/null
imago cluster credentials rest -g rg-rest --node $node --file "$work/kubeconfig"

# What a kubelet does: it registers the machine, and says from time to time that it is well.
kubectl() { command kubectl --kubeconfig "$work/kubeconfig" "$@"; }
printf '{"apiVersion":"v1","kind":"Node","metadata":{"name":"%s","labels":{"kubernetes.io/hostname":"%s","kubernetes.io/os":"linux"}}}' $node $node | kubectl create -f - >/dev/null
heartbeat() {
    kubectl patch node $node --subresource=status --type=strategic -p \
        "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"KubeletReady\",\"lastHeartbeatTime\":\"$(date -u +%FT%TZ)\"}]}}" >/dev/null
}
heartbeat

"$program" run --kubeconfig "$work/kubeconfig" --node-name $node --state "$work/state" 2>"$work/agent.log" &
agent=$!
reported() { kubectl get node $node -o jsonpath='{.metadata.annotations.imago\.dev/node-os-report}' | grep Idle; }
until_ready reported

ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }
# Each wait that ended is a wake-up: the kernel counts them for each thread.
wakes() { cat /proc/"$agent"/task/*/status | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'; }
memory() { awk '/^VmRSS|^RssAnon|^RssFile|^VmHWM/ { printf "%s %.1f MiB  ", $1, $2 / 1024 }' "/proc/$agent/status"; awk '/^Pss:/ { printf "Pss: %.1f MiB  ", $2 / 1024 }' "/proc/$agent/smaps_rollup"; echo "threads: $(ls "/proc/$agent/task" | wc -l)"; }

sleep 30 # What the start needed is given back or not, but it is not rest.
t0=$(ticks) w0=$(wakes)
echo "after 30 s     $(memory)"
for minute in $(seq "$minutes"); do
    sleep 60
    heartbeat
    (( minute % 5 == 0 || minute == minutes )) && echo "after $minute min    $(memory)"
done
t1=$(ticks) w1=$(wakes)
awk -v t="$((t1 - t0))" -v w="$((w1 - w0))" -v m="$minutes" -v hz="$(getconf CLK_TCK)" 'BEGIN {
    printf "processor      %.2f s in %d min, %.1f s an hour, %.4f %% of a core\n", t / hz, m, t / hz * 60 / m, t / hz / (m * 60) * 100
    printf "wake-ups       %d, %.1f a minute\n", w, w / m }'
echo "log            $(wc -l <"$work/agent.log") lines: $(tail -n 1 "$work/agent.log")"
