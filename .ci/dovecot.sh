# A real Dovecot on loopback, for scripts to source: that of Debian, with TLS and mailboxes of its own.
#
#   dovecot_install             what is missing: packages of Debian; needs root
#   dovecot_start DIR           serves IMAP (STARTTLS) and IMAPS; returns when both listen. What it began
#                               ends with `services_stop DIR`
#   dovecot_deliver DIR FOLDER  puts the mail on standard input into a folder of care@frigolux.example
#   dovecot_flags DIR FOLDER    the flags of the mails of a folder, as Dovecot has them, a line each
#
# The password is `secret-word`, the certificate to trust DIR/certificate.pem.
#
# Sourced by bash with `set -euo pipefail`, after services.sh.

DOVECOT_IMAP=14143
DOVECOT_IMAPS=14993
DOVECOT_USER=care@frigolux.example

dovecot_install() {
    packages_install dovecot-imapd openssl
    services_user
}

dovecot_start() {
    local dir=$1
    chmod 755 "$dir"
    mkdir -p "$dir/mail"
    chown mailsink: "$dir/mail"
    services_certificate "$dir"
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
    dovecot -F -c "$dir/dovecot.conf" >"$dir/dovecot-out.log" 2>&1 &
    echo $! >"$dir/pids"
    services_wait "$dir" $DOVECOT_IMAP $DOVECOT_IMAPS
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
