#!/usr/bin/env bash
# Builds the service and the page if they are not built, and runs both on http://127.0.0.1:8080, without containers.
# What is given is passed on to the service, as in: examples/run.sh --server.port=9000
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
jar=examples/verification-service/target/verification-service-app.jar
page=examples/verification-web/dist

if [ ! -f "$jar" ]; then
    echo 'building the service...'
    mvn -B -ntp -q -Dmaven.test.skip=true -Dspotless.check.skip=true -pl examples/verification-service -am package
fi
if [ ! -f "$page/index.html" ]; then
    echo 'building the page...'
    (cd examples/verification-web && npm ci && npm run build)
fi
if [ -z "${FACEVER_MIRROR:-}" ] && [ -d ../shared/mirror ]; then
    FACEVER_MIRROR=$(cd ../shared/mirror && pwd)
    export FACEVER_MIRROR
fi
exec java -jar "$jar" "--spring.web.resources.static-locations=classpath:/static/,file:$PWD/$page/" "$@"
