# Where the client goes. What the network does not have, it names below .invalid, which never resolves (RFC 6761).
method = sed
------
rust/net/src/env.rs : 'hostname: "(?:grpc\.)?chat\.signal\.org"' = 'hostname: "${chat.host}"'
    expect = 1..2
rust/net/src/env.rs : 'hostname: "(?:grpc\.)?chat\.staging\.signal\.org"' = 'hostname: "chat.staging.invalid"'
    expect = 1..2
rust/net/src/env.rs : 'hostname: "cdsi\.signal\.org"' = 'hostname: "${cdsi.host}"'
    expect = 1
rust/net/src/env.rs : 'hostname: "svr2\.signal\.org"' = 'hostname: "${svr2.host}"'
    expect = 1
rust/net/src/env.rs : 'hostname: "svrb\.signal\.org"' = 'hostname: "${svrb.host}"'
    expect = 1
rust/net/src/env.rs : 'hostname: "(cdsi|svr2|svrb)\.staging\.signal\.org"' = 'hostname: "$1.staging.invalid"'
    expect = 3

# The chat server's port; the other services keep 443.
rust/net/src/env.rs : '(const DOMAIN_CONFIG_(?:CHAT|EXPERIMENTAL_CHAT_H2): DomainConfig = DomainConfig \{[^;]*?port: )DEFAULT_HTTPS_PORT' = '$1nonzero!(${chat.port}_u16)'
    expect = 1..2

# Addresses that are tried when names are not resolved: none of upstream's, those of the network.
rust/net/src/env.rs : '(ip_v[46]: &\[)[^\]]+\]' = '$1]'
    expect = 16
rust/net/src/env.rs : '(const DOMAIN_CONFIG_CHAT: DomainConfig = DomainConfig \{\s*ip_v4: &\[)' = '$1ip_addr!(v4, "${chat.ipv4[0]}")'
    when = chat.ipv4[0]
    expect = 1
rust/net/src/env.rs : '(const DOMAIN_CONFIG_CHAT: DomainConfig = DomainConfig \{[^;]*?ip_v6: &\[)' = '$1ip_addr!(v6, "${chat.ipv6[0]}")'
    when = chat.ipv6[0]
    expect = 1
rust/net/src/env.rs : 'use const_str::\{hex, ip_addr\};' = "#[allow(unused_imports)]\n$0"
    expect = 1

# Fronts through which upstream's server is reached where it is censored: they lead to upstream, so there are none.
rust/net/src/env.rs : 'proxy: Some\(ConnectionProxyConfig \{[^{}]*\}\)' = 'proxy: None'
    expect = 8
rust/net/src/env.rs : '(const PROXY_CONFIG_\w+: ProxyConfig = ProxyConfig \{\s*route_type: RouteType::\w+,\s*http_host: )"[^"]*"(,\s*sni_list: )&\[[^\]]*\]' = '$1"proxy.invalid"$2&["proxy.invalid"]'
    expect = 3
