"""The fault-injecting proxy, microburst, with one change: the Host header stays as the client signed it, so that
the fake AWS behind it can check signatures. Same options as microburst's own."""

import sys

from microburst import forward
from microburst.cli import main

change = forward.Upstream._outbound_headers


def keep_host(self, request):
    return {**change(self, request), "host": request.headers["Host"]}


forward.Upstream._outbound_headers = keep_host
sys.exit(main())
