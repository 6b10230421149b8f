# No reflectors: a client that turns on the way around censorship keeps the direct way. Upstream would panic, or (0.94.2 to 0.96.0)
# connect no more; 90-nothing-remains.mod says that one of the two edits was made.
version >= 0.94.2
method = sed
------
rust/net/src/env.rs : 'reflector_providers: \|\| &\*REFLECTOR_PROVIDERS_\w+' = 'reflector_providers: || &[]'
    expect = 2
rust/bridge/shared/types/src/net.rs : 'let reflector_proxies = enable\.then\(' = 'let reflector_proxies = (enable && !(self.env.reflector_providers)().is_empty()).then('
    expect = 0..1
rust/bridge/shared/types/src/net.rs : 'log::error!\("reflector providers unavailable; marking proxy invalid"\);\s*guard\.set_invalid\(\);' = 'log::info!("there are no reflectors");'
    expect = 0..1
