method = assert-present
------
openapi-configuration.yaml : '${chat.url}'
    expect = 1
GrpcExceptions.java : 'DOMAIN = "${wire.errorDomain}"'
    expect = 1
service/config/sample.yml : '${zk.server}'
    expect = 1
pom.xml : '${packages.maven}'
/README.md : 'changed for ${name}'
