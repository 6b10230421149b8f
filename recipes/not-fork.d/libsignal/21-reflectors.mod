# Upstream panics when a client turns on the way around censorship and there are no reflectors: then it is the direct way here.
version >= 0.94.5
method = sed
------
rust/net/src/env.rs : 'reflector_providers: \|\| &\*REFLECTOR_PROVIDERS_\w+' = 'reflector_providers: || &[]'
    expect = 2
rust/bridge/shared/types/src/net.rs : 'let reflector_proxies = enable\.then\(' = 'let reflector_proxies = (enable && !(self.env.reflector_providers)().is_empty()).then('
    expect = 1
