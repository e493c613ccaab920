#!/usr/bin/env bash
# The browser tests through nginx, as in the containers: runs the service and nginx with its real configuration on
# loopback ports. Needs the built service and page, nginx and Chromium.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ ! -d ../../../shared/photos ] && [ "${CI:-}" != true ]; then
    echo 'skipped: the browser tests need the weights and photos of ../shared beside the repository'
    exit 0
fi
read -r service front < <(node -e '
    const servers = [0, 0].map(() => require("node:net").createServer().listen(0, "127.0.0.1"));
    setImmediate(() => { console.log(...servers.map((s) => s.address().port)); servers.forEach((s) => s.close()); });')
folder=$(mktemp -d)
pids=()
cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
    wait
    rm -rf "$folder"
}
trap cleanup EXIT

java_tool=(java -jar ../verification-service/target/verification-service-app.jar)
if [ -z "${FACEVER_MIRROR:-}" ] && [ -d ../../../shared/mirror ]; then
    FACEVER_MIRROR=$(cd ../../../shared/mirror && pwd)
    export FACEVER_MIRROR
fi
# where the tests of the other modules keep them
export FACEVER_CACHE=${FACEVER_CACHE:-$PWD/../../target/test-models}
# the seed as in service.ts
"${java_tool[@]}" "--server.port=$service" --service.time-limit=60s \
    --service.challenge.max-gap=5s --service.challenge.seed=13 > "$folder/service.log" 2>&1 &
service_pid=$!
pids+=("$service_pid")

mkdir "$folder/tmp"
sed -e "s|\${LISTEN}|127.0.0.1:$front|; s|\${SERVICE}|127.0.0.1:$service|; s|\${ROOT}|$PWD/dist|" \
    nginx.conf.template > "$folder/site.conf"
cat > "$folder/nginx.conf" << CONF
daemon off;
pid $folder/nginx.pid;
error_log $folder/error.log warn;
events {}
http {
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path $folder/tmp;
    proxy_temp_path $folder/tmp;
    fastcgi_temp_path $folder/tmp;
    uwsgi_temp_path $folder/tmp;
    scgi_temp_path $folder/tmp;
    include $folder/site.conf;
}
CONF
[ "$(id -u)" = 0 ] && printf 'user root;\n' | cat - "$folder/nginx.conf" > "$folder/root.conf" && mv "$folder/root.conf" "$folder/nginx.conf"
nginx -t -q -c "$folder/nginx.conf" -e "$folder/error.log"
nginx -c "$folder/nginx.conf" -e "$folder/error.log" &
pids+=($!)

SERVICE_PID=$service_pid DIRECT_URL=http://127.0.0.1:$service SERVICE_URL=http://127.0.0.1:$front \
    npm run --silent browser -- "$@" || { tail -n 40 "$folder/service.log"; exit 1; }
# the pictures went through nginx in memory: it wrote none of them to a file
if grep -q 'buffered to a temporary file' "$folder/error.log"; then
    cat "$folder/error.log"
    exit 1
fi
