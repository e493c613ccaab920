#!/usr/bin/env bash
# Checks the page: format, types, unit tests, and the browser tests through nginx on the real service. Installs Chromium
# and nginx where they are missing. Run after `mvn verify`, which builds the service.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/verification-web"

if ! command -v node > /dev/null || ! node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)'; then
    echo 'the page needs Node.js 20.19 or newer: install it' >&2
    exit 1
fi
missing=()
[ -x /usr/bin/chromium ] || missing+=(chromium)
command -v nginx > /dev/null || missing+=(nginx-light)
if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
npm ci
npm run lint
npm run test
npm run build
test/through-nginx.sh
