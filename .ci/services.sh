# What the scripts that run real servers on loopback share, for them to source.
#
#   packages_install NAME…     the packages of Debian that are missing; needs root
#   services_wait DIR PORT…    returns when all listen; otherwise shows the logs in DIR and fails
#   services_stop DIR          ends the processes whose numbers stand in DIR/pids
#   services_certificate DIR   DIR/certificate.pem for localhost, with DIR/key.pem
#   services_user              the ordinary user `mailsink`: mail servers deliver to nobody else
#   expect WHAT FOUND WANTED   says that both are the same, or shows both and ends the script
#
# Sourced by bash with `set -euo pipefail`.

packages_install() {
    local package missing=()
    for package in "$@"; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
}

services_wait() {
    local dir=$1 port _
    shift
    for port in "$@"; do
        for _ in $(seq 100); do
            (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue 2
            sleep 0.1
        done
        echo "nothing listens on 127.0.0.1:$port" >&2
        tail -n 5 "$dir"/*.log >&2
        return 1
    done
}

services_stop() {
    local pid
    [[ -f $1/pids ]] || return 0
    while read -r pid; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done <"$1/pids"
    : >"$1/pids"
}

services_certificate() {
    [[ ! -f $1/certificate.pem ]] || return 0
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
        -addext 'basicConstraints=critical,CA:FALSE' \
        -keyout "$1/key.pem" -out "$1/certificate.pem" 2>/dev/null
    chmod 600 "$1/key.pem"
}

services_user() {
    id mailsink >/dev/null 2>&1 ||
        useradd -m -d /var/lib/mailsink -s /usr/sbin/nologin mailsink
}

expect() {
    if [[ $2 != "$3" ]]; then
        printf '%s: expected\n%s\nfound\n%s\n' "$1" "$3" "$2" >&2
        exit 1
    fi
    printf '%s: ok\n' "$1"
}
