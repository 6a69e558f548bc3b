"""A stand-in for services that no emulator has: Data Exports.

Requests and answers pass through botocore's own service models, so that a request which AWS would refuse for its
form is refused here too; only the data are the tester's. Signatures are not checked.

usage: modelstub.py PORT FIXTURES.json     {"bcm-data-exports.ListExports": {...}, ...}; read anew for each request
       a fixture {"__type": "AccessDeniedException", "message": "..."} is answered as that error
"""

import json
import re
import sys
from pathlib import Path

import botocore.validate
from flask import Flask, Response, request
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

app = Flask(__name__)
models = {}


def error(code: str, message: str, status: int = 400) -> Response:
    body = json.dumps({"__type": code, "message": message})
    return Response(body, status, {"x-amzn-ErrorType": code, "content-type": "application/x-amz-json-1.1"})


@app.route("/", methods=["GET", "POST"])
def answer():
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", request.headers.get("Authorization", ""))
    if not scope:
        return error("MissingAuthenticationTokenException", "not signed", 403)
    service = scope[1]
    model = models.setdefault(service, get_service_model(service))
    operation = model.operation_model(request.headers.get("X-Amz-Target", "").split(".")[-1])
    asked = {"method": request.method, "values": request.values, "headers": request.headers, "body": request.get_data(), "url_path": request.path, "url_params": {}}
    params = PROTOCOL_PARSERS[model.metadata["protocol"]](operation).parse(asked)
    if operation.input_shape:
        report = botocore.validate.ParamValidator().validate(params, operation.input_shape)
        if report.has_errors():
            return error("ValidationException", report.generate_report())
    out = json.loads(Path(sys.argv[2]).read_text()).get(f"{service}.{operation.name}")
    if out is None:
        return error("AccessDeniedException", f"User is not authorized to perform: {service}:{operation.name}")
    if "__type" in out:
        return error(out["__type"], out.get("message", ""))
    bad = botocore.validate.ParamValidator().validate(out, operation.output_shape)
    assert not bad.has_errors(), bad.generate_report()
    answered = get_serializer_class(service, model.metadata["protocol"])(operation).serialize(out)
    return Response(answered["body"], answered["status_code"], dict(answered["headers"]))


app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
