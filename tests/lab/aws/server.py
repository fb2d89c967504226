#!/usr/bin/env python3
"""The lab's AWS: moto, with what it lacks for this console added in its own process.

usage: server.py PORT [TLS-PORT CERTIFICATE KEY]        the same estate on both ports

Requests are read and answers are written by moto's own machinery, which goes by AWS's service models (botocore): what is
added here never makes a wire format up.

LAB_PAGE           rows that one page holds at most, whatever a caller asks for (default 40); AWS too may give fewer
LAB_EKS_ENDPOINTS  file with {"CLUSTER" or "*": {"endpoint": URL, "ca": BASE64}}, read anew at each DescribeCluster
"""

import logging
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

import additions
import paging


def main() -> None:
    port, *tls = sys.argv[1:]
    additions.install()
    paging.install()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = DomainDispatcherApplication(create_backend_app)
    serve = {"application": app, "threaded": True, "request_handler": MotoRequestHandler}
    if tls:
        secure, certificate, key = tls
        served = {**serve, "ssl_context": (certificate, key)}
        threading.Thread(target=run_simple, args=("127.0.0.1", int(secure)), kwargs=served, daemon=True).start()
    run_simple("127.0.0.1", int(port), **serve)


main()
