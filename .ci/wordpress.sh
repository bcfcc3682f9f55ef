# A real WordPress on loopback, for scripts to source: that of Debian, on a MariaDB of its own.
#
#   wordpress_install        what is missing: packages of Debian; needs root
#   wordpress_start DIR      makes a site with an article and comments, and serves it; returns when
#                            it answers. What it began ends with `services_stop DIR`
#   wordpress_php DIR CODE   runs PHP with WordPress loaded
#   wordpress_url            the site's address
#
# Sourced by bash with `set -euo pipefail`, after services.sh.

WORDPRESS_PORT=14081
WORDPRESS_DATABASE_PORT=13307

wordpress_url() {
    echo "http://127.0.0.1:$WORDPRESS_PORT"
}

wordpress_install() {
    packages_install wordpress mariadb-server php-cli php-mysql php-xml php-mbstring curl
}

wordpress_start() {
    local dir=$1 _
    : >"$dir/pids"
    mkdir -p "$dir/db"
    chmod 755 "$dir"
    chown mysql "$dir/db"
    mariadb-install-db --user=mysql --datadir="$dir/db" --auth-root-authentication-method=normal \
        >"$dir/install-db.log" 2>&1
    mariadbd --no-defaults --user=mysql --datadir="$dir/db" --socket="$dir/db/my.sock" \
        --pid-file="$dir/db/my.pid" --bind-address=127.0.0.1 --port=$WORDPRESS_DATABASE_PORT \
        >"$dir/mariadbd.log" 2>&1 &
    echo $! >>"$dir/pids"
    for _ in $(seq 100); do
        mariadb --no-defaults --socket="$dir/db/my.sock" -uroot -e 'select 1' >/dev/null 2>&1 && break
        sleep 0.2
    done
    mariadb --no-defaults --socket="$dir/db/my.sock" -uroot -e "
        create database wp character set utf8mb4;
        create user 'wp'@'127.0.0.1' identified by 'wp'; grant all on wp.* to 'wp'@'127.0.0.1';
        create user 'wp'@'localhost' identified by 'wp'; grant all on wp.* to 'wp'@'localhost'"
    cp -rL /usr/share/wordpress "$dir/site"
    cat >"$dir/site/wp-config.php" <<X
<?php
define('DB_NAME', 'wp'); define('DB_USER', 'wp'); define('DB_PASSWORD', 'wp');
define('DB_HOST', '127.0.0.1:$WORDPRESS_DATABASE_PORT'); define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '$(wordpress_url)'); define('WP_SITEURL', '$(wordpress_url)');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as \$k) { define(\$k . '_KEY', 'x'); define(\$k . '_SALT', 'x'); }
\$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
X
    wordpress_php "$dir" "define('WP_INSTALLING', true);" "
        require_once ABSPATH . 'wp-admin/includes/upgrade.php';
        wp_install('Casa fredda', 'admin', 'admin@blog.example', true, '', 'secret');
        wp_set_current_user(1);
        \$post = wp_insert_post(['post_title' => 'Il nuovo Frigolux 200', 'post_content' => 'Provato.', 'post_status' => 'publish']);
        update_option('test_post', \$post);"
    (cd "$dir/site" && exec php -S 127.0.0.1:$WORDPRESS_PORT -t "$dir/site") >"$dir/php.log" 2>&1 &
    echo $! >>"$dir/pids"
    for _ in $(seq 100); do
        curl -sf -o /dev/null "$(wordpress_url)/?feed=comments-rss2" && return
        sleep 0.2
    done
    tail -n 5 "$dir"/*.log >&2
    return 1
}

# The last argument is run with WordPress loaded, those before it ahead of that.
wordpress_php() {
    local dir=$1 code before=
    shift
    for code in "${@:1:$#-1}"; do before+=$code; done
    php -r "$before \$_SERVER['HTTP_HOST'] = '127.0.0.1:$WORDPRESS_PORT'; require '$dir/site/wp-load.php'; ${*: -1}"
}

# wordpress_comment DIR AUTHOR MINUTES_AGO PARENT TEXT: prints the comment's number.
wordpress_comment() {
    wordpress_php "$1" "
        \$at = time() - 60 * $3;
        echo wp_insert_comment(['comment_post_ID' => get_option('test_post'), 'comment_author' => '$2',
            'comment_content' => '$5', 'comment_parent' => $4, 'comment_approved' => 1,
            'comment_date' => date('Y-m-d H:i:s', \$at), 'comment_date_gmt' => gmdate('Y-m-d H:i:s', \$at)]);"
}
