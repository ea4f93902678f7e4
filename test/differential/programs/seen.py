"""How a request was read, as the value of the field X-Seen."""
import hashlib
import json


def seen(method, target, host, body):
    sighting = {
        "method": method,
        "target": target,
        "host": host,
        "length": len(body),
        "digest": hashlib.sha256(body).hexdigest(),
    }
    return json.dumps(sighting)
