# Real mail servers on loopback, for scripts to source: aiosmtpd (six of them, see mail_sinks.py),
# OpenSMTPD and maildev.
#
#   mail_servers_install DIR       what is missing: venv, packages of Debian and npm; needs root
#   mail_servers_start DIR         starts them all; returns when all of them listen. What it began
#                                  ends with `services_stop DIR`
#   mail_servers_received DIR NAME every message that the server NAME took, as a file a line; NAME
#                                  is plain, starttls, smtps, defer, vanish, refuse, opensmtpd
#                                  or maildev
#   mail_servers_ids DIR NAME      their Message-IDs, a line each, sorted
#   mail_servers_url NAME          what to write into `[mail] url`; `starttls` and `smtps` want the
#                                  password `secret` and ca_file = DIR/certificate.pem
#
# Sourced by bash with `set -euo pipefail`, after services.sh.

MAIL_SERVERS_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

mail_servers_install() {
    local dir=$1
    mkdir -p "$dir"
    packages_install opensmtpd openssl curl
    python3 -c 'import venv, ensurepip' 2>/dev/null || packages_install python3 python3-venv
    command -v npm >/dev/null || packages_install npm
    if [[ ! -x $dir/venv/bin/python ]]; then
        python3 -m venv "$dir/venv"
        "$dir/venv/bin/pip" --quiet --disable-pip-version-check install aiosmtpd==1.4.6
    fi
    # 3.0.0 wants a package that was never published.
    [[ -d $dir/node_modules/maildev ]] ||
        (cd "$dir" && npm install --silent --no-audit --no-fund --no-save maildev@2.2.1)
    services_certificate "$dir"
    services_user
}

mail_servers_start() {
    local dir=$1
    mkdir -p "$dir/sinks" "$dir/maildev"
    : >"$dir/pids"
    "$dir/venv/bin/python" "$MAIL_SERVERS_HOME/mail_sinks.py" \
        "$dir/sinks" "$dir/certificate.pem" "$dir/key.pem" >"$dir/sinks.log" 2>&1 &
    echo $! >>"$dir/pids"

    # Without TLS: Debian's 6.8 fails every handshake under OpenSSL 3, openssl's own included.
    cat >"$dir/smtpd.conf" <<X
listen on 127.0.0.1 port 13025
table anyaddr { "@" = mailsink }
action "sink" maildir "/var/lib/mailsink/Maildir" virtual <anyaddr>
# What this machine has for its own users, or for other tests, waits in the same queue.
match from any for domain "frigolux.example" action "sink"
X
    rm -rf /var/lib/mailsink/Maildir
    smtpd -d -f "$dir/smtpd.conf" >"$dir/opensmtpd.log" 2>&1 &
    echo $! >>"$dir/pids"

    (cd "$dir" && exec node node_modules/maildev/bin/maildev --silent --ip 127.0.0.1 \
        --smtp 14025 --web 14080 --mail-directory "$dir/maildev") >"$dir/maildev.log" 2>&1 &
    echo $! >>"$dir/pids"

    services_wait "$dir" 12025 12587 12465 12451 12421 12550 13025 14025
}

mail_servers_received() {
    case $2 in
        # A folder is made with its first message.
        opensmtpd) find /var/lib/mailsink/Maildir/new -type f 2>/dev/null | sort || true ;;
        maildev) find "$1/maildev" -maxdepth 1 -name '*.eml' | sort ;;
        *) find "$1/sinks/$2" -name '*.eml' | sort ;;
    esac
}

mail_servers_ids() {
    mail_servers_received "$1" "$2" | while read -r file; do
        tr -d '\r' <"$file" | sed -n 's/^Message-I[Dd]: *//p' | head -n 1
    done | sort
}

mail_servers_url() {
    case $1 in
        plain) echo "smtp://127.0.0.1:12025" ;;
        starttls) echo "smtp://care@localhost:12587?tls=required" ;;
        smtps) echo "smtps://care@localhost:12465" ;;
        defer) echo "smtp://127.0.0.1:12451" ;;
        vanish) echo "smtp://127.0.0.1:12421" ;;
        refuse) echo "smtp://127.0.0.1:12550" ;;
        opensmtpd) echo "smtp://127.0.0.1:13025" ;;
        maildev) echo "smtp://127.0.0.1:14025" ;;
        *) echo "no mail server is called $1" >&2 && return 1 ;;
    esac
}
