# Proxy and gate as the chart renders them, run by Debian's nginx on loopback with certificates of a made-up authority, and watched by
# the real blackbox-exporter. Only paths and names are rewritten: /tls and /etc/web to a directory here, the app's service to
# 127.0.0.1, and the ports to free ones.
# shellcheck shell=bash disable=SC2154
tls=$work/tls

authority() { # NAME
  openssl ecparam -name prime256v1 -genkey -noout -out "$tls/$1.key" &&
    openssl req -x509 -new -key "$tls/$1.key" -subj "/CN=$1" -days 2 -out "$tls/$1.crt"
}

certificate() { # AUTHORITY NAME DNS…
  local names
  names=$(printf 'DNS:%s,' "${@:3}")
  mkdir -p "$tls/$2"
  openssl ecparam -name prime256v1 -genkey -noout -out "$tls/$2/tls.key.new" &&
    openssl req -new -key "$tls/$2/tls.key.new" -subj "/CN=$2" -out "$tls/$2.csr" &&
    openssl x509 -req -in "$tls/$2.csr" -CA "$tls/$1.crt" -CAkey "$tls/$1.key" -CAcreateserial -days 2 \
      -extfile <(echo "subjectAltName=${names%,}") -out "$tls/$2/tls.crt" &&
    mv "$tls/$2/tls.key.new" "$tls/$2/tls.key" && cp "$tls/$1.crt" "$tls/$2/ca.crt"
}

files_of() { # NAME COMPONENT: the component's files out of the rendered ConfigMap
  mkdir -p "$work/$1/web" "$work/$1/tmp"
  "$venv/bin/python" - "$work/nginx.yaml" "$work/$1/web" "$2" << 'P' || return 1
import pathlib, sys, yaml
for thing in yaml.safe_load_all(open(sys.argv[1])):
    if thing and thing["kind"] == "ConfigMap" and thing["metadata"]["name"].startswith(f"shop-{sys.argv[3]}-"):
        for name, text in thing["data"].items():
            (pathlib.Path(sys.argv[2]) / name).write_text(text)
P
}

unpack() { # NAME COMPONENT HEALTH_PORT PORT: the files, with the ports of this run
  files_of "$1" "$2" || return 1
  sed -i -e "s#/tmp/#$work/$1/tmp/#; s#/etc/web/#$work/$1/web/#; s# /tls# $tls/$1#; s#/dev/stdout#$work/$1/access.log#; s#/dev/stderr#$work/$1/error.log#" \
    -e "s#shop-app.web.svc.cluster.local:8443#127.0.0.1:$gate_port#; s#127.0.0.1:8080#127.0.0.1:$app_port#; s#127.0.0.1:5140#127.0.0.1:$syslog_port#" \
    -e "s#127.0.0.1:8082#127.0.0.1:$status_port#; s#127.0.0.1:8083#127.0.0.1:$peers_port#; s#10.0.64.0/20#127.0.0.0/8#" \
    -e "s#listen 8081#listen 127.0.0.1:$3#; s#listen 8443#listen 127.0.0.1:$4#; s#listen 8444#listen 127.0.0.1:$inside_port#" "$work/$1/web"/*.conf
}

serve() { # NAME CONF
  local more='daemon off;'
  # in the pod master and workers are one ordinary user; started by root, nginx would change to another that may not read the keys
  if [ "$(id -u)" = 0 ]; then more+=' user root;'; fi
  "$nginx" -e "$work/$1/error.log" -c "$work/$1/web/$2.conf" -g "$more" > "$work/$1/out" 2>&1 &
  started+=($!)
  local i
  for ((i = 0; i < 100; i++)); do
    if ! kill -0 $! 2> /dev/null; then cat "$work/$1/out" "$work/$1/error.log"; return 1; fi
    [ -s "$work/$1/tmp/nginx.pid" ] && return
    sleep 0.1
  done
}

# The app: says what it was asked and told, and that it is ready
application() {
  python3 - "$app_port" "$syslog_port" "$work/syslog" << 'P' &
import http.server, json, socket, sys, threading
class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = json.dumps({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(503 if self.path == "/ill" else 200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
def listen():
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); heard.bind(("127.0.0.1", int(sys.argv[2])))
    with open(sys.argv[3], "w") as out:
        while True: out.write(heard.recv(65536).decode() + "\n"); out.flush()
threading.Thread(target=listen, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), App).serve_forever()
P
  started+=($!)
  local i
  for ((i = 0; i < 100; i++)); do
    curl -sf "http://127.0.0.1:$app_port/" > /dev/null && return
    sleep 0.1
  done
  return 1
}

ask() { curl -sS --max-time 5 --connect-to "::127.0.0.1:" "$@"; }
as() { echo --cert "$tls/$1/tls.crt" --key "$tls/$1/tls.key"; }
says() { ask "${@:2}" | tee /dev/stderr | grep -qF -- "$1"; }
at_gate="https://shop-app.web.svc" at_proxy="https://shop-proxy.web.svc"

stand_up() {
  read -r app_port gate_port gate_health proxy_port proxy_health inside_port syslog_port status_port peers_port < <(free_ports 9)
  helm template shop "$infra/chart" --kube-version "$kube_version" -n web -f "$infra/chart/values-prod.yaml" -f "$here/data/chart-values.yaml" \
    > "$work/nginx.yaml" && mkdir -p "$tls" && authority estate && authority stranger &&
    certificate estate gate shop-app.web.svc localhost && certificate estate proxy shop-proxy.web.svc localhost &&
    certificate stranger stranger shop-proxy.web.svc localhost && certificate estate wrong shop-other.web.svc && certificate estate synthetic shop-synthetic.web.svc &&
    unpack gate app "$gate_health" "$gate_port" && unpack proxy proxy "$proxy_health" "$proxy_port" && application
}

# A connection as the load balancer makes it: PROXY protocol version 2 before TLS, the client at 203.0.113.9
from_the_world() { # WORD PATH [HEADER]
  python3 - "$tls/estate.crt" "$proxy_port" "$2" "${3:-X-Nothing: 1}" << 'P' | tee /dev/stderr | grep -qF -- "$1"
import socket, ssl, struct, sys
plain = socket.create_connection(("127.0.0.1", int(sys.argv[2])), 5)
address = socket.inet_aton("203.0.113.9") + socket.inet_aton("10.0.64.7") + struct.pack("!HH", 51000, 443)
plain.sendall(b"\r\n\r\n\0\r\nQUIT\n" + bytes([0x21, 0x11]) + struct.pack("!H", len(address)) + address)
with ssl.create_default_context(cafile=sys.argv[1]).wrap_socket(plain, server_hostname="shop-proxy.web.svc") as line:
    line.sendall(f"GET {sys.argv[3]} HTTP/1.1\r\nHost: shop\r\n{sys.argv[4]}\r\nConnection: close\r\n\r\n".encode())
    while part := line.recv(65536):
        sys.stdout.buffer.write(part)
P
}

serial() { openssl s_client -connect "127.0.0.1:$inside_port" -servername shop-proxy.web.svc < /dev/null 2> /dev/null | openssl x509 -noout -serial; }

renewal() {
  local before
  before=$(serial)
  certificate estate proxy shop-proxy.web.svc && certificate estate gate shop-app.web.svc || return 1
  echo "$before, then $(serial)"
  [ -n "$before" ] && [ "$before" != "$(serial)" ] && says '"path": "/renewed"' --cacert "$tls/estate.crt" "$at_proxy:$inside_port/renewed"
}

a_stranger_in_the_gates_place() {
  cp "$tls/gate/tls.crt" "$tls/gate/tls.key" "$tls/" && cp "$tls/$1/tls.crt" "$tls/$1/tls.key" "$tls/gate/"
  # a keepalive connection would still be the good one's
  kill -HUP "$(cat "$work/proxy/tmp/nginx.pid")" && sleep 1
  ask -o "$work/answer" -w '%{http_code}' --cacert "$tls/estate.crt" "$at_proxy:$inside_port/" | tee /dev/stderr | grep -qx 502
  local how=$?
  mv "$tls/tls.crt" "$tls/tls.key" "$tls/gate/"
  return $how
}

# The synthetic client: the real program, at the version that is mirrored, with the chart's file
client() {
  local i
  files_of synthetic synthetic && sed -i "s#/tls/#$tls/synthetic/#" "$work/synthetic/web/blackbox.yaml" &&
    blackbox --config.check --config.file="$work/synthetic/web/blackbox.yaml" || return 1
  read -r client_port < <(free_ports 1)
  blackbox --config.file="$work/synthetic/web/blackbox.yaml" --web.listen-address="127.0.0.1:$client_port" > "$work/synthetic/out" 2>&1 &
  started+=($!)
  for ((i = 0; i < 100; i++)); do curl -sf "http://127.0.0.1:$client_port/-/healthy" > /dev/null && return; sleep 0.1; done
  cat "$work/synthetic/out"
  return 1
}
probed() { # 1|0 URL
  curl -sS --max-time 10 --get --data-urlencode module=estate --data-urlencode "target=$2" "http://127.0.0.1:$client_port/probe" | tee /dev/stderr |
    grep -qx "probe_success $1"
}
probed_by_a_stranger() {
  cp "$tls/synthetic/tls.crt" "$tls/synthetic/tls.key" "$tls/" && cp "$tls/stranger/tls.crt" "$tls/stranger/tls.key" "$tls/synthetic/"
  probed 0 "https://localhost:$gate_port/readyz"
  local how=$?
  mv "$tls/tls.crt" "$tls/tls.key" "$tls/synthetic/"
  return $how
}
# what the chart's scraper asks for is a metric that the program has
scraped() {
  local metric
  curl -sS --max-time 10 "http://127.0.0.1:$client_port/probe?module=estate&target=https://localhost:$gate_port/readyz" > "$work/synthetic/metrics"
  for metric in $(grep -oE '\^[a-z_]+\$' "$work/synthetic/web/collector-synthetic.yaml" | tr -d '^$'); do
    grep -qE "^$metric [0-9]" "$work/synthetic/metrics" || { echo "no $metric"; return 1; }
  done
  [ -n "${metric:-}" ]
}

{ flock 9; by_module blackbox "github.com/prometheus/blackbox_exporter@$blackbox_version"; } 9> "$cache/infra/tools.lock"
if nginx=$(debian nginx usr/sbin/nginx); then
  check "certificates, the app's stand-in, rendered files" stand_up
  check "nginx takes the gate's configuration" serve gate gate
  check "nginx takes the proxy's configuration" serve proxy proxy
  # shellcheck disable=SC2046
  {
    check "the gate lets in who has a certificate of the estate" says '"path": "/x"' --cacert "$tls/estate.crt" $(as proxy) "$at_gate:$gate_port/x"
    check "the gate refuses who has none" says "No required SSL certificate" --cacert "$tls/estate.crt" "$at_gate:$gate_port/"
    check "the gate refuses a certificate of another authority" says "SSL certificate error" --cacert "$tls/estate.crt" $(as stranger) "$at_gate:$gate_port/"
    refused "the gate speaks no TLS below 1.3" "alert" ask --tls-max 1.2 --cacert "$tls/estate.crt" $(as proxy) "$at_gate:$gate_port/"
  }
  check "the kubelet gets the app's probes without a certificate" says '"path": "/readyz"' "http://127.0.0.1:$gate_health/app/readyz"
  check "and nothing else of the app" says "404" -o /dev/null -w '%{http_code}' "http://127.0.0.1:$gate_health/app/private"
  check "the app reaches its peers through mutual TLS" says '"path": "/peer"' "http://127.0.0.1:$peers_port/peer"
  check "a request from the load balancer reaches the app" from_the_world '"path": "/shop"' /shop
  check "with the client's address out of the PROXY header" from_the_world '"x-forwarded-for": "203.0.113.9"' /
  check "not with what the client says of itself" from_the_world '"x-forwarded-for": "203.0.113.9"' / "X-Forwarded-For: 10.9.9.9"
  refused "the load balancer's port takes nobody without that header" "curl: (35)" ask --cacert "$tls/estate.crt" "$at_proxy:$proxy_port/"
  check "the load balancer's health check is answered by the proxy alone" from_the_world ok /healthz
  check "access lines go to the collector, as JSON with the client's address" grep -E 'nginx: \{.*"remote":"203\.0\.113\.9".*\}$' "$work/syslog"
  check "the exporter gets its figures" says "Active connections" "http://127.0.0.1:$status_port/stub_status"
  check "the synthetic client takes the chart's file" client
  check "it sees the app through its gate" probed 1 "https://localhost:$gate_port/readyz"
  check "and through the proxy" probed 1 "https://localhost:$inside_port/readyz"
  check "and sees one that answers ill" probed 0 "https://localhost:$inside_port/ill"
  check "and one that nobody serves" probed 0 "https://localhost:1/readyz"
  check "and is refused with a stranger's certificate" probed_by_a_stranger
  check "the collector asks for metrics that it has" scraped
  check "the proxy refuses an app with a certificate of another authority" a_stranger_in_the_gates_place stranger
  check "the proxy refuses an app under another's name" a_stranger_in_the_gates_place wrong
  check "renewed certificates are in use without a reload" renewal
else
  verdict FAILED "nginx from Debian's package"
fi
