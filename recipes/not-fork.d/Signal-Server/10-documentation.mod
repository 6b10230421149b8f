# The description of the HTTP interface, which names the server to call.
method = yaml
------
api-doc/src/main/resources/openapi/openapi-configuration.yaml : openAPI.servers[0].url = "${chat.url}"
    was = https://chat.signal.org
api-doc/src/main/resources/openapi/openapi-configuration.yaml : delete openAPI.servers[1]
api-doc/src/main/resources/openapi/openapi-configuration.yaml : openAPI.info.title = "${name} Server API"
    was = "Signal Server API"
