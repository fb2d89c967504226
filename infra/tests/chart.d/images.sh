# Component documents of the image pipelines, the host tests at their end, and the policy on vulnerabilities.
# shellcheck shell=bash disable=SC2154
images=$infra/images
components=("$venv/bin/python" "$here/chart.d/components.py")
debs=$cache/infra/debian

schema() { "$venv/bin/check-jsonschema" --schemafile "$here/data/$1.schema.json" "${@:2}"; }

# goss as the mirror gets it: built from source, and refused unless it is byte for byte what the list says
goss() { "$work/goss/$(jq -r .goss.file "$images/packages.json")" "$@"; }
goss_made() { mkdir -p "$work/goss" && "$infra/ci/mirror-packages" take goss "$work/goss" && goss --version; }
goss_reads() { # DIR: every file, with those that it includes; goss itself refuses what it does not know
  local file
  for file in "$1"/goss/*.yaml; do goss --gossfile "$file" render > "$work/rendered.yaml" && [ -s "$work/rendered.yaml" ] || return 1; done
}

planted() { # FILE SED: a copy of the images with one thing wrong
  rm -rf "$work/images"
  cp -r "$images" "$work/images"
  sed -i -E "$2" "$work/images/$1"
  cmp -s "$images/$1" "$work/images/$1" && { echo "nothing was planted"; return 1; }
  return 0
}

bites() { # NAME WORD FILE SED: the checker must find it
  if planted "$3" "$4"; then
    refused "planted: $1" "$2" "${components[@]}" check "$work/images"
  else
    verdict FAILED "planted: $1: nothing was planted"
  fi
}

shell() {
  rm -rf "$work/shell"
  mkdir "$work/shell"
  # 2050 and 2194: a parameter, once filled in, is a constant; 2016: text in single quotes that is meant as it stands
  "${components[@]}" shell "$images" "$work/shell" && "$venv/bin/shellcheck" --exclude=SC2050,SC2194,SC2016 "$work/shell"/*.sh
}

check "component documents are what Image Builder reads" schema component "$images"/components/*.yaml
check "goss from source is byte for byte what packages.json says" goss_made
check "goss reads the host tests" goss_reads "$images"
check "parameters, sizes, recipes, timers; host tests against what is built" "${components[@]}" check "$images"
check "shellcheck of all embedded shell" shell
bites "a parameter that is not declared" Nowhere components/agents.yaml 's/\{\{ Mirror \}\}/{{ Nowhere }}/'
bites "a step that goes on after an error" "goes on after an error" components/firewall.yaml 's/set -euo pipefail/set -u/'
bites "a component that no recipe has" login recipes.json '0,/"login", /s///'
bites "a host test of a file that nothing makes" malware-scam goss/common.yaml 's/malware-scan:/malware-scam:/'
bites "a host test of another mode" "is made with 0750" goss/common.yaml 's#(/usr/local/sbin/malware-scan: .*)"0750"#\1"0751"#'
bites "a scan once a day" "several times a day" components/antivirus.yaml 's/00,06,12,18:30/06:30/'
planted components/audit.yaml 's/action: CreateFile/action: MakeFile/'
refused "planted: an action that does not exist" MakeFile schema component "$work/images/components/audit.yaml"
planted goss/common.yaml 's/installed: true/instaled: true/'
refused "planted: a misspelt attribute of goss" instaled goss_reads "$work/images"

# -- what the components make, tried

firewall() { # ROLE: its rules as files, and nft's opinion of them
  mkdir -p "$work/nft"
  "${components[@]}" file "$images" /etc/nftables/estate.nft | sed "s#/etc/nftables#$work/nft#" > "$work/nft/estate.nft" &&
    "${components[@]}" step "$images" firewall Role "Role=$1" "Estate=10.0.0.0/15, 10.2.0.0/15, 10.192.0.0/10" |
    sed -e "s#/etc/nftables#$work/nft#; s#/etc/sysconfig/nftables.conf#$work/nft/conf#; s#^systemctl.*##; s#^nft #$nft #" > "$work/nft/role.sh" &&
      LD_LIBRARY_PATH=$debs/usr/lib/x86_64-linux-gnu:$debs/lib/x86_64-linux-gnu bash "$work/nft/role.sh"
}

# ROLE "OPEN…" "SHUT…" "OUT…" "NO_WAY_OUT…": the rules at work between two network namespaces, where 10.0.0.1 is the estate and
# 203.0.113.1 the world
packets() {
  firewall "$1" && LD_LIBRARY_PATH=$debs/usr/lib/x86_64-linux-gnu:$debs/lib/x86_64-linux-gnu \
    unshare --map-root-user --net python3 "$here/chart.d/packets.py" "$nft" "$work/nft/estate.nft" "${@:2}"
}

sshd_says() { # ROLE LINE…
  local config=$work/sshd line
  rm -rf "$config"
  mkdir -p "$config/sshd_config.d"
  ssh-keygen -q -t ed25519 -N '' -f "$config/key"
  "${components[@]}" file "$images" /etc/ssh/sshd_config.d/00-hardening.conf > "$config/sshd_config.d/00-hardening.conf"
  "${components[@]}" step "$images" login Role "Role=$1" "UserAuthority=$(cat "$config/key.pub")" |
    sed -e "s#/etc/ssh#$config#g; s#^sshd -t##; s#^systemctl.*##" | bash || return 1
  printf '%s\n' "Include $config/sshd_config.d/*.conf" "HostKey $config/key" 'PermitRootLogin yes' 'PasswordAuthentication yes' > "$config/sshd_config"
  # sshd wants a user and a directory of its package; both are put there in a mount namespace, so that the machine stays as it is
  { cat /etc/passwd; echo 'sshd:x:74:74::/run/sshd:/usr/sbin/nologin'; echo 'x:x:1974:74::/tmp:/bin/bash'; } > "$config/passwd"
  LD_LIBRARY_PATH=$debs/usr/lib/x86_64-linux-gnu:$debs/lib/x86_64-linux-gnu unshare --map-root-user --mount bash -c \
    'mount --bind "$1/passwd" /etc/passwd && mount -t tmpfs none /run && mkdir -m 755 /run/sshd && "$2" -T -f "$1/sshd_config" -C user=x,host=x,addr=10.0.0.1' \
    - "$config" "$sshd" > "$config/effective" || return 1
  for line in "${@:2}"; do grep -qxF "$line" "$config/effective" || { echo "not in force: $line"; return 1; }; done
}

# The lines that goss asks of every host are true of the configuration that the component writes
goss_agrees() {
  local line
  sshd_says bastion || return 1
  while read -r line; do
    grep -qxF "$line" "$work/sshd/effective" || { echo "goss asks for '$line'"; return 1; }
  done < <("$venv/bin/python" -c 'import sys, yaml; print("\n".join(yaml.safe_load(open(sys.argv[1]))["command"]["sshd -T"]["stdout"]))' "$images/goss/common.yaml")
}

timers() {
  local unit
  mkdir -p "$work/units"
  for unit in malware-scan integrity-check; do
    "${components[@]}" file "$images" "/etc/systemd/system/$unit.timer" > "$work/units/$unit.timer" &&
      "${components[@]}" file "$images" "/etc/systemd/system/$unit.service" | sed 's#^ExecStart=.*#ExecStart=/bin/true#' > "$work/units/$unit.service" || return 1
    systemd-analyze verify "$work/units/$unit.timer" "$work/units/$unit.service" || return 1
    systemd-analyze calendar --iterations=4 "$(sed -n 's/^OnCalendar=//p' "$work/units/$unit.timer")" | tee "$work/units/times"
    [ "$(grep -cE 'Next elapse|Iter. #' "$work/units/times")" = 4 ] || return 1
  done
}

scan_says() { # RESULT STATUS AGE_IN_DAYS OUTPUT: the scan with a clamscan that ends so
  local place=$work/scan
  rm -rf "$place"
  mkdir -p "$place/bin" "$place/log" "$place/db"
  "${components[@]}" file "$images" /usr/local/sbin/malware-scan | sed -e "s#/var/log/estate#$place/log#g; s#/var/lib/clamav#$place/db#g" > "$place/scan"
  touch -d "$3 days ago" "$place/db/daily.cvd"
  printf '#!/bin/bash\nexit 0\n' > "$place/bin/signatures-update"
  printf '#!/bin/bash\nprintf %%s "%s"\nexit %s\n' "$4" "$2" > "$place/bin/clamscan"
  chmod +x "$place/bin"/*
  PATH=$place/bin:$PATH bash "$place/scan" && jq -e --arg want "$1" 'select(.check == "malware" and .result == $want)' "$place/log/checks.jsonl"
}

integrity_says() { # RESULT STATUS [MACHINE]: the comparison with an AIDE that ends so, on a host that has been compared as MACHINE before
  local place=$work/integrity
  rm -rf "$place"
  mkdir -p "$place/bin" "$place/log" "$place/db"
  "${components[@]}" file "$images" /usr/local/sbin/integrity-check |
    sed -e "s#/var/log/estate#$place/log#g; s#/var/lib/aide#$place/db#g; s#/etc/machine-id#$place/id#g" > "$place/check"
  echo this > "$place/id"
  echo image > "$place/db/aide.db.gz"
  if [ -n "${3:-}" ]; then echo "$3" > "$place/db/machine"; fi
  printf '%s\n' '#!/bin/bash' "[ \$1 = --check ] || echo host > $place/db/aide.db.new.gz" 'echo "f   ...    .C... : /etc/shadow"' "exit $2" > "$place/bin/aide"
  chmod +x "$place/bin/aide"
  PATH=$place/bin:$PATH bash "$place/check" && jq -e --arg want "$1" 'select(.check == "integrity" and .result == $want and .paths == ["/etc/shadow"])' \
    "$place/log/checks.jsonl"
}
base_is() { [ "$(cat "$work/integrity/db/aide.db.gz")" = "$1" ] && { [ "$1" = image ] || grep -qx this "$work/integrity/db/machine"; }; }

# WHAT HOW: the commands of the host tests, run by goss, among programs of which WHAT says HOW; without WHAT all is as it should be
tested() {
  local place=$work/tested
  rm -rf "$place" && mkdir -p "$place/bin" || return 1
  "$venv/bin/python" - "$images/goss" > "$place/goss.yaml" << 'P' || return 1
import pathlib, sys, yaml
parts = [yaml.safe_load((pathlib.Path(sys.argv[1]) / name).read_text())["command"] for name in ("common.yaml", "running.yaml")]
print(yaml.safe_dump({"command": {**parts[0], **parts[1]}}, width=1000))
P
  program() { printf '%s\n' '#!/bin/bash' "$2" > "$place/bin/$1" && chmod +x "$place/bin/$1"; }
  program getenforce 'echo Enforcing'
  program sshd "cat $work/sshd/effective"
  program nft 'printf "type filter hook %s priority filter; policy drop;\n" input output'
  program auditctl 'case $1 in -s) echo "enabled 2" ;; -l) echo "-a always,exit -F arch=b64 -S execve -F euid=0 -F key=asroot" ;; esac'
  program find :
  program timeout 'exit 1'
  program awk 'case "$*" in */etc/passwd) echo root ;; esac'
  if [ $# = 2 ]; then program "$1" "$2"; fi
  PATH=$place/bin:$PATH goss --gossfile "$place/goss.yaml" validate --format documentation
}

agent_configs() {
  "${components[@]}" file "$images" /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json | jq -e '.metrics.metrics_collected.disk' &&
    "${components[@]}" file "$images" /etc/fluent-bit/fluent-bit.yaml Region=us-east-1 Name=shop-prod Role=jump > "$work/fluent-bit.yaml" &&
    "$venv/bin/python" - "$work/fluent-bit.yaml" << 'P'
import sys, yaml
groups = {output["log_group_name"] for output in yaml.safe_load(open(sys.argv[1]))["pipeline"]["outputs"]}
sys.exit(groups != {"/shop-prod/hosts/" + name for name in ("journal", "audit", "checks")} and f"{groups}")
P
}

deadlines() { (cd "$images/cve" && PYTHONDONTWRITEBYTECODE=1 python3 -m unittest test_deadlines); }

nft=$debs/usr/sbin/nft sshd=$debs/usr/sbin/sshd
programs() {
  local package
  for package in nftables libnftables1 libnftnl11 libmnl0 libjansson4 libxtables12 libedit2 libbsd0 libmd0 libgmp10 libwrap0 openssh-server; do
    debian "$package" "usr/share/doc/$package" || return 1
  done
  [ -x "$nft" ] && [ -x "$sshd" ]
}
check "nft and sshd out of Debian's packages" programs
for role in bastion jump node; do check "nft takes the $role's rules" firewall "$role"; done
check "the bastion's firewall: SSH in from the estate, SSH and HTTPS out" packets bastion "22" "80 443 10250" "22 443" "25 80"
check "the jump host's firewall: PostgreSQL too" packets jump "22" "80 10250" "22 443 5432" "25 80"
check "the node's firewall: the kubelet is open, and the Pod Identity agent to pods" packets node "22 10250 169.254.170.23:80" "80 2379" "443 8443 80" "25"
check "sshd of a bastion passes on to port 22 alone" sshd_says bastion "allowtcpforwarding local" "permitopen *:22"
check "sshd of a jump host passes on to hosts, cluster and database" sshd_says jump "allowtcpforwarding local" "permitopen *:22 *:443 *:5432"
check "sshd of a node passes on nothing" sshd_says node "allowtcpforwarding no"
check "what goss asks of sshd is what the component sets" goss_agrees
check "timers are valid and fire four times a day" timers
check "a clean scan says so" scan_says clean 0 0 ""
check "a scan that finds something says what" scan_says infected 1 0 "/tmp/x: Eicar FOUND"
check "a scan that fails is not a clean one" scan_says error 2 0 ""
check "a clean scan with old signatures is not a clean one" scan_says stale 0 5 ""
check "a new host's own start is told as such" integrity_says first 5
check "and is what it is compared with from then on" base_is host
check "a new host that AIDE cannot read is not taken as a base" integrity_says error 17
check "and keeps the image's" base_is image
check "a change after that is a change" integrity_says changed 4 this
check "and stays one" base_is image
check "a host started from another's image begins anew" integrity_says first 4 other
check "configuration of the agents" agent_configs
sshd_says bastion > /dev/null
check "goss is content with a host as it should be" tested
refused "and tells a permissive SELinux" getenforce tested getenforce 'echo Permissive'
refused "and a firewall that lets in" "nft list" tested nft 'printf "type filter hook %s priority filter; policy accept;\n" input output'
refused "and auditing that a rule of the package turns off" "auditctl -l" tested auditctl 'echo enabled 2; echo "-a never,task"; echo "-F key=asroot"'
refused "and auditing that is off" "auditctl -s" tested auditctl 'echo enabled 0; echo "-F key=asroot"'
refused "and files of nobody" "nouser" tested find 'echo /var/x'
refused "and a way out" "/dev/tcp/1.1.1.1/80" tested timeout 'exit 0'
refused "and a second root" "etc/passwd" tested awk 'echo root; echo toor'
check "deadlines for vulnerabilities: unit tests" deadlines
