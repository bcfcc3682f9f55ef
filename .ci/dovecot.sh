# A real Dovecot on loopback, for scripts to source: that of Debian, with TLS and mailboxes of its own.
#
#   dovecot_install             what is missing: packages of Debian; needs root
#   dovecot_start DIR           serves IMAP (STARTTLS) and IMAPS; returns when both listen
#   dovecot_stop DIR            ends the processes that `start` began, by their numbers
#   dovecot_deliver DIR FOLDER  puts the mail on standard input into a folder of care@frigolux.example
#   dovecot_flags DIR FOLDER    the flags of the mails of a folder, as Dovecot has them, a line each
#
# The password is `secret-word`, the certificate to trust DIR/certificate.pem.
#
# Sourced by bash with `set -euo pipefail`.

DOVECOT_IMAP=14143
DOVECOT_IMAPS=14993
DOVECOT_USER=care@frigolux.example

dovecot_install() {
    local package missing=()
    for package in dovecot-imapd openssl; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    if [[ ${#missing[@]} -gt 0 ]]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
    fi
    # Mailboxes belong to nobody but an ordinary user.
    id mailsink >/dev/null 2>&1 ||
        useradd -m -d /var/lib/mailsink -s /usr/sbin/nologin mailsink
}

dovecot_start() {
    local dir=$1 port _
    chmod 755 "$dir"
    mkdir -p "$dir/mail"
    chown mailsink: "$dir/mail"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
        -addext 'basicConstraints=critical,CA:FALSE' \
        -keyout "$dir/key.pem" -out "$dir/certificate.pem" 2>/dev/null
    chmod 600 "$dir/key.pem"
    cat >"$dir/dovecot.conf" <<X
base_dir = $dir/run
state_dir = $dir/state
log_path = $dir/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <$dir/certificate.pem
ssl_key = <$dir/key.pem
mail_location = maildir:$dir/mail/%u
first_valid_uid = 1
service imap-login {
  inet_listener imap {
    port = $DOVECOT_IMAP
  }
  inet_listener imaps {
    port = $DOVECOT_IMAPS
    ssl = yes
  }
}
passdb {
  driver = static
  args = password=secret-word
}
userdb {
  driver = static
  args = uid=mailsink gid=mailsink home=$dir/mail/%u
}
namespace inbox {
  inbox = yes
}
X
    dovecot -F -c "$dir/dovecot.conf" >"$dir/dovecot.out" 2>&1 &
    echo $! >"$dir/pids"
    for port in $DOVECOT_IMAP $DOVECOT_IMAPS; do
        for _ in $(seq 100); do
            (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue 2
            sleep 0.1
        done
        echo "nothing listens on 127.0.0.1:$port" >&2
        cat "$dir/dovecot.out" "$dir/dovecot.log" >&2
        return 1
    done
}

dovecot_stop() {
    local pid
    while read -r pid; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done <"$1/pids"
    : >"$1/pids"
}

dovecot_deliver() {
    local at=$1/mail/$DOVECOT_USER name
    [[ $2 == INBOX ]] || at=$at/.$2
    name=$(date +%s.%N).$RANDOM.localhost
    mkdir -p "$at/new" "$at/cur" "$at/tmp"
    cat >"$at/tmp/$name"
    mv "$at/tmp/$name" "$at/new/$name"
    chown -R mailsink: "$1/mail"
}

dovecot_flags() {
    doveadm -c "$1/dovecot.conf" -f tab fetch -u $DOVECOT_USER flags mailbox "$2" all | tail -n +2
}
