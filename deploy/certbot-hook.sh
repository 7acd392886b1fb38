#!/bin/sh
# certbot's --deploy-hook for a box that holds its certificate itself: puts a new one
# where the user tipbox can read it. In tipbox.toml:
#   tls_cert = "tls/fullchain.pem"
#   tls_key  = "tls/privkey.pem"
# tipbox sees by itself that they have changed.
set -eu
: "${RENEWED_LINEAGE:?certbot says in it where the new certificate is}"
group=${TIPBOX_GROUP:-tipbox}
to=${TIPBOX_TLS:-/etc/tipbox/tls}

install -d -m 2750 -g "$group" "$to"
# Under their names only once they are whole. tipbox goes on with the last pair until
# both of the new one are there.
for file in privkey.pem fullchain.pem; do
	install -m 640 -g "$group" "$RENEWED_LINEAGE/$file" "$to/$file.new"
	mv "$to/$file.new" "$to/$file"
done
