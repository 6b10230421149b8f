# The domain of gRPC errors: clients know errors by it, so that server and clients must be built with the same one.
method = sed
------
GrpcExceptions.java : '(String DOMAIN = )"[^"]*"' = '$1"${wire.errorDomain}"'
    expect = 1
service/src/main/proto/org/signal/chat/README.md : '`grpc\.chat\.signal\.org`' = '`${wire.errorDomain}`'
    expect = 0..2
